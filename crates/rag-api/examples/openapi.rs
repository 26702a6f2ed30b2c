//! Prints the OpenAPI document, for `docs/openapi.json`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{}", rag_api::openapi_json())
}

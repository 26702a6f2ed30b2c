//! Operations on tools, aimed at a tool of the owner's.

use serde_json::{Value, json};

use super::cast::Cast;

/// As `aim`, for an operation on tools.
pub(super) fn aim_tool(cast: &Cast, operation: &str, path: &str) -> Option<(String, Option<Value>)> {
    let body = match operation.split_once("/v1/tools")? {
        ("put ", _) => Some(json!({"description": "Cuts granite"})),
        ("post ", "/find") => Some(json!({"query": "granite"})),
        ("post ", _) => Some(json!({"outcome": "success"})),
        _ => None,
    };
    Some((path.replace("{name}", &cast.fresh_tool()), body))
}

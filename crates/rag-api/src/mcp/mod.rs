//! The Model Context Protocol: `POST /mcp` (streamable HTTP, without sessions), and lines on standard input and output.
//!
//! Clients of revision 2026-07-28 name it in each request; older clients send `initialize` first. No state is kept between
//! requests.

mod dispatch;
mod document_tools;
pub(crate) mod http;
mod memory_tools;
mod revision;
mod stdio;
mod tools;

pub use stdio::serve_mcp_lines;

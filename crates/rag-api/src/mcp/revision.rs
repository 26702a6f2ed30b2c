//! The revisions of the protocol, and the errors of JSON-RPC.

use serde_json::{Map, Value, json};

/// The stateless revision, which each of its requests names.
pub(super) const STATELESS: &str = "2026-07-28";
/// Revisions that start with `initialize`, newest first.
pub(super) const WITH_INITIALIZE: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];
/// Keys of `_meta` in a request of the stateless revision and in its result.
pub(super) const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";
pub(super) const SERVER_KEY: &str = "io.modelcontextprotocol/serverInfo";

/// The error of a request.
#[derive(Debug, PartialEq)]
pub(super) struct RpcError {
    pub(super) code: i32,
    pub(super) message: String,
    pub(super) data: Option<Value>,
}

impl RpcError {
    pub(super) const INVALID_REQUEST: i32 = -32_600;
    pub(super) const METHOD_NOT_FOUND: i32 = -32_601;
    pub(super) const INVALID_PARAMS: i32 = -32_602;
    const HEADER_MISMATCH: i32 = -32_020;
    const UNSUPPORTED_REVISION: i32 = -32_022;

    pub(super) fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    pub(super) fn body(&self, id: &Value) -> Value {
        let mut error = Map::from_iter([
            ("code".to_owned(), json!(self.code)),
            ("message".to_owned(), json!(self.message)),
        ]);
        if let Some(data) = &self.data {
            error.insert("data".to_owned(), data.clone());
        }
        json!({"jsonrpc": "2.0", "id": id, "error": error})
    }
}

/// Returns all revisions, newest first.
pub(super) fn revisions() -> Vec<&'static str> {
    [STATELESS].into_iter().chain(WITH_INITIALIZE).collect()
}

/// The headers that repeat parts of a request, so that proxies need not parse its body.
#[derive(Debug, Clone, Default)]
pub(super) struct RepeatedHeaders {
    pub(super) version: Option<String>,
    pub(super) method: Option<String>,
    pub(super) name: Option<String>,
}

/// Checks the requirements of the request's revision. Returns whether that is the stateless one.
pub(super) fn check_revision(
    method: &str,
    params: &Value,
    headers: Option<&RepeatedHeaders>,
) -> Result<bool, RpcError> {
    let named = params.get("_meta").and_then(|meta| meta.get(VERSION_KEY));
    let in_header = headers.and_then(|headers| headers.version.as_deref());
    let Some(named) = named else {
        return match in_header {
            _ if method == "server/discover" => Err(missing(VERSION_KEY)),
            Some(STATELESS) => Err(missing(VERSION_KEY)),
            Some(version) if !WITH_INITIALIZE.contains(&version) => Err(unsupported(&json!(version))),
            _ => Ok(false),
        };
    };
    if params.get("_meta").is_none_or(|meta| meta.get(CAPABILITIES_KEY).is_none()) {
        return Err(missing(CAPABILITIES_KEY));
    }
    let Some(version) = named.as_str() else {
        return Err(RpcError::new(RpcError::INVALID_PARAMS, format!("{VERSION_KEY} must be a string")));
    };
    if let Some(headers) = headers {
        let name = if method == "tools/call" { params.get("name").and_then(Value::as_str) } else { None };
        check_header("MCP-Protocol-Version", headers.version.as_deref(), Some(version))?;
        check_header("Mcp-Method", headers.method.as_deref(), Some(method))?;
        if name.is_some() {
            check_header("Mcp-Name", headers.name.as_deref(), name)?;
        }
    }
    if version == STATELESS { Ok(true) } else { Err(unsupported(named)) }
}

fn check_header(name: &str, header: Option<&str>, body: Option<&str>) -> Result<(), RpcError> {
    if header == body {
        return Ok(());
    }
    let message = format!("the header {name} is missing or does not agree with the body");
    Err(RpcError::new(RpcError::HEADER_MISMATCH, message))
}

fn missing(key: &str) -> RpcError {
    RpcError::new(RpcError::INVALID_PARAMS, format!("params._meta must hold {key}"))
}

fn unsupported(requested: &Value) -> RpcError {
    RpcError {
        data: Some(json!({"supported": revisions(), "requested": requested})),
        ..RpcError::new(RpcError::UNSUPPORTED_REVISION, "this revision of the protocol is not supported")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(version: &str) -> Value {
        json!({"name": "search", "_meta": {VERSION_KEY: version, CAPABILITIES_KEY: {}}})
    }

    fn headers(version: &str, method: &str, name: Option<&str>) -> RepeatedHeaders {
        let text = |text: &str| Some(text.to_owned());
        RepeatedHeaders { version: text(version), method: text(method), name: name.and_then(text) }
    }

    #[test]
    fn a_request_of_the_stateless_revision_agrees_with_its_headers() {
        let check = |headers: &RepeatedHeaders| check_revision("tools/call", &meta(STATELESS), Some(headers));
        assert_eq!(check(&headers(STATELESS, "tools/call", Some("search"))), Ok(true));
        for wrong in [
            headers("2025-11-25", "tools/call", Some("search")),
            headers(STATELESS, "tools/list", Some("search")),
            headers(STATELESS, "tools/call", Some("ask")),
            headers(STATELESS, "tools/call", None),
        ] {
            assert_eq!(check(&wrong).unwrap_err().code, RpcError::HEADER_MISMATCH);
        }
        assert_eq!(check_revision("tools/list", &meta(STATELESS), None), Ok(true));
    }

    #[test]
    fn an_unknown_revision_is_answered_with_the_known_ones() {
        let error = check_revision("tools/list", &meta("2031-01-01"), None).unwrap_err();
        assert_eq!(error.code, RpcError::UNSUPPORTED_REVISION);
        assert_eq!(error.data.unwrap()["supported"], json!(revisions()));
        let header = RepeatedHeaders { version: Some("1999-01-01".to_owned()), ..RepeatedHeaders::default() };
        assert!(check_revision("ping", &json!({}), Some(&header)).is_err());
    }

    #[test]
    fn an_older_client_names_no_revision_in_its_requests() {
        assert_eq!(check_revision("tools/list", &json!({}), None), Ok(false));
        let header = RepeatedHeaders { version: Some("2025-11-25".to_owned()), ..RepeatedHeaders::default() };
        assert_eq!(check_revision("tools/list", &json!({}), Some(&header)), Ok(false));
        assert!(check_revision("server/discover", &json!({}), None).is_err());
    }
}

//! Reads chat completions as servers really send them; every field may be missing, null or of another type.

use serde_json::Value;

use crate::{FinishReason, Usage};

/// The parts of a chunk, or of a whole completion, that count.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Chunk {
    /// Text of the answer; may hold tagged thoughts.
    pub(super) content: String,
    /// Text of the model's thoughts, from a field of its own.
    pub(super) thought: String,
    /// The reason why the answer ended.
    pub(super) reason: Option<FinishReason>,
    /// The tokens used.
    pub(super) usage: Option<Usage>,
}

/// An event that is no chunk.
#[derive(Debug, PartialEq)]
pub(super) enum NoChunk {
    /// The server reports an error; the text is a plain word.
    Error(String),
    /// The value has none of the fields of a chunk.
    Unknown,
}

/// Reads a chunk.
pub(super) fn read_chunk(value: &Value) -> Result<Chunk, NoChunk> {
    let Some(object) = value.as_object() else { return Err(NoChunk::Unknown) };
    let error = object.get("error").filter(|error| is_given(error));
    if let Some(error) = error {
        return Err(NoChunk::Error(class(error).to_owned()));
    }
    let choices = object.get("choices");
    if choices.is_none()
        && (object.contains_key("detail") || object.contains_key("message") || is_error(value))
    {
        return Err(NoChunk::Error(class(value).to_owned()));
    }
    if choices.is_none() && !["usage", "id", "object", "model"].iter().any(|name| object.contains_key(*name))
    {
        return Err(NoChunk::Unknown);
    }
    let usage = object.get("usage").and_then(read_usage);
    // Of several answers only the first one counts.
    let is_first = |choice: &&Value| choice.get("index").and_then(Value::as_f64).unwrap_or(0.0) == 0.0;
    let choice = choices.and_then(Value::as_array).and_then(|choices| choices.iter().find(is_first));
    let Some(choice) = choice else { return Ok(Chunk { usage, ..Chunk::default() }) };
    let message =
        ["delta", "message"].iter().find_map(|name| choice.get(*name).filter(|value| value.is_object()));
    let field = |names: &[&str]| {
        let texts = names.iter().filter_map(|name| message?.get(*name)).map(read_text);
        texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
    };
    let mut content = field(&["content", "refusal"]);
    if content.is_empty() {
        content = choice.get("text").map(read_text).unwrap_or_default();
    }
    let reason = choice.get("finish_reason").and_then(Value::as_str).unwrap_or_default();
    if reason.eq_ignore_ascii_case("error") {
        return Err(NoChunk::Error("error".to_owned()));
    }
    Ok(Chunk {
        content,
        thought: field(&["reasoning_content", "reasoning", "thinking"]),
        reason: read_reason(reason),
        usage: usage.or_else(|| choice.get("usage").and_then(read_usage)),
    })
}

/// The error's code or type if it is a plain word such as `rate_limit_exceeded`: the rest can quote key or prompt.
pub(super) fn class(error: &Value) -> &str {
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let words = ["code", "type"].into_iter().filter_map(|field| error.get(field)?.as_str());
    words.filter(is_word).find(|word| word.len() <= 40).unwrap_or("an error")
}

/// Whether a field that reports an error reports one.
fn is_given(error: &Value) -> bool {
    match error {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    }
}

fn is_error(value: &Value) -> bool {
    ["object", "type"].iter().any(|name| value.get(*name).and_then(Value::as_str) == Some("error"))
}

/// A text, or the texts of a list of parts.
fn read_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(read_text).collect(),
        Value::Object(part) => part.get("text").map(read_text).unwrap_or_default(),
        _ => String::new(),
    }
}

fn read_reason(reason: &str) -> Option<FinishReason> {
    match reason.to_ascii_lowercase().as_str() {
        "" | "null" => None,
        "stop" | "eos" | "eos_token" | "end_turn" | "stop_sequence" | "completed" => Some(FinishReason::Stop),
        "length" | "max_tokens" | "model_length" => Some(FinishReason::Length),
        "content_filter" | "safety" | "recitation" | "blocklist" => Some(FinishReason::ContentFilter),
        _ => Some(FinishReason::Other),
    }
}

/// Maximum number of tokens of one request or answer that is believed.
const MAX_TOKENS: u32 = 100_000_000;

/// The usage, if the server gives both of its numbers and they can be true: every request has a token.
fn read_usage(value: &Value) -> Option<Usage> {
    let count = |name: &str| {
        let number = value.get(name)?;
        let number = number.as_u64().or_else(|| number.to_string().split('.').next()?.parse().ok())?;
        u32::try_from(number).ok()
    };
    let (prompt_tokens, completion_tokens) = (count("prompt_tokens")?, count("completion_tokens")?);
    if !(1..=MAX_TOKENS).contains(&prompt_tokens) || completion_tokens > MAX_TOKENS {
        return None;
    }
    let total_tokens =
        count("total_tokens").unwrap_or_else(|| prompt_tokens.saturating_add(completion_tokens));
    Some(Usage { prompt_tokens, completion_tokens, total_tokens })
}

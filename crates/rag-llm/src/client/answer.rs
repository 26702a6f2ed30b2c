//! Turns the bytes of an answer into deltas; does no input or output.

use super::lenient::{Chunk, NoChunk, read_chunk};
use crate::sse::{Decoder, TooLong};
use crate::thoughts::ThoughtSplitter;
use crate::{Delta, FinishReason, LlmError, Usage};

/// Maximum length of an answer in one piece, in bytes.
const MAX_WHOLE_BYTES: usize = 8 << 20;

/// The state of the answer so far.
#[derive(Default)]
pub(super) struct Answer {
    form: Form,
    splitter: ThoughtSplitter,
    events: usize,
    has_text: bool,
    has_thoughts: bool,
    reason: Option<FinishReason>,
    usage: Option<Usage>,
    done: bool,
}

/// The form of the answer, which its first byte decides.
#[derive(Default)]
enum Form {
    #[default]
    Unknown,
    Events(Decoder),
    /// One JSON document: some servers do not stream.
    Whole(Vec<u8>),
}

impl Answer {
    /// The deltas that these bytes complete, and the error that follows them, if any.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<Result<Delta, LlmError>> {
        let mut bytes = bytes;
        if matches!(self.form, Form::Unknown) {
            // A byte order mark can come first.
            let first =
                bytes.iter().find(|byte| !byte.is_ascii_whitespace() && !b"\xEF\xBB\xBF".contains(byte));
            match first {
                None => return Vec::new(),
                Some(b'{') => self.form = Form::Whole(Vec::new()),
                Some(_) => self.form = Form::Events(Decoder::default()),
            }
            bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        }
        let events = match &mut self.form {
            Form::Unknown => return Vec::new(),
            Form::Events(decoder) => decoder.push(bytes),
            Form::Whole(whole) => {
                whole.extend_from_slice(bytes);
                if whole.len() <= MAX_WHOLE_BYTES { Ok(Vec::new()) } else { Err(TooLong) }
            }
        };
        let Ok(events) = events else { return vec![Err(LlmError::BadAnswer("an endless event".into()))] };
        let mut deltas = Vec::new();
        for event in events {
            match self.read(&event) {
                Ok(read) => deltas.extend(read.into_iter().map(Ok)),
                Err(error) => {
                    deltas.push(Err(error));
                    break;
                }
            }
        }
        deltas
    }

    /// Whether the server has sent the end marker.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// The last items at the end of the answer: at least the end, or an error if it came too early or without a text.
    pub(super) fn finish(mut self) -> Result<Vec<Delta>, LlmError> {
        let mut deltas = match std::mem::take(&mut self.form) {
            Form::Unknown => return Err(LlmError::BadAnswer("it is empty".into())),
            Form::Events(decoder) => {
                decoder.finish().map(|event| self.read(&event)).transpose()?.unwrap_or_default()
            }
            Form::Whole(whole) => {
                self.done = false;
                let deltas = self.read(&whole)?;
                self.done = true;
                deltas
            }
        };
        let rest = self.splitter.finish();
        deltas.extend(rest.into_iter().filter_map(|delta| self.note(delta)));
        let reason = match self.reason {
            Some(reason) => reason,
            None if self.done => FinishReason::Other,
            None if self.events == 0 => return Err(LlmError::BadAnswer("not an event stream".into())),
            None => return Err(LlmError::Interrupted("the stream ended without a finish reason".into())),
        };
        if !self.has_text && reason == FinishReason::Length {
            return Err(LlmError::NoRoom);
        }
        if !self.has_text && reason != FinishReason::ContentFilter {
            let text = if self.has_thoughts { "it consists of thoughts only" } else { "it is empty" };
            return Err(LlmError::BadAnswer(text.into()));
        }
        deltas.push(Delta::End { reason, usage: self.usage });
        Ok(deltas)
    }

    fn read(&mut self, event: &[u8]) -> Result<Vec<Delta>, LlmError> {
        let event = event.trim_ascii();
        if self.done || event.is_empty() || event == b"null" {
            return Ok(Vec::new());
        }
        self.events += 1;
        if event == b"[DONE]" {
            self.done = true;
            return Ok(Vec::new());
        }
        // The parser's message can quote the answer: report only the class of the error.
        let value =
            serde_json::from_str(&String::from_utf8_lossy(event)).map_err(|error: serde_json::Error| {
                LlmError::BadAnswer(format!("an event with a {:?} error", error.classify()))
            })?;
        let Chunk { content, thought, reason, usage } =
            read_chunk(&value).map_err(|no_chunk| match no_chunk {
                NoChunk::Error(class) => LlmError::Interrupted(format!("the server reported {class}")),
                NoChunk::Unknown => LlmError::BadAnswer("an event without any known field".into()),
            })?;
        self.usage = usage.or(self.usage);
        self.reason = reason.or(self.reason);
        let thought = Some(Delta::Thought(thought));
        let deltas = thought.into_iter().chain(self.splitter.push(&content));
        Ok(deltas.collect::<Vec<_>>().into_iter().filter_map(|delta| self.note(delta)).collect())
    }

    /// Notes the kind of a delta, and leaves an empty one out.
    fn note(&mut self, delta: Delta) -> Option<Delta> {
        match &delta {
            Delta::Text(text) | Delta::Thought(text) if text.is_empty() => return None,
            Delta::Text(text) => self.has_text |= !text.trim().is_empty(),
            Delta::Thought(_) => self.has_thoughts = true,
            Delta::WereThoughts => (self.has_text, self.has_thoughts) = (false, true),
            Delta::End { .. } | Delta::Writer(_) => {}
        }
        Some(delta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(stream: &str) -> Result<Vec<Delta>, LlmError> {
        let mut answer = Answer::default();
        let mut deltas = answer.push(stream.as_bytes()).into_iter().collect::<Result<Vec<_>, _>>()?;
        deltas.extend(answer.finish()?);
        Ok(deltas)
    }

    fn text(text: &str) -> Delta {
        Delta::Text(text.into())
    }

    #[test]
    fn an_answer_is_its_texts_then_its_end_with_usage() {
        let stream = concat!(
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}],\"usage\":null}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"length\"}]}\n\n",
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_tokens\":7}}\n\n",
            "data: [DONE]\n\ndata: ignored\n\n",
        );
        let usage = Some(Usage { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 });
        let end = Delta::End { reason: FinishReason::Length, usage };
        assert_eq!(play(stream).unwrap(), [text("Hel"), text("lo"), end]);
    }

    #[test]
    fn servers_may_leave_out_the_done_event_or_the_finish_reason() {
        let end = |reason| Delta::End { reason, usage: None };
        let without_done = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}";
        assert_eq!(play(without_done).unwrap(), [text("a"), end(FinishReason::Stop)]);
        let without_reason = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n";
        assert_eq!(play(without_reason).unwrap(), [text("a"), end(FinishReason::Other)]);
    }

    #[test]
    fn failures_are_told_apart_and_quote_nothing() {
        let broken = "data: {\"choices\":[{\"delta\":{\"content\":\"secret\"}}]}\n\n";
        assert!(matches!(play(broken), Err(LlmError::Interrupted(_))));
        assert!(matches!(play("data: secret\n\n"), Err(LlmError::BadAnswer(_))));
        assert!(matches!(play("<html>secret</html>"), Err(LlmError::BadAnswer(_))));
        let reported = r#"{"error":{"message":"secret","type":"server_error","code":500}}"#;
        let error = play(&format!("{broken}data: {reported}\n\n")).unwrap_err();
        assert_eq!(error, LlmError::Interrupted("the server reported server_error".into()));
        let worded = play("data: {\"error\":\"secret\"}\n\n").unwrap_err();
        assert_eq!(worded, LlmError::Interrupted("the server reported an error".into()));
    }
}

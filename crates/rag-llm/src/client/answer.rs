//! Turns the bytes of a streamed answer into deltas; does no input or output.

use serde::Deserialize;

use crate::sse::{Decoder, TooLong};
use crate::wire::ChatCompletionChunk;
use crate::{Delta, FinishReason, LlmError, Usage};

/// The state of the stream so far.
#[derive(Default)]
pub(super) struct Answer {
    decoder: Decoder,
    events: usize,
    reason: Option<FinishReason>,
    usage: Option<Usage>,
    done: bool,
}

/// A chunk, or the report of a failure, which has many forms.
#[derive(Deserialize)]
struct Event {
    error: Option<serde_json::Value>,
    #[serde(flatten)]
    chunk: ChatCompletionChunk,
}

impl Answer {
    /// The texts that these bytes complete, and the error that follows them, if any.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<Result<Delta, LlmError>> {
        match self.decoder.push(bytes) {
            Ok(events) => events.iter().filter_map(|event| self.read(event).transpose()).collect(),
            Err(TooLong) => vec![Err(LlmError::BadAnswer("an endless event".into()))],
        }
    }

    /// Whether the server has sent the end marker.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// The last items at the end of the stream: at least the end, or an error if it came too early.
    pub(super) fn finish(mut self) -> Result<Vec<Delta>, LlmError> {
        let last = std::mem::take(&mut self.decoder).finish();
        let mut deltas: Vec<Delta> =
            last.map(|event| self.read(&event)).transpose()?.into_iter().flatten().collect();
        let reason = match self.reason {
            Some(reason) => reason,
            None if self.done => FinishReason::Other,
            None if self.events == 0 => return Err(LlmError::BadAnswer("not an event stream".into())),
            None => return Err(LlmError::Interrupted("the stream ended without a finish reason".into())),
        };
        deltas.push(Delta::End { reason, usage: self.usage });
        Ok(deltas)
    }

    fn read(&mut self, event: &[u8]) -> Result<Option<Delta>, LlmError> {
        if self.done {
            return Ok(None);
        }
        self.events += 1;
        if event == b"[DONE]" {
            self.done = true;
            return Ok(None);
        }
        // The parser's message can quote the answer: report only the class of the error.
        let Event { error, chunk } = serde_json::from_slice(event)
            .map_err(|error| LlmError::BadAnswer(format!("an event with a {:?} error", error.classify())))?;
        if let Some(error) = error {
            return Err(LlmError::Interrupted(format!("the server reported {}", class(&error))));
        }
        self.usage = chunk.usage.or(self.usage);
        let choice = chunk.choices.into_iter().next();
        self.reason = choice.as_ref().and_then(|choice| choice.finish_reason).or(self.reason);
        let text = choice.and_then(|choice| choice.delta.content).filter(|text| !text.is_empty());
        Ok(text.map(Delta::Text))
    }
}

/// The error's code or type if it is a plain word such as `rate_limit_exceeded`: the rest can quote key or prompt.
pub(super) fn class(error: &serde_json::Value) -> &str {
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let words = ["code", "type"].into_iter().filter_map(|field| error.get(field)?.as_str());
    words.filter(is_word).find(|word| word.len() <= 40).unwrap_or("an error")
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

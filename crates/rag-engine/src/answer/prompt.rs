//! The prompt for a chat model: only the passages may answer, and they are data, not instructions.

use std::collections::HashMap;

use rag_llm::{ChatRequest, Message, Role, Usage};
use rag_schema::{
    enums::{PassageKind, Sender},
    models::ChatMessage,
};

use super::{
    cited::CitedOrigin,
    templates::{PassageValues, QuestionValues, Templates},
    types::Evidence,
};
use crate::{
    EngineError, EngineResult,
    prompt_text::{as_data, with_own_numbers},
};

/// The request for the model: the rules with the asker's or the operator's instructions, the conversation so far, of which the
/// beginning is a summary, the passages within `max_tokens`, and the question. Of documents those are given that fit beside what is
/// recalled, which follows them in `evidence`.
pub(super) fn grounded(
    templates: &Templates,
    (question, instructions): (&str, Option<&str>),
    (summary, history): (Option<&str>, &[ChatMessage]),
    evidence: &[Evidence],
    max_tokens: u32,
) -> EngineResult<ChatRequest> {
    let unusable = |error| EngineError::Bug(Box::new(error));
    let documents = evidence.partition_point(|given| given.found.passage.chunk().is_some());
    let (documents, recalled) = evidence.split_at(documents);
    let room = max_tokens.saturating_sub(recalled.iter().map(estimate_tokens).sum());
    let given: Vec<&Evidence> = within_tokens(documents, room).iter().chain(recalled).collect();
    let rules =
        templates.rules(instructions.map(as_data).as_deref(), !recalled.is_empty()).map_err(unusable)?;
    let mut messages = vec![Message::new(Role::System, rules.trim_end())];
    messages.extend(history.iter().map(|message| {
        let role = match message.sender {
            Sender::User => Role::User,
            Sender::Assistant => Role::Assistant,
        };
        Message::new(role, as_data(&message.text))
    }));
    // Numbers in the summary are not those of the passages.
    let summary = summary.map(|summary| with_own_numbers(&as_data(summary)));
    let passages = in_reading_order(&given).into_iter().map(PassageValues::from).collect();
    let values = QuestionValues { question, summary: summary.as_deref(), passages };
    messages.push(Message::new(Role::User, templates.question(&values).map_err(unusable)?));
    Ok(ChatRequest { messages, temperature: Some(0.0), max_tokens: None })
}

/// The best passages that fit, at least one, by the estimate of `Usage`.
fn within_tokens(evidence: &[Evidence], max_tokens: u32) -> &[Evidence] {
    let mut tokens = 0_u32;
    let is_within = |given: &&Evidence| {
        tokens = tokens.saturating_add(estimate_tokens(given));
        tokens <= max_tokens
    };
    let count = evidence.iter().take_while(is_within).count().max(1);
    evidence.get(..count).unwrap_or(evidence)
}

fn estimate_tokens(given: &Evidence) -> u32 {
    Usage::estimate(given.found.passage.text.chars().count(), 0).prompt_tokens
}

/// The passages of one document together and as they stand in it, the document of the best passage first.
fn in_reading_order<'e>(evidence: &[&'e Evidence]) -> Vec<&'e Evidence> {
    let mut first_of = HashMap::new();
    let mut ordered: Vec<_> = evidence
        .iter()
        .enumerate()
        .map(|(rank, given)| {
            let chunk = given.found.passage.chunk();
            let place = chunk.map_or((rank, 0), |chunk| {
                (*first_of.entry(chunk.document_id).or_insert(rank), chunk.start_offset)
            });
            (place, *given)
        })
        .collect();
    ordered.sort_by_key(|(place, _)| *place);
    ordered.into_iter().map(|(_, given)| given).collect()
}

impl From<&Evidence> for PassageValues {
    fn from(given: &Evidence) -> Self {
        let passage = &given.found.passage;
        let attribute = |text: &str| as_data(&text.replace(['"', '<', '>', '\n'], " "));
        let headings = passage.headings().iter().filter(|heading| **heading != passage.title);
        let origin = CitedOrigin::from(passage);
        Self {
            number: given.marker,
            kind: match origin.kind() {
                PassageKind::Chunk => "document",
                PassageKind::Memory => "memory",
                PassageKind::Round => "conversation",
                PassageKind::Tool => "tool",
            },
            date: origin.date().map(|date| date.format("%Y-%m-%d").to_string()).unwrap_or_default(),
            title: attribute(&passage.title),
            section: attribute(&headings.map(String::as_str).collect::<Vec<_>>().join(" / ")),
            text: with_own_numbers(&as_data(&passage.text)),
        }
    }
}

//! Defaults of questions that a session or a collection holds, and the values that a question is asked with.

use rag_repo::{PgConnection, collections, filter::Filter};
use rag_schema::ids::CollectionId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::types::{Asked, Question};
use crate::{Engine, EngineError, EngineResult, names, retrieve::UnderstandingChange};

/// Maximum length of instructions, in Unicode scalar values.
pub const MAX_INSTRUCTIONS_CHARS: usize = 4_000;

/// Defaults of questions, as they are stored. A field that a later version adds needs a default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuestionDefaults {
    /// Instructions for a chat model; `None` if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// Collections to search; if empty, all that the asker may see. Only a session has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub collection_ids: Vec<CollectionId>,
    /// Condition that documents must meet, in either grammar of filters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Value>,
    /// Changes of the steps of understanding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub understanding: Option<UnderstandingChange>,
}

/// A change of defaults: `None` leaves a field unchanged, and `Some(None)` clears it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QuestionDefaultsChange {
    /// Instructions for a chat model.
    pub instructions: Option<Option<String>>,
    /// Collections to search.
    pub collection_ids: Option<Option<Vec<CollectionId>>>,
    /// Condition that documents must meet.
    pub filter: Option<Option<Value>>,
    /// Changes of the steps of understanding.
    pub understanding: Option<Option<UnderstandingChange>>,
}

impl QuestionDefaults {
    /// Reads stored defaults; those that cannot be read are an error, because an answer without them could break a rule of theirs.
    pub fn read(stored: &Value) -> EngineResult<Self> {
        Self::deserialize(stored)
            .map_err(|error| EngineError::Invalid(format!("the stored defaults cannot be read: {error}")))
    }

    /// The stored form after a change; `None` if nothing changes. Blank instructions count as none.
    pub(crate) fn changed(stored: &Value, change: &QuestionDefaultsChange) -> EngineResult<Option<Value>> {
        if *change == QuestionDefaultsChange::default() {
            return Ok(None);
        }
        let mut defaults = Self::read(stored)?;
        if let Some(instructions) = &change.instructions {
            defaults.instructions = instructions.as_deref().map(check_instructions).transpose()?.flatten();
        }
        if let Some(ids) = &change.collection_ids {
            defaults.collection_ids = ids.clone().unwrap_or_default();
        }
        if let Some(filter) = &change.filter {
            filter.as_ref().map(read_filter).transpose()?;
            defaults.filter.clone_from(filter);
        }
        if let Some(understanding) = change.understanding {
            defaults.understanding = understanding;
        }
        Ok(Some(json!(defaults)))
    }
}

/// The instructions without white space around them; `None` if nothing remains.
fn check_instructions(text: &str) -> EngineResult<Option<String>> {
    let text = text.trim();
    if text.chars().count() > MAX_INSTRUCTIONS_CHARS {
        return Err(EngineError::Invalid(format!(
            "the instructions are longer than {MAX_INSTRUCTIONS_CHARS} characters"
        )));
    }
    if let Some(c) = text.chars().find(|c| names::is_deceptive(*c) && !c.is_whitespace()) {
        return Err(EngineError::Invalid(format!(
            "the instructions hold the character U+{:04X}, which cannot be seen: remove it",
            u32::from(c)
        )));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn read_filter(filter: &Value) -> EngineResult<Filter> {
    Filter::parse(filter).map_err(|error| EngineError::Invalid(format!("filter: {error}")))
}

impl Engine {
    /// The values that the question is asked with: its own, else the session's, else those of the only collection that is asked, else
    /// the server's.
    pub(super) fn resolve_question(
        &self,
        conn: &mut PgConnection,
        question: &Question,
        session: &QuestionDefaults,
    ) -> EngineResult<Asked> {
        let collections = find_collections(conn, question, session)?;
        let collection = match *collections {
            [only] => QuestionDefaults::read(&collections::find(conn, only)?.defaults)?,
            _ => QuestionDefaults::default(),
        };
        let filter = match (&question.filter, session.filter.as_ref().or(collection.filter.as_ref())) {
            (Some(own), _) => Some(own.clone()),
            (None, default) => default.map(read_filter).transpose()?,
        };
        let servers = self.settings().search.understanding;
        let defaults = [collection.understanding, session.understanding].into_iter().flatten();
        let mut understanding = defaults.fold(servers, |steps, change| change.applied_to(steps));
        if self.chat_for(question).is_none() {
            // Defaults are not refused for want of a chat model, or nobody could ask until their owner changes them.
            let has_chat = self.chat().is_some();
            understanding.multi_query = if has_chat { 0 } else { servers.multi_query };
            understanding.hyde = !has_chat && servers.hyde;
        }
        if let Some(change) = question.understanding {
            understanding = change.applied_to(understanding);
        }
        let own = match &question.instructions {
            // Those of a client's own conversation are its system message, whose length its model limits.
            Some(text) if question.conversation.is_some() => {
                Some(text.clone()).filter(|text| !text.trim().is_empty())
            }
            Some(text) => check_instructions(text)?,
            None => None,
        };
        Ok(Asked {
            instructions: own.or_else(|| session.instructions.clone()).or(collection.instructions),
            collections,
            filter,
            understanding,
        })
    }
}

/// The collections of the question, all visible. Of a session's default collections, those that its holder may no longer see are left
/// out; if none remains, the question is refused, because no collection would mean all of them.
fn find_collections(
    conn: &mut PgConnection,
    question: &Question,
    session: &QuestionDefaults,
) -> EngineResult<Vec<CollectionId>> {
    if !question.collections.is_empty() {
        let are_visible = collections::are_all_visible(conn, &question.collections)?;
        return if are_visible {
            Ok(question.collections.clone())
        } else {
            Err(EngineError::NotFound("collection"))
        };
    }
    if session.collection_ids.is_empty() {
        return Ok(Vec::new());
    }
    let visible = collections::visible_ids(conn)?;
    let remaining: Vec<CollectionId> =
        session.collection_ids.iter().copied().filter(|id| visible.contains(id)).collect();
    if remaining.is_empty() {
        return Err(EngineError::Conflict(
            "The conversation's default collections do not exist any more. Choose others, or name collections with the question."
                .to_owned(),
        ));
    }
    Ok(remaining)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(stored: &Value, change: &QuestionDefaultsChange) -> Value {
        QuestionDefaults::changed(stored, change).unwrap().unwrap()
    }

    #[test]
    fn a_change_touches_the_fields_that_it_names_alone() {
        let stored = json!({"instructions": "Be brief.", "filter": {"year": 2020}});
        let none = QuestionDefaultsChange::default();
        assert_eq!(QuestionDefaults::changed(&stored, &none).unwrap(), None);
        let cleared = changed(&stored, &QuestionDefaultsChange { filter: Some(None), ..none.clone() });
        assert_eq!(cleared, json!({"instructions": "Be brief."}));
        let blank =
            changed(&stored, &QuestionDefaultsChange { instructions: Some(Some(" \n".into())), ..none });
        assert_eq!(blank, json!({"filter": {"year": 2020}}));
    }

    #[test]
    fn instructions_are_bounded_and_readable() {
        let check = |text: &str| check_instructions(text).map_err(|error| error.to_string());
        assert_eq!(
            check(" Antworte förmlich.\n- kurz\t- klar ").unwrap().unwrap(),
            "Antworte förmlich.\n- kurz\t- klar"
        );
        assert_eq!(check("\u{2003}\n").unwrap(), None);
        assert!(check(&"ä".repeat(MAX_INSTRUCTIONS_CHARS)).is_ok());
        assert!(check(&"ä".repeat(MAX_INSTRUCTIONS_CHARS + 1)).unwrap_err().contains("longer than 4000"));
        for hidden in ["a\0b", "a\u{202e}b"] {
            assert!(check(hidden).unwrap_err().contains("U+"), "{hidden:?}");
        }
    }

    #[test]
    fn defaults_of_a_later_version_load() {
        let stored = json!({"instructions": "Be brief.", "of_a_later_version": 1});
        assert_eq!(QuestionDefaults::read(&stored).unwrap().instructions.as_deref(), Some("Be brief."));
    }
}

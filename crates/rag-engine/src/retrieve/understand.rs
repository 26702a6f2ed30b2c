//! Understanding a question: the steps before the legs, each of which can be switched off or fail.

use std::time::{Duration, Instant};

use rag_llm::{ChatRequest, Completer, Completion, CompletionLimits, LlmError, Usage};
use rag_schema::enums::UsagePurpose;
use serde::Serialize;
use serde_json::json;

use super::{
    context::question_before,
    request::SearchRequest,
    reword::{self, MAX_CHARS},
    trace::Tracer,
    understanding::Understanding,
};
use crate::usage::Spending;

/// A question as it is searched.
pub(super) struct Understood<'a> {
    /// The question, rewritten to stand alone if that was possible.
    pub(super) words: String,
    /// The question before, if this one depends on it and could not be rewritten.
    pub(super) before: Option<&'a str>,
    /// Other wordings.
    pub(super) wordings: Vec<String>,
    /// Passage that could answer the question, written by the chat model.
    pub(super) passage: Option<String>,
    /// Requests to the chat model for it.
    pub(super) spent: Vec<Spending>,
}

/// Takes the steps that `how` selects. Proceeds without any answer that the chat model does not return within `time`.
pub(super) fn understand<'a>(
    request: &SearchRequest<'a>,
    words: &str,
    how: Understanding,
    helper: Option<(&Completer, Duration)>,
    tracer: &mut Tracer,
) -> Understood<'a> {
    let before = question_before(words, request.said).filter(|_| how.context);
    tracer.step("query", || json!({"words": words, "leans_on": before}));
    let mut understood = Understood {
        words: words.to_owned(),
        before,
        wordings: Vec::new(),
        passage: None,
        spent: Vec::new(),
    };
    let Some((model, time)) = helper else { return understood };
    let mut helper = Helper { model, ends: Instant::now() + time, spent: Vec::new() };
    if before.is_some() && how.rewrite {
        helper.rewrite(request, &mut understood, tracer);
    }
    if how.needs_chat() {
        helper.widen(how, &mut understood, tracer);
    }
    understood.spent = helper.spent;
    understood
}

/// The chat model, within its time limit.
struct Helper<'a> {
    model: &'a Completer,
    ends: Instant,
    spent: Vec<Spending>,
}

impl Helper<'_> {
    fn rewrite(&mut self, request: &SearchRequest<'_>, understood: &mut Understood<'_>, tracer: &mut Tracer) {
        let asked = vec![reword::rewrite(&understood.words, request.summary, request.said)];
        let answer = self.ask(asked).pop();
        let read = |answer: &str| {
            reword::question_in(answer).filter(|rewritten| {
                reword::asks_the_same(rewritten, &understood.words, request.summary, request.said)
            })
        };
        if let Some(question) = self.taken("rewrite", answer, read, tracer) {
            understood.words = question;
            understood.before = None;
        }
    }

    /// Requests other wordings and a passage concurrently.
    fn widen(&mut self, how: Understanding, understood: &mut Understood<'_>, tracer: &mut Tracer) {
        let (words, count) = (&understood.words, how.multi_query);
        let mut asked = Vec::new();
        if count > 0 {
            asked.push(reword::reword(words, count));
        }
        if how.hyde {
            asked.push(reword::imagine(words));
        }
        let mut answers = self.ask(asked).into_iter();
        if count > 0 {
            let read = |answer: &str| {
                Some(reword::wordings_in(answer, words, count)).filter(|wordings| !wordings.is_empty())
            };
            understood.wordings = self.taken("multi_query", answers.next(), read, tracer).unwrap_or_default();
        }
        if how.hyde {
            understood.passage = self.taken("hyde", answers.next(), reword::passage_in, tracer);
        }
    }

    fn ask(&mut self, asked: Vec<ChatRequest>) -> Vec<Completion> {
        let time = self.ends.saturating_duration_since(Instant::now());
        let answers = self.model.complete(asked, CompletionLimits { time, chars: MAX_CHARS });
        let spent = answers.iter().filter(|answer| answer.usage != Usage::default());
        self.spent.extend(spent.map(|answer| Spending {
            purpose: UsagePurpose::Question,
            writer: answer.writer.clone(),
            usage: answer.usage,
            is_estimate: answer.is_estimate,
        }));
        answers
    }

    /// Returns the usable part of an answer, which the trace shows, too; if there is none, the trace shows the reason.
    fn taken<T: Serialize>(
        &self,
        step: &'static str,
        answer: Option<Completion>,
        read: impl FnOnce(&str) -> Option<T>,
        tracer: &mut Tracer,
    ) -> Option<T> {
        let model = self.model.name();
        let unusable = || LlmError::BadAnswer("there is nothing in it to search for instead".to_owned());
        let said = answer.map_or_else(|| Err(unusable()), |answer| answer.text);
        let taken = said.and_then(|text| read(&text).ok_or_else(unusable));
        match &taken {
            Ok(given) => tracer.step(step, || json!({"model": model, "given": given})),
            Err(error) => {
                tracing::warn!(model, step, %error, "the search goes on without the chat model's help");
                tracer.step(step, || json!({"model": model, "failed": error.to_string()}));
            }
        }
        taken.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rag_llm::{ChatModel, DeltaStream, scripted::ScriptedModel};
    use rag_repo::statement::PlanDepth;
    use rag_schema::enums::Sender;
    use serde_json::Value;

    use super::*;
    use crate::retrieve::Said;

    const SAID: [Said<'static>; 1] = [Said { sender: Sender::User, text: "Who wrote War and Peace?" }];
    const ALL: Understanding =
        Understanding { context: true, rewrite: true, multi_query: 2, hyde: true, synonyms: true };

    struct Silent;

    impl ChatModel for Silent {
        fn name(&self) -> &'static str {
            "silent"
        }

        fn stream(&self, _request: ChatRequest) -> DeltaStream {
            Box::pin(futures_util::stream::pending())
        }
    }

    /// Returns the understood follow-up, and the steps of its trace.
    fn follow_up(
        model: Arc<dyn ChatModel>,
        how: Understanding,
    ) -> (Understood<'static>, Vec<(&'static str, Value)>) {
        let completer = Completer::new(model).unwrap();
        let request = SearchRequest { query: "When was he born?", said: &SAID, ..SearchRequest::default() };
        let mut tracer = Tracer::new(Some(PlanDepth::Shape));
        let time = Duration::from_millis(100);
        let understood = understand(&request, request.query, how, Some((&completer, time)), &mut tracer);
        let steps = tracer.finish().unwrap().steps.into_iter().skip(1).map(|step| (step.step, step.detail));
        (understood, steps.collect())
    }

    #[test]
    fn a_model_rewrites_rewords_and_imagines() {
        let model = ScriptedModel::new()
            .answering(["When was \"Tolstoy\" born?\nHe .."])
            .answering(["- Tolstoy birth date\n- Tolstoy birthday\n- one too many"])
            .answering(["Tolstoy was born in 1828."]);
        let (understood, steps) = follow_up(Arc::new(model), ALL);
        assert_eq!((understood.words.as_str(), understood.before), ("When was \"Tolstoy\" born?", None));
        assert_eq!(understood.wordings, ["Tolstoy birth date", "Tolstoy birthday"]);
        assert_eq!(understood.passage.as_deref(), Some("Tolstoy was born in 1828."));
        assert_eq!(
            steps.iter().map(|(step, _)| *step).collect::<Vec<_>>(),
            ["rewrite", "multi_query", "hyde"]
        );
        assert_eq!(steps[0].1, json!({"model": "scripted", "given": "When was \"Tolstoy\" born?"}));
    }

    #[test]
    fn without_its_help_a_follow_up_leans_on_the_question_before() {
        let broken = || [Err(LlmError::Interrupted("scripted".to_owned()))];
        let broken = ScriptedModel::new().playing(broken()).playing(broken()).playing(broken());
        let useless = ScriptedModel::new().answering(["?!"]).answering(["\n"]).answering([" "]);
        let models: [(Arc<dyn ChatModel>, &str); 3] = [
            (Arc::new(broken), "broke off"),
            (Arc::new(useless), "nothing in it to search"),
            (Arc::new(Silent), "in time"),
        ];
        for (model, why) in models {
            let (understood, steps) = follow_up(model, ALL);
            assert_eq!(
                (understood.words.as_str(), understood.before),
                ("When was he born?", Some(SAID[0].text))
            );
            assert!(understood.wordings.is_empty() && understood.passage.is_none());
            assert_eq!(steps.len(), 3);
            for (_, detail) in steps {
                assert!(detail["failed"].as_str().unwrap().contains(why), "{detail}");
            }
        }
    }

    #[test]
    fn steps_that_are_off_ask_nothing() {
        let model = Arc::new(ScriptedModel::new());
        let off = Understanding { rewrite: false, multi_query: 0, hyde: false, ..ALL };
        let (understood, steps) = follow_up(model.clone(), off);
        assert!(understood.before.is_some() && steps.is_empty());
        let (understood, _) =
            follow_up(model.clone(), Understanding { context: false, rewrite: true, ..off });
        assert_eq!((understood.before, model.requests().len()), (None, 0));
    }
}

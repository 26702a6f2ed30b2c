//! Judging answers: each question runs as a turn, and its answer is compared with the gold answer and the gold document.

use std::{collections::HashSet, path::Path, time::Instant};

use rag_repo::{RepoResult, documents, sessions, versions};
use rag_schema::{enums::Outcome, ids::CollectionId, models::Collection};

use super::{
    Corpus, Names, Progress,
    answer_report::{AnswerReport, JudgedAnswer},
    load_corpus,
    questions::{GoldQuestion, questions},
    with_collection,
};
use crate::{
    Engine, EngineError, EngineResult,
    answer::{Answer, Citation, Evidence, NOT_FOUND, Place, Question, Signals, assess, split_at_markers},
    retrieve::SearchRequest,
};

/// An evaluation of answers.
#[derive(Debug, Clone, Copy)]
pub struct AnswerEvaluation<'a> {
    /// Folder with `corpus.jsonl` and `questions.jsonl`.
    pub dir: &'a Path,
    /// Number of ingest threads.
    pub workers: usize,
    /// Name of a collection that is kept; if absent, a fresh one is created and deleted at the end.
    pub keep_as: Option<&'a str>,
}

/// Loads the folder into a collection and asks its questions with `ask`, one at a time.
pub fn evaluate_answers<E: From<EngineError>>(
    engine: &Engine,
    evaluation: AnswerEvaluation<'_>,
    ask: &mut dyn FnMut(Question) -> Result<Answer, E>,
    progress: &mut dyn FnMut(Progress),
) -> Result<AnswerReport, E> {
    let questions = questions(evaluation.dir)?;
    with_collection(engine, evaluation.keep_as, |collection| {
        let corpus = load_corpus(engine, evaluation.dir, evaluation.workers, collection, progress)?;
        let mut judged = Vec::with_capacity(questions.len());
        let mut answered_by = String::new();
        for (done, question) in questions.iter().enumerate() {
            progress(Progress::Searching(done, questions.len()));
            let Searched { search_ms, assessed } = search(engine, collection, &question.text)?;
            let begun = Instant::now();
            let answer = ask(asked(engine, collection, &question.text))?;
            let ask_ms = begun.elapsed().as_secs_f64() * 1e3;
            let (signals, confidence) = assessed.unzip();
            let row = judge(engine, question, &answer, &corpus.names)?;
            judged.push(JudgedAnswer { ask_ms, search_ms, signals, confidence, ..row });
            let forget = |conn: &mut _| sessions::delete(conn, answer.session_id);
            engine.db().transaction(engine.local_actor(), forget).map_err(EngineError::from)?;
            answered_by = answer.answered_by;
        }
        let Corpus { names, chunks, .. } = corpus;
        let model = engine.model_of(collection)?.name().to_owned();
        let documents = names.values().map(Vec::len).sum();
        Ok(AnswerReport { documents, chunks, model, answered_by, ..AnswerReport::summarise(judged) })
    })
}

fn asked(engine: &Engine, collection: &Collection, text: &str) -> Question {
    Question {
        actor: engine.local_actor(),
        user: engine.local_user().id,
        session: None,
        place: Place::End,
        text: text.to_owned(),
        instructions: None,
        collections: vec![collection.id],
        filter: None,
        as_of: None,
        understanding: None,
        ranking: None,
        conversation: None,
    }
}

/// The search at the beginning of a turn.
struct Searched {
    search_ms: f64,
    /// Signals of the best part, and its confidence.
    assessed: Option<(Signals, f64)>,
}

fn search(engine: &Engine, collection: &Collection, text: &str) -> EngineResult<Searched> {
    let actor = engine.local_actor();
    let collections: [CollectionId; 1] = [collection.id];
    let limit = engine.settings().answer.passages.max(1);
    let request = SearchRequest {
        query: text,
        plain: true,
        collections: &collections,
        limit,
        ..SearchRequest::default()
    };
    let begun = Instant::now();
    let result = engine.find_passages(actor, &request)?;
    let search_ms = begun.elapsed().as_secs_f64() * 1e3;
    let evidence: Vec<Evidence> =
        (1..).zip(result.found).map(|(marker, found)| Evidence { marker, found }).collect();
    let assessed = assess(engine, actor, text, result.query_vector, &evidence)?;
    Ok(Searched { search_ms, assessed })
}

fn judge(
    engine: &Engine,
    question: &GoldQuestion,
    answer: &Answer,
    names: &Names,
) -> EngineResult<JudgedAnswer> {
    let is_answered =
        matches!(answer.outcome, Outcome::Answered | Outcome::Unsupported) && answer.text != NOT_FOUND;
    let parts = if is_answered { split_at_markers(&answer.text) } else { Vec::new() };
    let cited: HashSet<&str> = answer
        .citations
        .iter()
        .filter_map(|citation| citation.origin.document_id())
        .flat_map(|document| names.get(&document).into_iter().flatten().map(String::as_str))
        .collect();
    let mut verbatim_quotes = 0;
    for citation in &answer.citations {
        verbatim_quotes += usize::from(is_verbatim(engine, citation)?);
    }
    Ok(JudgedAnswer {
        id: question.id.clone(),
        group: question.group.clone(),
        question: question.text.clone(),
        answer: answer.text.clone(),
        is_answerable: question.is_answerable(),
        is_answered,
        has_gold: is_answered && question.is_answered_by(&answer.text),
        first_has_gold: parts.first().is_some_and(|first| question.is_answered_by(first)),
        cites_gold: is_answered && question.documents.iter().any(|id| cited.contains(id.as_str())),
        sentences: parts.len(),
        quotes: answer.citations.len(),
        verbatim_quotes,
        ask_ms: 0.0,
        search_ms: 0.0,
        signals: None,
        confidence: None,
    })
}

/// Returns whether the quote is the document's text at its offsets.
fn is_verbatim(engine: &Engine, citation: &Citation) -> EngineResult<bool> {
    let Some(document) = citation.origin.document_id() else { return Ok(false) };
    let text = engine.db().read(engine.local_actor(), |conn| -> RepoResult<Option<String>> {
        let Some(version) = documents::find(conn, document)?.current_version_id else {
            return Ok(None);
        };
        versions::text(conn, version, citation.start_offset, citation.end_offset).map(Some)
    })?;
    Ok(text.is_some_and(|text| text == citation.quote))
}

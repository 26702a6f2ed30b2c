//! Relevance judgements: a rated answer or a rated result teaches which passages help with which question.

use rag_embed::EmbedError;
use rag_repo::{
    Actor, PgConnection, RepoResult, collections,
    jobs::{self, Lease},
    judgements::{self, JudgedDocument},
    messages, search,
};
use rag_schema::{
    enums::{FaultReason, Rating},
    ids::{CollectionId, DocumentId, JudgementId, MessageId, PassageId, UserId},
    models::{ChatMessage, Judgement, NewJudgement},
};

use crate::{
    Engine, EngineError, EngineResult, Feedback, Model,
    answer::read_citations,
    retrieve::{Said, passage_digest, standalone},
};

/// Number of messages before a question among which the question that it follows up is looked for.
const RECENT_MESSAGES: i64 = 8;
/// Maximum length of a judgement's question, in characters.
const MAX_QUESTION_CHARS: usize = 10_000;
/// Number of questions that are embedded between two transactions of upkeep.
const EMBED_BATCH: i64 = 64;

/// A question with passages that helped or misled.
pub(crate) struct Lesson {
    question: String,
    passages: Vec<JudgedPassage>,
    /// From -1, the passages misled, to 1, they helped.
    weight: f32,
}

/// A passage that is judged.
struct JudgedPassage {
    collection_id: CollectionId,
    document_id: DocumentId,
    digest: [u8; 32],
    /// Embedding model of its collection.
    model_id: i32,
}

/// The question's vector by a model, as it is stored.
pub(crate) type QuestionVector = (i32, pgvector::HalfVector);

impl Engine {
    /// Judges a result of a search, in place of the user's earlier judgement of it for the same question. Returns
    /// `EngineError::NotFound` if the collection has no such passage in a document.
    pub fn judge_result(
        &self,
        actor: Actor,
        user: UserId,
        collection: CollectionId,
        (query, passage): (&str, PassageId),
        rating: Rating,
    ) -> EngineResult<Judgement> {
        let query = query.trim();
        if query.is_empty() {
            return Err(EngineError::Invalid(
                "query: it is blank. Name the question of the search.".to_owned(),
            ));
        }
        let passages = self.db().transaction(actor, |conn| -> RepoResult<_> {
            collections::find(conn, collection)?;
            judged_passages(conn, &[passage])
        });
        let mut passages = passages.map_err(|error| EngineError::from(error).naming("collection"))?;
        passages.retain(|passage| passage.collection_id == collection);
        if passages.is_empty() {
            return Err(EngineError::NotFound("passage"));
        }
        let weight = if rating == Rating::Up { 1.0 } else { -1.0 };
        let lesson = Lesson { question: query.to_owned(), passages, weight };
        let vectors = self.embed_lesson(&lesson)?;
        let stored = self.db().transaction(actor, |conn| lesson.store(conn, user, None, &vectors))?;
        stored.into_iter().next().ok_or(EngineError::NotFound("passage"))
    }

    /// Deletes a judgement of a result. Judgements of a rated answer are deleted with its rating.
    pub fn delete_judgement(&self, actor: Actor, id: JudgementId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| judgements::delete(conn, id));
        deleted.map_err(|error| EngineError::from(error).naming("judgement"))
    }

    /// Returns the judged documents of a collection by all its members, those that misled most first, at most `limit`. Only for
    /// editors and the owner.
    pub fn judged_documents(
        &self,
        actor: Actor,
        collection: CollectionId,
        limit: i64,
    ) -> EngineResult<Vec<JudgedDocument>> {
        let found = self.db().read(actor, |conn| {
            collections::find(conn, collection)?;
            if !collections::is_writable(conn, collection)? {
                return Err(EngineError::Forbidden(
                    "Only editors of the collection see what its members judged.",
                ));
            }
            Ok(judgements::by_document(conn, collection, limit)?)
        });
        found.map_err(|error: EngineError| error.naming("collection"))
    }

    /// Deletes all judgements in a collection, and returns their number. Only for the owner.
    pub fn forget_judgements(&self, actor: Actor, collection: CollectionId) -> EngineResult<i64> {
        let Actor::User { id: user, .. } = actor else {
            return Err(EngineError::Forbidden("Only the owner of the collection may do this."));
        };
        let forgotten = self.db().transaction(actor, |conn| {
            if collections::find(conn, collection)?.owner_id != user {
                return Err(EngineError::Forbidden("Only the owner of the collection may do this."));
            }
            Ok(judgements::forget(conn, collection)?)
        });
        forgotten.map_err(|error: EngineError| error.naming("collection"))
    }

    /// Embeds the lesson's question with the models of its collections that this process has; upkeep embeds the others.
    pub(crate) fn embed_lesson(&self, lesson: &Lesson) -> EngineResult<Vec<QuestionVector>> {
        let mut ids: Vec<i32> = lesson.passages.iter().map(|passage| passage.model_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let models = ids.into_iter().filter_map(|id| self.models().find(id));
        Ok(models.map(|model| embed(model, &lesson.question)).collect::<Result<_, _>>()?)
    }
}

fn embed(model: &Model, question: &str) -> Result<QuestionVector, EmbedError> {
    let vector = model.embedder().embed_query(question)?;
    Ok((model.id(), pgvector::HalfVector::from_f32_slice(&vector)))
}

impl Lesson {
    /// Returns what the rating of an answer teaches; `None` if nothing.
    pub(crate) fn of_answer(
        conn: &mut PgConnection,
        answer: &ChatMessage,
        rated: &Feedback,
    ) -> RepoResult<Option<Self>> {
        let Some((weight, question_id)) = weight_of(rated).zip(answer.question_id) else { return Ok(None) };
        let cited: Vec<PassageId> = read_citations(&answer.citations)
            .into_iter()
            .filter(|citation| citation.supported || weight < 0.0)
            .map(|citation| citation.chunk_id)
            .collect();
        let passages = judged_passages(conn, &cited)?;
        if passages.is_empty() {
            return Ok(None);
        }
        let question = question_of(conn, answer, question_id)?;
        Ok(Some(Self { question, passages, weight }))
    }

    /// Stores a judgement of each passage.
    pub(crate) fn store(
        &self,
        conn: &mut PgConnection,
        user: UserId,
        answer: Option<MessageId>,
        vectors: &[QuestionVector],
    ) -> RepoResult<Vec<Judgement>> {
        let store = |passage: &JudgedPassage| {
            let vector = vectors.iter().find(|(model, _)| *model == passage.model_id);
            let new = NewJudgement {
                id: JudgementId::new(),
                collection_id: passage.collection_id,
                document_id: passage.document_id,
                passage_sha256: &passage.digest,
                user_id: user,
                message_id: answer,
                question: &self.question,
                model_id: vector.map(|(model, _)| *model),
                question_vector: vector.map(|(_, vector)| vector),
                weight: self.weight,
            };
            judgements::insert(conn, &new)
        };
        self.passages.iter().map(store).collect()
    }
}

/// Returns what a rating says about the passages that the answer cites; `None` if nothing. An answer can be rated down for a reason
/// that is not its passages', so only a stated one counts in full.
fn weight_of(rated: &Feedback) -> Option<f32> {
    match (rated.rating, rated.reason) {
        (Rating::Up, _) => Some(1.0),
        (Rating::Down, Some(FaultReason::Incomplete)) => None,
        (Rating::Down, Some(FaultReason::Other) | None) => Some(-0.5),
        (Rating::Down, Some(FaultReason::Wrong | FaultReason::Unsupported | FaultReason::Outdated)) => {
            Some(-1.0)
        }
    }
}

/// Returns the question of an answer, after the question that it follows up.
fn question_of(conn: &mut PgConnection, answer: &ChatMessage, question_id: MessageId) -> RepoResult<String> {
    let branch = messages::list_branch(conn, answer.session_id, question_id, RECENT_MESSAGES)?;
    let (last, before) =
        branch.split_last().map_or(("", &[][..]), |(last, before)| (last.text.as_str(), before));
    let said: Vec<Said<'_>> =
        before.iter().map(|message| Said { sender: message.sender, text: &message.text }).collect();
    Ok(standalone(last, &said).chars().take(MAX_QUESTION_CHARS).collect())
}

/// Returns those of the passages that belong to documents.
fn judged_passages(conn: &mut PgConnection, ids: &[PassageId]) -> RepoResult<Vec<JudgedPassage>> {
    let mut judged = Vec::with_capacity(ids.len());
    for passage in search::passages(conn, ids)? {
        let Some(chunk) = passage.chunk() else { continue };
        judged.push(JudgedPassage {
            collection_id: passage.collection_id,
            document_id: chunk.document_id,
            digest: passage_digest(&passage.text),
            model_id: collections::find(conn, passage.collection_id)?.model_id,
        });
    }
    Ok(judged)
}

/// Embeds the questions of judgements that have no vector by the model of their collection: it moved to another model, or the process
/// that stored them did not have it.
pub(crate) fn embed_judgements(
    engine: &Engine,
    lease: Lease,
    is_stopping: &dyn Fn() -> bool,
) -> EngineResult<()> {
    let models = engine.models().ids();
    while !is_stopping() {
        let open = engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            judgements::list_unembedded(conn, &models, EMBED_BATCH)
        })?;
        let mut vectors = Vec::with_capacity(open.len());
        for (id, question, model) in &open {
            let Some(model) = engine.models().find(*model) else { continue };
            vectors.push((*id, embed(model, question)?));
        }
        engine.db().transaction(Actor::System, |conn| -> RepoResult<()> {
            jobs::hold(conn, lease)?;
            vectors
                .iter()
                .try_for_each(|(id, (model, vector))| judgements::set_vector(conn, *id, *model, vector))
        })?;
        if i64::try_from(open.len()).unwrap_or(i64::MAX) < EMBED_BATCH {
            break;
        }
    }
    Ok(())
}

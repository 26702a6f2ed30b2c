//! Rounds of conversations: the answers that lack one, and the passages that searches find.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, Text, Timestamptz, Uuid},
};
use rag_schema::{
    enums::Outcome,
    ids::{MessageId, SessionId, UserId},
    models::{NewEmbedding, NewPassage, NewRound},
    schema::{chat_messages, passages, rounds},
};

use crate::{PassageWords, RepoResult, index_words, write_embeddings};

/// Maximum length of an answer in the text of a round, in Unicode scalar values: the beginning of a long answer says what it is about.
const MAX_ANSWER_CHARS: usize = 4_000;

/// An answer whose round is not indexed.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct LackingRound {
    /// The answer.
    #[diesel(sql_type = Uuid)]
    pub answer_id: MessageId,
    /// Its conversation.
    #[diesel(sql_type = Uuid)]
    pub session_id: SessionId,
    /// User who holds the conversation.
    #[diesel(sql_type = Uuid)]
    pub user_id: UserId,
    /// Text of the question.
    #[diesel(sql_type = Text)]
    question: String,
    /// Text of the answer.
    #[diesel(sql_type = Text)]
    answer: String,
    /// Outcome of the answer.
    #[diesel(sql_type = Text)]
    outcome: Outcome,
    /// When the answer was stored.
    #[diesel(sql_type = Timestamptz)]
    pub said_at: DateTime<Utc>,
}

impl LackingRound {
    /// Returns the text by which the round is found.
    pub fn text(&self) -> String {
        round_text(&self.question, &self.answer, Some(self.outcome))
    }
}

/// Returns the text of a round: the question and, if the answer says anything, the answer.
pub(crate) fn round_text(question: &str, answer: &str, outcome: Option<Outcome>) -> String {
    match outcome {
        Some(Outcome::Answered | Outcome::Stopped) => {
            let answer: String = answer.chars().take(MAX_ANSWER_CHARS).collect();
            format!("{question}\n{answer}").trim().to_owned()
        }
        _ => question.to_owned(),
    }
}

/// Answers whose rounds are not indexed, oldest first: those that need one of the embedding models, or whose user has no rounds yet.
pub fn list_lacking(conn: &mut PgConnection, models: &[i32], limit: i64) -> RepoResult<Vec<LackingRound>> {
    Ok(diesel::sql_query(include_str!("lacking_rounds.sql"))
        .bind::<Array<Integer>, _>(models)
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// Number of answers whose rounds are not indexed, as `list_lacking` lists them.
pub fn count_lacking(conn: &mut PgConnection, models: &[i32]) -> RepoResult<i64> {
    let count = concat!("SELECT count(*) AS rows FROM (", include_str!("lacking_rounds.sql"), ") lacking");
    let counted: Counted = diesel::sql_query(count)
        .bind::<Array<Integer>, _>(models)
        .bind::<BigInt, _>(i64::MAX)
        .get_result(conn)?;
    Ok(counted.rows)
}

/// Keeps these answers from being deleted until the transaction ends. Returns those that exist and whose rounds are not indexed.
pub fn lock_lacking(conn: &mut PgConnection, answers: &[MessageId]) -> RepoResult<Vec<MessageId>> {
    Ok(chat_messages::table
        .filter(chat_messages::id.eq_any(answers))
        .filter(chat_messages::has_round.eq(false))
        .select(chat_messages::id)
        .order(chat_messages::id)
        .for_no_key_update()
        .load(conn)?)
}

/// Inserts rounds with their passages, vectors and words. Call it in a transaction that holds the answers by `lock_lacking`.
pub fn insert(
    conn: &mut PgConnection,
    new: &[NewRound],
    new_passages: &[NewPassage],
    (embeddings, words): (&[NewEmbedding], &[PassageWords]),
) -> RepoResult<()> {
    diesel::insert_into(passages::table).values(new_passages).execute(conn)?;
    diesel::insert_into(rounds::table).values(new).execute(conn)?;
    write_embeddings(conn, embeddings)?;
    index_words(conn, words)?;
    let answers: Vec<MessageId> = new.iter().map(|round| round.answer_id).collect();
    diesel::update(chat_messages::table.filter(chat_messages::id.eq_any(answers)))
        .set(chat_messages::has_round.eq(true))
        .execute(conn)?;
    Ok(())
}

//! Requests that clients can send again without doing their work twice.

use rag_repo::{
    Actor,
    idempotency::{self, Attempt, Known, StoredAnswer},
};
use rag_schema::ids::UserId;
use uuid::Uuid;

use crate::{Engine, EngineError, EngineResult};

/// Time after which a request whose process has died can begin again, in seconds, unless its hold is renewed.
const LEASE_S: i32 = 60;

/// A request with a key, in progress.
#[derive(Debug, Clone)]
pub struct HeldKey {
    actor: Actor,
    user: UserId,
    key: String,
    holder: Uuid,
}

/// What a key stands for when a request arrives with it.
#[derive(Debug)]
pub enum KeyState {
    /// A new request: it holds the key, until `answer_key` or `release_key`.
    Held(HeldKey),
    /// A request that succeeded, with its answer.
    Answered(StoredAnswer),
}

impl HeldKey {
    fn attempt(&self) -> Attempt<'_> {
        Attempt { user: self.user, key: &self.key, holder: self.holder }
    }
}

impl Engine {
    /// Begins a request of the user under a key. Returns `EngineError::Conflict` while another request holds the key.
    pub fn begin_key(&self, actor: Actor, user: UserId, key: String) -> EngineResult<KeyState> {
        let held = HeldKey { actor, user, key, holder: Uuid::new_v4() };
        match self.db().transaction(actor, |conn| idempotency::begin(conn, held.attempt(), LEASE_S))? {
            Known::New => Ok(KeyState::Held(held)),
            Known::Answered(answer) => Ok(KeyState::Answered(answer)),
            Known::InProgress => Err(EngineError::Conflict(
                "A request with this idempotency key is in progress. Wait for its end, and send yours again."
                    .to_owned(),
            )),
        }
    }

    /// Prolongs the hold of a request that takes long; to be called at least twice a minute.
    pub fn renew_key(&self, held: &HeldKey) -> EngineResult<()> {
        let renew = |conn: &mut _| idempotency::renew(conn, held.attempt(), LEASE_S);
        Ok(self.db().transaction(held.actor, renew)?)
    }

    /// Stores the answer of a request that has succeeded, for a day.
    pub fn answer_key(&self, held: &HeldKey, answer: &StoredAnswer) -> EngineResult<()> {
        Ok(self.db().transaction(held.actor, |conn| idempotency::answer(conn, held.attempt(), answer))?)
    }

    /// Frees the key of a request that did not succeed: it can be corrected and sent again.
    pub fn release_key(&self, held: &HeldKey) -> EngineResult<()> {
        Ok(self.db().transaction(held.actor, |conn| idempotency::release(conn, held.attempt()))?)
    }
}

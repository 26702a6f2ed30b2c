//! Disk space for uploads in progress: a total, of which one account can use at most half.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use rag_engine::Actor;
use uuid::Uuid;

use crate::problem::{ApiError, ApiResult, Code};

/// The disk space for uploads in progress, counted by account.
#[derive(Debug)]
pub(crate) struct Scratch {
    /// Maximum size for all accounts together, in bytes.
    total: u64,
    /// Maximum size for one account, in bytes.
    share: u64,
    held: Mutex<HashMap<Uuid, u64>>,
}

impl Scratch {
    /// Creates space of `total` bytes. A file of at most `max_file` bytes always fits into an account's share.
    pub(crate) fn new(total: u64, max_file: u64) -> Self {
        Self { total: total.max(max_file), share: (total / 2).max(max_file), held: Mutex::default() }
    }

    /// Returns an empty reservation for an upload of `actor`, which grows as the bytes arrive.
    pub(crate) fn reserve(self: &Arc<Self>, actor: Actor) -> Reserved {
        let account = if let Actor::User { id, .. } = actor { id.uuid() } else { Uuid::nil() };
        Reserved { scratch: Arc::clone(self), account, bytes: 0 }
    }
}

/// The space of one upload, which is released when it is dropped.
#[derive(Debug)]
pub(crate) struct Reserved {
    scratch: Arc<Scratch>,
    account: Uuid,
    bytes: u64,
}

impl Reserved {
    /// Reserves `bytes` more. The error is 429 if the account's share is exhausted, 503 if the total is exhausted.
    pub(crate) fn grow(&mut self, bytes: u64) -> ApiResult<()> {
        let mut held = self.scratch.held.lock().unwrap_or_else(PoisonError::into_inner);
        let total: u64 = held.values().sum();
        let own = held.entry(self.account).or_default();
        if *own + bytes > self.scratch.share {
            let refusal = ApiError::new(
                Code::LimitReached,
                "Your uploads in progress take all the room that an account may use. Send this again when they have ended.",
            );
            return Err(ApiError { retry_after_s: Some("1".to_owned()), ..refusal });
        }
        if total + bytes > self.scratch.total {
            return Err(ApiError::new(
                Code::Unavailable,
                "Uploads in progress take all the room for them. Send this again shortly.",
            ));
        }
        *own += bytes;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let mut held = self.scratch.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = held.get_mut(&self.account) {
            *own = own.saturating_sub(self.bytes);
            if *own == 0 {
                held.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rag_schema::ids::UserId;

    use super::*;

    #[test]
    fn an_account_gets_at_most_half_and_gives_its_room_back() {
        let scratch = Arc::new(Scratch::new(100, 10));
        let (ada, bob) = (Actor::user(UserId::new()), Actor::user(UserId::new()));
        let mut first = scratch.reserve(ada);
        first.grow(50).unwrap();
        let mut second = scratch.reserve(ada);
        assert_eq!(second.grow(1).unwrap_err().code, Code::LimitReached);
        let mut other = scratch.reserve(bob);
        other.grow(50).unwrap();
        let mut third = scratch.reserve(Actor::user(UserId::new()));
        assert_eq!(third.grow(1).unwrap_err().code, Code::Unavailable);
        drop(first);
        second.grow(50).unwrap();
    }
}

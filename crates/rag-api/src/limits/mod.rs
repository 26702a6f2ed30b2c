//! Rate limits: by caller, and by address and account for clients that are not authenticated.

mod client;
mod local;
mod shared;

use std::{io, net::IpAddr, num::NonZeroU32, time::Duration};

use rag_engine::accounts::digest;
use uuid::Uuid;

pub(crate) use self::client::client;
use self::{local::LocalCounters, shared::SharedCounters};
use crate::{
    ApiSettings,
    problem::{ApiError, ApiResult, Code},
};

/// Counts calls: in Redis for all processes together, if configured; otherwise, and while Redis does not answer, in this process.
#[derive(Debug)]
pub(crate) struct RateLimits {
    requests: Option<Limit>,
    attempts: Option<Limit>,
    account_attempts: Option<Limit>,
    shared: Option<SharedCounters>,
}

/// Number of counters for accounts. Accounts share counters by their hash, so memory is bounded however many names are tried.
const MAX_ACCOUNT_COUNTERS: u16 = u16::MAX;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

#[derive(Debug)]
struct Limit {
    rate: Rate,
    local: LocalCounters,
}

/// A rate limit: `calls` at once, and then `calls` evenly spread over each period.
#[derive(Debug, Clone, Copy)]
struct Rate {
    calls: NonZeroU32,
    period: Duration,
}

impl Rate {
    /// Returns the time between evenly spread calls.
    fn interval(self) -> Duration {
        self.period / self.calls.get()
    }
}

impl RateLimits {
    /// Creates the counters. Fails if the address of Redis cannot be parsed.
    pub(crate) fn new(settings: &ApiSettings) -> io::Result<Self> {
        let limit = |calls, period| {
            let rate = Rate { calls: NonZeroU32::new(calls)?, period };
            Some(Limit { rate, local: LocalCounters::new(rate) })
        };
        let shared = settings.redis_url.as_deref().map(SharedCounters::new).transpose();
        Ok(Self {
            requests: limit(settings.requests_per_minute, MINUTE),
            attempts: limit(settings.attempts_per_minute, MINUTE),
            account_attempts: limit(settings.account_attempts_per_hour, HOUR),
            // The error contains only the kind of fault, because the address may contain a password.
            shared: shared.map_err(|error| {
                io::Error::new(
                    io::ErrorKind::InvalidInput,
                    format!("the address of Redis: {}", error.category()),
                )
            })?,
        })
    }

    /// Counts a request of a user, with any of their keys, or of a link's bearers.
    pub(crate) async fn admit(&self, who: Uuid) -> ApiResult<()> {
        self.count(self.requests.as_ref(), &format!("request:{who}"), "Too many requests.").await
    }

    /// Counts an attempt to authenticate or to create an account.
    pub(crate) async fn attempt(&self, address: IpAddr) -> ApiResult<()> {
        let who = format!("attempt:{address}");
        self.count(self.attempts.as_ref(), &who, "Too many attempts from this address.").await
    }

    /// Counts an attempt at an account's password from an address from which the account has not signed in, whether or not the
    /// account exists.
    pub(crate) async fn attempt_account(&self, email: &str) -> ApiResult<()> {
        let [first, second, ..] = digest(&email.trim().to_lowercase());
        let counter = u16::from_be_bytes([first, second]) % MAX_ACCOUNT_COUNTERS;
        let detail = "Too many attempts at this account from addresses that it has not signed in from.";
        self.count(self.account_attempts.as_ref(), &format!("account:{counter}"), detail).await
    }

    async fn count(&self, limit: Option<&Limit>, who: &str, detail: &str) -> ApiResult<()> {
        let Some(limit) = limit else { return Ok(()) };
        let wait = match &self.shared {
            Some(shared) => {
                shared.count(who, limit.rate).await.unwrap_or_else(|_away| limit.local.count(who))
            }
            None => limit.local.count(who),
        };
        wait.map_or(Ok(()), |wait| {
            let retry_after_s = wait.max(Duration::from_millis(1)).as_secs_f64().ceil();
            let refusal = ApiError::new(Code::LimitReached, format!("{detail} Wait {retry_after_s} s."));
            Err(ApiError { retry_after_s: Some(format!("{retry_after_s}")), ..refusal })
        })
    }
}

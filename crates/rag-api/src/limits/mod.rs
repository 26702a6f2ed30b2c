//! How often somebody may call: by who they are, and by address for those who have not proved anything.

mod client;
mod local;
mod shared;

use std::{io, net::IpAddr, num::NonZeroU32, time::Duration};

use uuid::Uuid;

pub(crate) use self::client::client;
use self::{local::LocalCounters, shared::SharedCounters};
use crate::{
    ApiSettings,
    problem::{ApiError, ApiResult, Code},
};

/// Counts calls: in Redis for all processes together where there is one, else, and while it does not answer, here.
#[derive(Debug)]
pub(crate) struct Limits {
    requests: Option<Limit>,
    attempts: Option<Limit>,
    shared: Option<SharedCounters>,
}

/// So many calls may come at once, and as many more evenly in each minute.
#[derive(Debug)]
struct Limit {
    per_minute: NonZeroU32,
    local: LocalCounters,
}

impl Limits {
    /// Fails if the address of Redis cannot be parsed.
    pub(crate) fn new(settings: &ApiSettings) -> io::Result<Self> {
        let limit = |per_minute| {
            NonZeroU32::new(per_minute)
                .map(|per_minute| Limit { per_minute, local: LocalCounters::new(per_minute) })
        };
        let shared = settings.redis_url.as_deref().map(SharedCounters::new).transpose();
        Ok(Self {
            requests: limit(settings.requests_per_minute),
            attempts: limit(settings.attempts_per_minute),
            // The error holds no more than its kind: the address may hold a password.
            shared: shared.map_err(|error| {
                io::Error::new(
                    io::ErrorKind::InvalidInput,
                    format!("the address of Redis: {}", error.category()),
                )
            })?,
        })
    }

    /// Counts a request of a person, whichever of their keys it came with, or of a link's bearers.
    pub(crate) async fn admit(&self, who: Uuid) -> ApiResult<()> {
        self.count(self.requests.as_ref(), &format!("request:{who}"), "Too many requests.").await
    }

    /// Counts an attempt to prove something, or to make an account.
    pub(crate) async fn attempt(&self, address: IpAddr) -> ApiResult<()> {
        let who = format!("attempt:{address}");
        self.count(self.attempts.as_ref(), &who, "Too many attempts from this address.").await
    }

    async fn count(&self, limit: Option<&Limit>, who: &str, detail: &str) -> ApiResult<()> {
        let Some(limit) = limit else { return Ok(()) };
        let wait = match &self.shared {
            Some(shared) => {
                shared.count(who, limit.per_minute).await.unwrap_or_else(|_away| limit.local.count(who))
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

//! Counters in Redis (or Valkey), for all processes together.

use std::{
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use redis::{
    Client, RedisError, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use super::Rate;

/// Maximum time for an answer; and the pause after a missing answer, during which Redis is not used.
const PATIENCE: Duration = Duration::from_millis(250);
const PAUSE: Duration = Duration::from_secs(2);

static GCRA: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("gcra.lua")));

/// Counters in Redis. The connection is opened at the first use, and reopened after it breaks.
pub(super) struct SharedCounters {
    connection: ConnectionManager,
    started: Instant,
    /// Time until which Redis is not used, in milliseconds since `started`.
    away_until_ms: AtomicU64,
}

/// Redis does not answer.
#[derive(Debug)]
pub(super) struct Away;

impl SharedCounters {
    /// Creates counters at `url`, such as `redis://host:6379/0` or `rediss://..` for TLS. Fails if the URL is invalid.
    pub(super) fn new(url: &str) -> Result<Self, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(1);
        Ok(Self {
            connection: ConnectionManager::new_lazy_with_config(Client::open(url)?, config)?,
            started: Instant::now(),
            away_until_ms: AtomicU64::new(0),
        })
    }

    /// Counts a call. Returns the time to wait if it exceeds the limit.
    pub(super) async fn count(&self, who: &str, rate: Rate) -> Result<Option<Duration>, Away> {
        let now_ms = millis(self.started.elapsed());
        if now_ms < self.away_until_ms.load(Ordering::Relaxed) {
            return Err(Away);
        }
        let answer = tokio::time::timeout(PATIENCE, self.ask(who, rate)).await;
        let error = match answer {
            Ok(Ok(wait)) => return Ok((wait > Duration::ZERO).then_some(wait)),
            Ok(Err(error)) => error.category().to_owned(),
            Err(_) => "no answer in time".to_owned(),
        };
        self.away_until_ms.store(now_ms + millis(PAUSE), Ordering::Relaxed);
        tracing::warn!(%error, "Redis does not count: each process counts for itself until it does");
        Err(Away)
    }

    async fn ask(&self, who: &str, rate: Rate) -> Result<Duration, RedisError> {
        let interval_us = u64::try_from(rate.interval().as_micros()).unwrap_or(u64::MAX);
        let wait_us: u64 = GCRA
            .key(format!("rag:limit:{who}"))
            .arg(interval_us)
            .arg(rate.calls.get())
            .invoke_async(&mut self.connection.clone())
            .await?;
        Ok(Duration::from_micros(wait_us))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl std::fmt::Debug for SharedCounters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedCounters").finish_non_exhaustive()
    }
}

//! Gives out turns to ask a host: one request at a time, with a pause before the next one, in the whole process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as TurnMutex, OwnedMutexGuard},
    time::{Instant, sleep_until},
};

/// Number of hosts above which those are forgotten that nobody asks.
const MAX_IDLE_HOSTS: usize = 1_000;

/// The hosts that are asked, with the time from which the next request may begin.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    free_from: Mutex<HashMap<String, Arc<TurnMutex<Instant>>>>,
}

/// The turn to ask a host. The pause begins when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    free_from: OwnedMutexGuard<Instant>,
    pause: Duration,
}

impl Hosts {
    /// Waits for the turn to ask the host.
    pub(crate) async fn turn(&self, host: &str, pause: Duration) -> Turn {
        let host = self.host(host);
        let free_from = host.lock_owned().await;
        sleep_until(*free_from).await;
        Turn { free_from, pause }
    }

    fn host(&self, name: &str) -> Arc<TurnMutex<Instant>> {
        let mut hosts = self.free_from.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MAX_IDLE_HOSTS {
            let now = Instant::now();
            hosts.retain(|_, host| host.try_lock().map_or(true, |free_from| *free_from > now));
        }
        let host = hosts.entry(name.to_owned()).or_insert_with(|| Arc::new(TurnMutex::new(Instant::now())));
        Arc::clone(host)
    }
}

impl Turn {
    /// Lengthens the pause to that which the host asks for.
    pub(crate) fn lengthen(&mut self, pause: Duration) {
        self.pause = self.pause.max(pause);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *self.free_from = Instant::now() + self.pause;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_host_is_asked_once_at_a_time_with_a_pause_between_two_requests() {
        let hosts = Hosts::default();
        let (began, pause) = (Instant::now(), Duration::from_millis(20));
        let mut first = hosts.turn("a", pause).await;
        let second = hosts.turn("a", pause);
        tokio::pin!(second);
        tokio::select! {
            biased;
            _ = &mut second => panic!("the host is asked twice at the same time"),
            _ = hosts.turn("b", pause) => {}
        }
        first.lengthen(3 * pause);
        drop(first);
        drop(second.await);
        assert!(began.elapsed() >= 3 * pause);
        drop(hosts.turn("a", pause).await);
        assert!(began.elapsed() >= 4 * pause);
    }
}

//! How often somebody may call: by who they are, and by address for those who have not proved anything.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use uuid::Uuid;

use crate::{
    ApiSettings,
    problem::{ApiError, ApiResult, Code},
};

/// Counters in this process. Those that have filled up again are forgotten from time to time, so memory is bounded by
/// how many call within a minute.
#[derive(Debug)]
pub(crate) struct Limits {
    requests: Option<DefaultKeyedRateLimiter<Uuid>>,
    attempts: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

/// Keys known at most before those that have filled up again are looked for and forgotten.
const MOST_KEYS: usize = 10_000;

impl Limits {
    pub(crate) fn new(settings: &ApiSettings) -> Self {
        Self {
            requests: per_minute(settings.requests_per_minute).map(RateLimiter::keyed),
            attempts: per_minute(settings.attempts_per_minute).map(RateLimiter::keyed),
        }
    }

    /// Counts a request of a person, whichever of their keys it came with, or of a link's bearers.
    pub(crate) fn admit(&self, who: Uuid) -> ApiResult<()> {
        count(self.requests.as_ref(), &who, "Too many requests.")
    }

    /// Counts an attempt to prove something, or to make an account.
    pub(crate) fn attempt(&self, address: IpAddr) -> ApiResult<()> {
        count(self.attempts.as_ref(), &address, "Too many attempts from this address.")
    }
}

fn per_minute(requests: u32) -> Option<Quota> {
    NonZeroU32::new(requests).map(Quota::per_minute)
}

fn count<K: std::hash::Hash + Eq + Clone>(
    limiter: Option<&DefaultKeyedRateLimiter<K>>,
    key: &K,
    detail: &str,
) -> ApiResult<()> {
    let Some(limiter) = limiter else { return Ok(()) };
    if limiter.len() > MOST_KEYS {
        limiter.retain_recent();
        limiter.shrink_to_fit();
    }
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        let retry_after_s = wait.max(Duration::from_millis(1)).as_secs_f64().ceil();
        let refusal = ApiError::new(Code::LimitReached, format!("{detail} Wait {retry_after_s} s."));
        ApiError { retry_after_s: Some(format!("{retry_after_s}")), ..refusal }
    })
}

/// Who is counted under an address: of IPv6 the network that one site gets.
pub(crate) fn address(peer: Option<SocketAddr>) -> IpAddr {
    match peer.map(|peer| peer.ip().to_canonical()) {
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        Some(v4) => v4,
        None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_calls_too_often_is_told_when_to_come_again() {
        let limits = Limits::new(&ApiSettings { requests_per_minute: 2, ..ApiSettings::default() });
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert!(limits.admit(one).is_ok() && limits.admit(one).is_ok());
        let refusal = limits.admit(one).unwrap_err();
        assert_eq!(refusal.code, Code::LimitReached);
        assert!((1..=30).contains(&refusal.retry_after_s.unwrap().parse::<u32>().unwrap()));
        assert!(limits.admit(other).is_ok());
    }

    #[test]
    fn no_limit_is_set_by_zero() {
        let limits = Limits::new(&ApiSettings { attempts_per_minute: 0, ..ApiSettings::default() });
        assert!((0..1000).all(|_| limits.attempt(IpAddr::V4(Ipv4Addr::LOCALHOST)).is_ok()));
    }

    #[test]
    fn a_site_is_one_address() {
        let of = |text: &str| address(Some(format!("[{text}]:1").parse().unwrap()));
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
    }
}

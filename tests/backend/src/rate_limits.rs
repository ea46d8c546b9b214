//! How often one address may call a route.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_mins(1);

/// A route and how often it may be called in a minute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) route: &'static str,
    pub(crate) per_minute: usize,
}

/// The calls of the last minute, by route and address.
#[derive(Default)]
pub(crate) struct RateLimits {
    calls: Mutex<HashMap<(&'static str, IpAddr), VecDeque<Instant>>>,
}

impl RateLimits {
    /// Enters a call, or says how long to wait before the next; a refused call is not entered.
    pub(crate) fn enter(&self, limit: Limit, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = calls.entry((limit.route, address)).or_default();
        while calls.front().is_some_and(|&call| now.duration_since(call) >= WINDOW) {
            calls.pop_front();
        }
        if let Some(&first) = calls.front().filter(|_| calls.len() >= limit.per_minute) {
            return Err(WINDOW.saturating_sub(now.duration_since(first)));
        }
        calls.push_back(now);
        Ok(())
    }

    /// Forgets all calls.
    pub(crate) fn reset(&self) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const LIMIT: Limit = Limit { route: "login", per_minute: 2 };

    #[test]
    fn a_call_over_the_limit_is_told_when_the_first_one_is_a_minute_old() {
        let (limits, start) = (RateLimits::default(), Instant::now());
        let enter = |seconds| limits.enter(LIMIT, Ipv4Addr::LOCALHOST.into(), start + Duration::from_secs(seconds));
        assert_eq!(enter(0), Ok(()));
        assert_eq!(enter(20), Ok(()));
        assert_eq!(enter(30), Err(Duration::from_secs(30)));
        assert_eq!(enter(60), Ok(()));
        assert_eq!(enter(60), Err(Duration::from_secs(20)));
    }

    #[test]
    fn routes_and_addresses_are_counted_apart() {
        let (limits, now) = (RateLimits::default(), Instant::now());
        let enter =
            |route, last| limits.enter(Limit { route, per_minute: 1 }, Ipv4Addr::new(127, 0, 0, last).into(), now);
        assert!(enter("login", 1).is_ok() && enter("refresh", 1).is_ok() && enter("login", 2).is_ok());
        assert!(enter("login", 1).is_err());
        limits.reset();
        assert!(enter("login", 1).is_ok());
    }
}

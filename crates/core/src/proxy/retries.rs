//! When a proxy asks its backend again.

use core::time::Duration;

use crate::call::Method;
use crate::error::Code;

/// The waits before a request is repeated, one each: 100 ms and 200 ms unless others are given.
///
/// ```
/// use std::time::Duration;
/// use twinfetch_core::{call::Method, error::Code, proxy::{Failure, Retries, Spent}};
/// let (retries, lost) = (Retries::default(), Failure::Unanswered(Code::ConnectionLost));
/// let wait = |attempt| retries.wait(attempt, Method::Get, Spent::Nothing, lost);
/// assert_eq!(wait(1), Some(Duration::from_millis(100)));
/// assert_eq!(wait(2), Some(Duration::from_millis(200)));
/// assert_eq!(wait(3), None);
/// assert_eq!(retries.wait(1, Method::Post, Spent::Nothing, lost), None); // it may have been done
/// ```
#[derive(Clone, Debug)]
pub struct Retries(Vec<Duration>);

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No response, or not in time.
    Unanswered(Code),
    /// A response with this status, and the wait in milliseconds that it asks for.
    Answered(u16, Option<u64>),
}

/// What an attempt took of the request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// Nothing: there is no body.
    Nothing,
    /// Nothing yet: the body can still be sent.
    Untouched,
    /// Some of it, which is not kept.
    Some,
}

impl Default for Retries {
    fn default() -> Self {
        Self::new([Duration::from_millis(100), Duration::from_millis(200)])
    }
}

impl Retries {
    /// One repetition after each of these waits.
    pub fn new(waits: impl IntoIterator<Item = Duration>) -> Self {
        Self(waits.into_iter().collect())
    }

    /// The wait before an attempt that follows the failed one, counted from 1; `None` when the failure stands.
    ///
    /// Repeated are idempotent requests (RFC 9110 §9.2.2) without a body, and any that was not sent. A backend that asks
    /// for a longer wait gets no repetition.
    pub fn wait(&self, attempt: usize, method: Method, spent: Spent, failure: Failure) -> Option<Duration> {
        let wait = *self.0.get(attempt.checked_sub(1)?)?;
        let harmless = method.is_idempotent() && spent == Spent::Nothing;
        let repeatable = match failure {
            Failure::Unanswered(code) if code.is_unsent() => code.is_passing() && spent != Spent::Some,
            Failure::Unanswered(code) => code.is_passing() && harmless,
            Failure::Answered(status, asked) => {
                let soon = asked.is_none_or(|asked| u128::from(asked) <= wait.as_millis());
                harmless && matches!(status, 502..=504) && soon
            }
        };
        repeatable.then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Failure, Method, Retries, Spent};

    const LOST: Failure = Failure::Unanswered(Code::ConnectionLost);
    const UNSENT: Failure = Failure::Unanswered(Code::ConnectFailed);

    fn repeats(method: Method, spent: Spent, failure: Failure) -> bool {
        Retries::default().wait(1, method, spent, failure).is_some()
    }

    #[test]
    fn only_what_does_no_harm_is_repeated() {
        for method in Method::ALL.iter().copied() {
            let idempotent = !matches!(method, Method::Patch | Method::Post);
            for failure in [LOST, Failure::Answered(502, None), Failure::Answered(503, Some(0))] {
                assert_eq!(repeats(method, Spent::Nothing, failure), idempotent, "{method:?} {failure:?}");
                assert!(!repeats(method, Spent::Untouched, failure) && !repeats(method, Spent::Some, failure));
            }
            for (spent, expected) in [(Spent::Nothing, true), (Spent::Untouched, true), (Spent::Some, false)] {
                assert_eq!(repeats(method, spent, UNSENT), expected, "{method:?} {spent:?}");
            }
        }
    }

    #[test]
    fn an_answer_is_repeated_only_when_it_may_change_soon() {
        for (status, asked) in [(200, None), (404, None), (429, None), (500, None), (501, None), (503, Some(1_000))] {
            assert!(!repeats(Method::Get, Spent::Nothing, Failure::Answered(status, asked)), "{status}");
        }
        assert_eq!(Retries::new([]).wait(1, Method::Get, Spent::Nothing, UNSENT), None);
    }

    #[test]
    fn what_does_not_pass_is_not_repeated() {
        for code in [Code::TlsFailed, Code::ProtocolFailed, Code::Aborted] {
            assert!(!repeats(Method::Get, Spent::Nothing, Failure::Unanswered(code)), "{}", code.name());
        }
    }
}

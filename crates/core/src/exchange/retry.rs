//! When a call is sent again by itself, and after how long.

use super::{Exchange, Plan, Reading, Step};
use crate::error::{Code, Error};
use crate::head::Head;
use crate::session::Presented;

/// How often a call is sent again by itself, and after how long. Times are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How many requests a call may take in all, of which the first is no repetition.
    pub attempts: u8,
    /// The longest wait before the second request; each further one doubles it.
    pub base: u32,
    /// The longest wait without the server's asking for one.
    pub cap: u32,
    /// The longest `Retry-After` that is obeyed; a longer one is the caller's business.
    pub longest: u32,
}

impl Retry {
    /// A call is sent once.
    pub const NONE: Self = Self { attempts: 1, ..Self::DEFAULT };

    /// Three requests in all; waits of up to 200 and 400 ms, of which chance takes a part (full jitter); `Retry-After` of up
    /// to half a minute.
    pub const DEFAULT: Self = Self { attempts: 3, base: 200, cap: 5_000, longest: 30_000 };

    /// The wait after a number of attempts; `random` is any number.
    pub(crate) fn wait(self, attempts: u32, asked: Option<u64>, random: u32) -> Option<u64> {
        if attempts >= u32::from(self.attempts) {
            return None;
        }
        let ceiling = u64::from(self.base) << attempts.saturating_sub(1).min(20);
        let chosen = (ceiling.min(u64::from(self.cap)) * u64::from(random)) >> 32;
        match asked {
            // Who was told the same wait shall not come back at the same moment.
            Some(asked) if asked <= u64::from(self.longest) => Some(asked + chosen.min(u64::from(self.base))),
            Some(_) => None,
            None => Some(chosen),
        }
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What one client may repeat at one origin: a tenth of its calls, and ten at first. An outage is not multiplied by those who
/// wait for its end.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    tenths: u8,
}

impl Budget {
    const FULL: u8 = 100;

    /// Ten repetitions.
    pub const fn new() -> Self {
        Self { tenths: Self::FULL }
    }

    /// A call begins, which earns a tenth of a repetition.
    pub const fn deposit(&mut self) {
        if self.tenths < Self::FULL {
            self.tenths += 1;
        }
    }

    /// A repetition begins; `false` when there is none left.
    pub const fn spend(&mut self) -> bool {
        let enough = self.tenths >= 10;
        if enough {
            self.tenths -= 10;
        }
        enough
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

/// An attempt has failed in a way that may pass.
#[derive(Debug)]
pub struct Failed {
    pub(super) why: Result<Head, Code>,
}

/// The next attempt waits for its time.
#[derive(Debug)]
pub struct Paused {
    why: Error,
}

impl<'a> Exchange<'a, Failed> {
    /// Waits for the next attempt, or ends with the failure where there is none: too many already, the budget spent, or no
    /// time for it. `left` is the time that the call still has, in milliseconds, and `random` any number.
    pub fn pause(self, budget: &mut Budget, random: u32, left: u64) -> Step<'a> {
        let Self { plan, stage: Failed { why } } = self;
        let asked = why.as_ref().ok().and_then(|head| head.retry_after);
        match plan.call.retry.wait(plan.attempts, asked, random) {
            Some(wait) if wait < left && budget.spend() => {
                let why = match why {
                    Ok(head) => plan.failure(super::outcome::code(head.status)).with_head(&head),
                    Err(code) => plan.failure(code),
                };
                Step::Sleep(plan.at(Paused { why }), wait)
            }
            _ => match why {
                Ok(head) => Step::Read(plan.at(Reading { head })),
                Err(code) => plan.fail(code),
            },
        }
    }
}

impl<'a> Exchange<'a, Paused> {
    /// Sends the call again as the same user; where that is no longer who is signed in, the failure stands. What was held
    /// back from the request, as a verb does, is held back again.
    pub fn resumed(mut self, presented: Result<Presented, Error>) -> Step<'a> {
        let old = &self.plan.presented;
        let (bears, signed_out) = (old.token.is_some(), old.signed_out);
        match presented {
            Ok(mut new) if new.user == old.user && (new.token.is_some() || !bears) => {
                new.token = new.token.filter(|_| bears);
                new.signed_out &= signed_out;
                self.plan.present(new);
                // Since the token was renewed, others may have worn it out.
                self.plan.renewals_left = 1;
                self.plan.send()
            }
            _ => Step::Done(Err(self.stage.why)),
        }
    }
}

impl<S> Exchange<'_, S> {
    /// How a call ends whose driver has stopped it, wherever it was: its time is over, or its caller gave up.
    pub fn interrupted(&self, code: Code) -> Error {
        self.plan.failure(code)
    }
}

impl Plan<'_> {
    /// Whether the failed attempt may be followed by another.
    pub(super) fn may_repeat(&self, why: &Result<Head, Code>) -> bool {
        let call = &self.call;
        let repeatable = call.method.is_idempotent() || call.headers.iter().any(|(name, _)| name == "idempotency-key");
        let passing = match why {
            Ok(head) => repeatable && matches!(head.status, 429 | 502..=504),
            Err(code) => code.is_passing() && (repeatable || code.is_unsent()),
        };
        passing && !call.once && call.retry.attempts > 1
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, Retry};
    use crate::address::{BaseUrl, Path};
    use crate::call::{Call, Credentials, Method};
    use crate::dialect::Dialect;
    use crate::error::{Code, Error, Sent};
    use crate::exchange::{Exchange, Step};
    use crate::head::Head;
    use crate::secret::Secret;
    use crate::session::Presented;

    const MOST: u32 = u32::MAX;

    #[test]
    fn waits_double_up_to_the_cap_and_chance_takes_a_part() {
        let retry = Retry { attempts: 9, base: 200, cap: 1_000, longest: 30_000 };
        let longest: Vec<_> = (1..=5).filter_map(|attempts| retry.wait(attempts, None, MOST)).collect();
        assert_eq!(longest, [199, 399, 799, 999, 999]);
        assert_eq!(retry.wait(3, None, 0), Some(0));
        assert_eq!(retry.wait(9, None, 0), None);
        assert_eq!(Retry::NONE.wait(1, Some(0), 0), None);
    }

    #[test]
    fn a_wait_that_the_server_asks_for_is_obeyed_unless_it_is_too_long() {
        let wait = |asked| Retry::DEFAULT.wait(1, Some(asked), 0);
        assert_eq!((wait(0), wait(30_000), wait(30_001)), (Some(0), Some(30_000), None));
        assert_eq!(Retry::DEFAULT.wait(2, Some(1_000), MOST), Some(1_200));
    }

    #[test]
    fn an_outage_gets_ten_repetitions_and_then_one_for_ten_calls() {
        let mut budget = Budget::new();
        assert_eq!((0..50).filter(|_| budget.spend()).count(), 10);
        let repeated = (0..1_000).filter(|_| {
            budget.deposit();
            budget.spend()
        });
        assert_eq!(repeated.count(), 100);
    }

    #[test]
    fn a_call_that_is_stopped_in_a_wait_says_what_is_known_of_its_attempts() {
        let (dialect, base) = (Dialect::authjs(), BaseUrl::parse("http://h", "baseUrl").unwrap());
        let stopped = |answer: Result<u16, Code>| {
            let call = Call::new(Method::Put, Path::parse("/", &base).unwrap()).retry(Retry::DEFAULT);
            let step = Exchange::start(&dialect, &base, call, Ok(Presented::default()));
            let Step::Send(exchange, _) = step else { panic!("nothing is sent") };
            let step = exchange.settled(answer.map(|status| Head::new(status, 0, |_| None)));
            let Step::Retry(exchange) = step else { panic!("it is not repeated") };
            let step = exchange.pause(&mut Budget::new(), 0, 30_000);
            let Step::Sleep(exchange, _) = step else { panic!("there is no wait") };
            let error = exchange.interrupted(Code::Aborted);
            (error.sent(), error.attempts())
        };
        assert_eq!(stopped(Ok(504)), (Sent::Acknowledged, 1));
        assert_eq!(stopped(Err(Code::ConnectionLost)), (Sent::Maybe, 1));
        assert_eq!(stopped(Err(Code::ConnectFailed)), (Sent::Unsent, 1));
    }

    #[test]
    fn a_repetition_holds_back_what_the_first_attempt_held_back() {
        let (dialect, base) = (Dialect::authjs(), BaseUrl::parse("http://h", "baseUrl").unwrap());
        let presented = |token: Option<&str>, signed_out| Presented {
            token: token.map(Secret::new),
            signed_out,
            ..Presented::default()
        };
        let resumed = |before: Presented, after: Presented| {
            let call = Call::new(Method::Get, Path::parse("/", &base).unwrap()).retry(Retry::DEFAULT);
            let step = Exchange::start(&dialect, &base, call, Ok(before));
            let Step::Send(exchange, _) = step else { panic!("nothing is sent") };
            let Step::Retry(exchange) = exchange.settled(Err(Code::ConnectionLost)) else { panic!("no repetition") };
            let step = exchange.pause(&mut Budget::new(), 0, 30_000);
            let Step::Sleep(exchange, _) = step else { panic!("there is no wait") };
            match exchange.resumed(Ok(after)) {
                Step::Send(_, request) => Ok(request),
                Step::Done(Err(error)) => Err(error.code()),
                _ => panic!("neither sent nor over"),
            }
        };
        let request = resumed(presented(None, false), presented(Some("t"), true)).unwrap();
        assert!(request.authorization.is_none() && request.credentials != Credentials::Omit);
        let ended = resumed(presented(Some("t"), false), presented(None, false));
        assert_eq!(ended.unwrap_err(), Code::ConnectionLost);
    }

    #[test]
    fn a_token_that_ends_while_a_call_waits_is_renewed_again_and_one_that_is_refused_at_once_is_not() {
        let (dialect, base) = (Dialect::dual_token(), BaseUrl::parse("http://h", "baseUrl").unwrap());
        let presented = |generation| Presented { token: Some(Secret::new("t")), generation, ..Presented::default() };
        let refused = || Ok(Head::new(401, 0, |_| None));
        let call = Call::new(Method::Get, Path::parse("/", &base).unwrap()).retry(Retry::DEFAULT);
        let Step::Send(exchange, _) = Exchange::start(&dialect, &base, call, Ok(presented(1))) else {
            panic!("unsent")
        };
        let Step::Renew(exchange, 1) = exchange.settled(refused()) else { panic!("no renewal") };
        let Step::Send(exchange, _) = exchange.renewed(Ok(presented(2))) else { panic!("not sent again") };
        let Step::Retry(exchange) = exchange.settled(Err(Code::ConnectionLost)) else { panic!("no repetition") };
        let Step::Sleep(exchange, _) = exchange.pause(&mut Budget::new(), 0, 30_000) else { panic!("no wait") };
        let Step::Send(exchange, _) = exchange.resumed(Ok(presented(2))) else { panic!("not repeated") };
        let Step::Renew(exchange, 2) = exchange.settled(refused()) else { panic!("no second renewal") };
        let Step::Send(exchange, _) = exchange.renewed(Ok(presented(3))) else { panic!("not sent again") };
        assert!(matches!(exchange.settled(refused()), Step::Read(_)));
    }

    #[test]
    fn a_call_before_which_something_failed_was_not_sent() {
        let (dialect, base) = (Dialect::authjs(), BaseUrl::parse("http://h", "baseUrl").unwrap());
        let call = Call::new(Method::Get, Path::parse("/", &base).unwrap());
        let cause = Error::new(Code::ConnectionLost).after(3, Sent::Maybe);
        let Step::Done(Err(error)) = Exchange::start(&dialect, &base, call, Err(cause)) else { panic!("it is sent") };
        assert_eq!((error.code(), error.sent(), error.attempts()), (Code::ConnectionLost, Sent::Unsent, 0));
    }
}

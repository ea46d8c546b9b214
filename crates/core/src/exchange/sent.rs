//! The stage in which a request is out.

use super::{Exchange, Failed, Plan, Reading, Refused, Step};
use crate::address;
use crate::dialect::Renewal;
use crate::error::{self, Code};
use crate::head::Head;

/// A request is out.
#[derive(Debug)]
pub struct Sent;

impl<'a> Exchange<'a, Sent> {
    /// Goes on from the response's head, or from the reason why none came.
    pub fn answered(mut self, answer: Result<Head, Code>) -> Step<'a> {
        match answer {
            Ok(head) if matches!(head.status, 301..=303 | 307 | 308) && head.location.is_some() => {
                // What is asked next may never leave; the call itself has.
                self.plan.learn_of_answer();
                let target = address::resolve(&self.plan.url, head.location.as_deref().unwrap_or_default());
                self.plan.redirect(&head, target)
            }
            other => self.settled(other),
        }
    }

    /// As [`Exchange::answered`], for a transport which hides where a redirect leads, as a browser's does: none is followed.
    pub fn settled(mut self, answer: Result<Head, Code>) -> Step<'a> {
        match &answer {
            Err(code) if code.is_unsent() => {}
            Err(_) => self.plan.sent = error::Sent::Maybe,
            Ok(_) => self.plan.learn_of_answer(),
        }
        match answer {
            why if self.plan.may_repeat(&why) => Step::Retry(self.plan.at(Failed { why })),
            Ok(head) if head.status == 401 && self.plan.may_renew() => {
                let generation = self.plan.presented.generation;
                Step::Renew(self.plan.at(Refused { head }), generation)
            }
            Ok(head) => Step::Read(self.plan.at(Reading { head })),
            Err(code) => self.plan.fail(code),
        }
    }
}

impl<'a> Plan<'a> {
    /// A request was answered; what another may have done stays open.
    fn learn_of_answer(&mut self) {
        if self.sent == error::Sent::Unsent {
            self.sent = error::Sent::Acknowledged;
        }
    }

    fn may_renew(&self) -> bool {
        self.renewals_left > 0 && self.presented.token.is_some() && !matches!(self.dialect.renewal, Renewal::None {})
    }

    /// Follows a redirect within the origin as Fetch does: 303, and 301 or 302 after a POST, become a GET.
    fn redirect(mut self: Box<Self>, head: &Head, target: Option<String>) -> Step<'a> {
        let Some(target) = target else {
            return Step::Done(Err(self.failure(Code::RedirectRefused).with_head(head)));
        };
        let Some(left) = self.redirects_left.checked_sub(1) else {
            return Step::Done(Err(self.failure(Code::TooManyRedirects).with_head(head)));
        };
        let is_post = self.call.method == crate::call::Method::Post;
        if head.status == 303 || matches!(head.status, 301 | 302) && is_post {
            self.become_get();
        }
        self.redirects_left = left;
        self.url = target;
        self.send()
    }
}

#[cfg(test)]
mod tests {
    use crate::address::{BaseUrl, Path};
    use crate::call::{Call, Method};
    use crate::dialect::Dialect;
    use crate::error::{Code, Sent};
    use crate::exchange::{Exchange, Step};
    use crate::head::Head;
    use crate::session::Presented;

    #[test]
    fn a_redirect_that_a_browser_hides_is_refused_and_not_repeated() {
        let (dialect, base) = (Dialect::authjs(), BaseUrl::parse("http://h", "baseUrl").unwrap());
        let call = Call::new(Method::Get, Path::parse("/", &base).unwrap());
        let Step::Send(exchange, _) = Exchange::start(&dialect, &base, call, Ok(Presented::default())) else {
            panic!("nothing is sent")
        };
        let Step::Read(exchange) = exchange.settled(Ok(Head::new(0, 0, |_| None))) else { panic!("it is repeated") };
        let Step::Done(Err(error)) = exchange.received::<&serde_json::Value>(Ok(None)) else {
            panic!("it is no error")
        };
        assert_eq!((error.code(), error.status(), error.sent()), (Code::RedirectRefused, None, Sent::Acknowledged));
        assert!(!error.retryable());
    }

    #[test]
    fn what_was_answered_by_a_redirect_has_been_sent() {
        let (dialect, base) = (Dialect::authjs(), BaseUrl::parse("http://h", "baseUrl").unwrap());
        let call = Call::new(Method::Post, Path::parse("/orders", &base).unwrap());
        let Step::Send(exchange, _) = Exchange::start(&dialect, &base, call, Ok(Presented::default())) else {
            panic!("nothing is sent")
        };
        let done = Head::new(303, 0, |name| (name == "location").then(|| "/orders/1".to_owned()));
        let Step::Send(exchange, request) = exchange.answered(Ok(done)) else { panic!("it is not followed") };
        assert_eq!(request.method, Method::Get);
        let Step::Done(Err(error)) = exchange.answered(Err(Code::ConnectFailed)) else { panic!("it is no error") };
        assert_eq!((error.sent(), error.attempts()), (Sent::Acknowledged, 2));
    }
}

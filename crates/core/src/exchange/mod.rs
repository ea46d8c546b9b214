//! A call as an exchange: the core decides every step and performs none.
//!
//! ```text
//!              ┌──────────────── renewed, redirected ─────────────┐
//!              ▼                                                  │
//!  start ─▶ Send ── answered ──▶ Read ── received ──▶ Done        │
//!              │                                                  │
//!              ├── answered with 401 ──▶ Renew ── renewed ────────┤
//!              └── failed for now ─────▶ Retry ── paused ──▶ Sleep ┘
//! ```
//!
//! A driver sends, reads, renews and sleeps; each [`Step`] carries the exchange in the one stage that can go on from it.

mod outcome;
mod reading;
mod refused;
mod retry;
mod sent;

pub use outcome::{Payload, Reply};
pub use reading::{Reading, Wants};
pub use refused::Refused;
pub use retry::{Budget, Failed, Paused, Retry};
pub use sent::Sent;

use crate::address::BaseUrl;
use crate::call::{Accept, Call, Content, Credentials, Method, Request};
use crate::dialect::{Credential, Csrf, Dialect, Site};
use crate::error::{self, Code, Error};
use crate::secret::Secret;
use crate::session::Presented;
use crate::text;

/// What a driver does next.
#[derive(Debug)]
pub enum Step<'a> {
    /// Send the request, then tell what was answered.
    Send(Exchange<'a, Sent>, Request),
    /// Read what the exchange [wants](Exchange::wants), then tell what was received.
    Read(Exchange<'a, Reading>),
    /// Get a token newer than this generation, if there is one, then go on.
    Renew(Exchange<'a, Refused>, u64),
    /// Ask how the failed attempt is followed: by a [pause](Exchange::pause), or by the end.
    Retry(Exchange<'a, Failed>),
    /// Wait as many milliseconds, then go on as who is signed in by then.
    Sleep(Exchange<'a, Paused>, u64),
    /// Nothing: this is how the call ended.
    Done(Result<Reply<'a>, Error>),
}

/// A call on its way, in one of its stages.
#[derive(Debug)]
pub struct Exchange<'a, S> {
    plan: Box<Plan<'a>>,
    stage: S,
}

/// What stays the same over all stages of a call.
#[derive(Debug)]
struct Plan<'a> {
    dialect: &'a Dialect,
    call: Call,
    url: String,
    presented: Presented,
    renewals_left: u8,
    redirects_left: u8,
    /// How many requests went out.
    attempts: u32,
    /// What is known of all of them by now.
    sent: error::Sent,
}

impl<'a> Exchange<'a, Sent> {
    /// Starts a call of `base` as who is signed in; an unknown session ends it with the cause.
    pub fn start(dialect: &'a Dialect, base: &BaseUrl, call: Call, presented: Result<Presented, Error>) -> Step<'a> {
        match presented {
            Ok(presented) => {
                let url = base.join(&call.path);
                let plan = Plan {
                    dialect,
                    call,
                    url,
                    presented,
                    renewals_left: 1,
                    redirects_left: 10,
                    attempts: 0,
                    sent: error::Sent::Unsent,
                };
                Box::new(plan).send()
            }
            // What has failed is something before it.
            Err(cause) => Step::Done(Err(cause.after(0, error::Sent::Unsent))),
        }
    }
}

impl<'a> Plan<'a> {
    fn send(mut self: Box<Self>) -> Step<'a> {
        self.attempts += 1;
        let mut headers = self.call.headers.clone();
        let asks = headers.iter().any(|(name, _)| name == "accept");
        if self.call.accept == Accept::Json && !asks {
            headers.push(("accept".to_owned(), "application/json".to_owned()));
        }
        let safe = self.call.method.is_safe();
        if let (false, Some(Csrf::Mirrored { header, .. }), Some(value)) =
            (safe, &self.dialect.csrf, &self.presented.mirrored)
        {
            headers.push((header.to_ascii_lowercase(), value.clone()));
        }
        let by_cookie = self.call.site == Site::App || matches!(self.dialect.credential, Credential::Cookie { .. });
        let members = self.call.members.clone().map(|mut members| {
            members.list.extend(self.call.refresh_as.zip(self.presented.refresh.clone()));
            members
        });
        let request = Request {
            method: self.call.method,
            url: self.url.clone(),
            headers,
            authorization: self
                .presented
                .token
                .as_ref()
                .map(|token| Secret::new(text::concat(&["Bearer ", token.expose()]))),
            cookie: self.presented.cookie.clone(),
            credentials: match by_cookie {
                true if self.presented.signed_out => Credentials::Omit,
                true => Credentials::Include,
                false => Credentials::SameOrigin,
            },
            content: match members {
                _ if safe => Content::Nothing,
                Some(members) => Content::Members(members),
                None => Content::Caller,
            },
        };
        Step::Send(self.at(Sent), request)
    }

    /// How the call fails when no response says it.
    fn failure(&self, code: Code) -> Error {
        Error::new(code).after(self.attempts, self.sent)
    }

    fn fail(&self, code: Code) -> Step<'a> {
        Step::Done(Err(self.failure(code)))
    }

    /// From now on the call is sent as this; a mirrored cookie that nobody has read anew stays.
    fn present(&mut self, presented: Presented) {
        let mirrored = presented.mirrored.or_else(|| self.presented.mirrored.take());
        self.presented = Presented { mirrored, ..presented };
    }

    const fn at<S>(self: Box<Self>, stage: S) -> Exchange<'a, S> {
        Exchange { plan: self, stage }
    }

    fn become_get(&mut self) {
        if !self.call.method.is_safe() {
            self.call.method = Method::Get;
        }
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::{Exchange, Step};
    use crate::address::{BaseUrl, Path};
    use crate::call::{Call, Method};
    use crate::dialect::Dialect;
    use crate::head::Head;
    use crate::secret::Secret;
    use crate::session::Presented;

    #[test]
    fn a_repeated_call_still_mirrors_its_cookie() {
        let csrf = serde_json::json!({ "kind": "mirrored", "cookie": "xsrf", "header": "X-XSRF" });
        let (_, text) = Dialect::SHIPPED.iter().find(|(name, _)| *name == "dual-token").unwrap();
        let mut dialect: serde_json::Value = serde_json::from_str(text).unwrap();
        dialect["csrf"] = csrf;
        let dialect = Dialect::read(&&dialect).unwrap();
        let base = BaseUrl::parse("http://h", "baseUrl").unwrap();
        let presented = |token: &str, generation, mirrored: Option<&str>| Presented {
            token: Some(Secret::new(token)),
            generation,
            mirrored: mirrored.map(str::to_owned),
            ..Presented::default()
        };
        let call = Call::new(Method::Post, Path::parse("/", &base).unwrap());
        let step = Exchange::start(&dialect, &base, call, Ok(presented("a1", 1, Some("m"))));
        let Step::Send(exchange, _) = step else { panic!("nothing is sent") };
        let Step::Renew(exchange, 1) = exchange.settled(Ok(Head::new(401, 0, |_| None))) else { panic!("no renewal") };
        let Step::Send(_, request) = exchange.renewed(Ok(presented("a2", 2, None))) else { panic!("no repetition") };
        assert!(request.headers.contains(&("x-xsrf".to_owned(), "m".to_owned())));
    }

    #[test]
    fn a_caller_may_ask_for_another_media_type() {
        let (dialect, base) = (Dialect::authjs(), BaseUrl::parse("http://h", "baseUrl").unwrap());
        let call = Call::new(Method::Get, Path::parse("/", &base).unwrap()).header("Accept", "a/b+json").unwrap();
        let step = Exchange::start(&dialect, &base, call, Ok(Presented::default()));
        let Step::Send(_, request) = step else { panic!("nothing is sent") };
        assert_eq!(request.headers, [("accept".to_owned(), "a/b+json".to_owned())]);
    }
}

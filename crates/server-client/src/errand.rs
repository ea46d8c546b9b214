//! Performing a verb: one exchange after another, with what came of it.

use std::sync::Arc;
use std::time::Instant;

use http::{HeaderValue, Uri};
use serde::Serialize;
use serde_json::Value;
use tracing::field::Empty;
use tracing::{Instrument as _, Span, info_span};
use twinfetch_core::call::Method;
use twinfetch_core::error::{Code, Error as Reason};
use twinfetch_core::seal::json;
use twinfetch_core::verb::{Flow, Next, Outcome, Verb};

use crate::cache_mode::CacheMode;
use crate::client::ServerClient;
use crate::deadline::Deadline;
use crate::driver::{Credential, Given, Hands};
use crate::error::{Called, Error};
use crate::incoming::REQUEST_ID;
use crate::jar::Jar;
use crate::session::Session;
use crate::transport::Body;

/// One verb with all that it needs.
pub(crate) struct Errand {
    pub(crate) verb: Verb,
    pub(crate) credential: Credential,
    /// What the caller adds: credentials, or what an account is made of.
    pub(crate) details: Option<Body>,
    pub(crate) jar: Jar,
    pub(crate) request_id: String,
}

/// What came of a verb.
pub(crate) struct Done {
    pub(crate) outcome: Outcome,
    /// The last answer's document.
    pub(crate) document: Value,
    pub(crate) set_cookies: Vec<HeaderValue>,
}

impl Done {
    /// Who the document says is signed in.
    pub(crate) fn session(self, client: &ServerClient) -> Session {
        match self.outcome {
            Outcome::Session(standing) => Session::told(standing, self.document, client.dialect()),
            _ => Session::Anonymous,
        }
    }
}

/// What a caller adds to a verb, as JSON.
pub(crate) fn details(value: &(impl Serialize + ?Sized)) -> Result<Body, Error> {
    let bytes = serde_json::to_vec(value).map_err(|_| {
        let message = "The request cannot be sent: its details cannot be written as JSON.";
        Error::new(Reason::new(Code::CallInvalid).with_message(message))
    })?;
    Ok(Body { content_type: "application/json", bytes: bytes.into() })
}

impl Errand {
    /// Performs the verb within the client's limit of a whole call.
    pub(crate) async fn run(self, client: &ServerClient) -> Result<Done, Error> {
        let span = info_span!(
            "twinfetch",
            verb = self.verb.name(),
            request_id = self.request_id,
            status = Empty,
            milliseconds = Empty
        );
        let begun = Instant::now();
        let work = async {
            let ended = self.perform(client).await;
            tell(&ended, begun);
            ended
        };
        work.instrument(span).await
    }

    async fn perform(self, client: &ServerClient) -> Result<Done, Error> {
        let Self { verb, credential, details, jar, request_id } = self;
        let deadline = Deadline::after(client.transport().limits().total);
        let (mut flow, mut next) =
            Flow::start(client.dialect(), client.sites(), verb, credential.presented.clone(), client.retry());
        let mut hands = Hands::new(client, details.map(Given::Held), credential, deadline);
        hands.headers = vec![(REQUEST_ID.to_owned(), request_id.clone())];
        if let Some(directive) = CacheMode::default().directive() {
            hands.headers.push(("cache-control".to_owned(), directive.to_owned()));
        }
        hands.jar = Some(jar);
        let mut document = None;
        let mut cause = None;
        let ended = loop {
            next = match next {
                Next::Step(step) => {
                    hands.received = None;
                    let ended = hands.perform(step).await.map_err(|error| {
                        let (reason, deeper) = error.into_parts();
                        cause = deeper;
                        reason
                    });
                    document = hands.received.take().and_then(|body| json::parse(&body).ok());
                    flow.next(
                        client.sites(),
                        ended.map(|_| document.as_ref()).as_ref().map(Option::as_ref).map_err(Clone::clone),
                    )
                }
                Next::Done(ended) => break ended,
            }
        };
        let (sent, set_cookies) = (hands.sent, hands.set_cookies);
        match ended {
            Ok(outcome) => Ok(Done { outcome, document: document.unwrap_or_default(), set_cookies }),
            Err(reason) => {
                let document = reason.problem().and(document);
                let error = Error::new(reason).with_cause(cause).with_document(document);
                let called = sent.and_then(|(method, url)| called(method, &url, request_id));
                Err(called.map_or(error.clone(), |called| error.of(&Arc::new(called))))
            }
        }
    }
}

/// Which call it was: never with its query.
fn called(method: Method, url: &str, request_id: String) -> Option<Called> {
    let uri: Uri = url.parse().ok()?;
    let origin = format!("{}://{}", uri.scheme_str()?, uri.authority()?);
    Some(Called { method: method.as_str(), route: uri.path().to_owned(), origin, request_id })
}

/// Completes the span, and says how the verb ended: never a token or a password.
fn tell(ended: &Result<Done, Error>, begun: Instant) {
    let span = Span::current();
    span.record("milliseconds", u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
    match ended {
        Ok(_) => tracing::debug!("done"),
        Err(error) => {
            if let Some(status) = error.status() {
                span.record("status", status.as_u16());
            }
            tracing::warn!(code = error.code().name(), detail = error.log_detail(), "failed");
        }
    }
}

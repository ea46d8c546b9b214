//! A call in the making.

mod file;

use std::fmt::{self, Display};
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::{Instrument as _, Span};
use twinfetch_core::address::Path;
use twinfetch_core::call::{Call as Request, Method};
use twinfetch_core::error::{Code, Error as Reason, Sent};
use twinfetch_core::exchange::Retry;

use crate::answer::{Answer, Reply};
use crate::api::Api;
use crate::cache_mode::CacheMode;
use crate::deadline::Deadline;
use crate::driver::{Flight, Given};
use crate::error::{Called, Error};
use crate::incoming::REQUEST_ID;
use crate::memo::{Identity, Key, Memo};
use crate::transport::{Body, Failure};
use crate::upload::Plan;

/// A call in the making; awaiting it sends it and reads the answer as JSON into a `T`.
///
/// `T` is what the awaited value is used as. An empty answer is read as `null`: take an `Option`, or `()` where it is
/// always empty. Where the answer does not matter, [`serde::de::IgnoredAny`] takes any.
///
/// ```no_run
/// # use serde_json::{Value, json};
/// # use twinfetch_server_client::{Api, CacheMode, Error};
/// # async fn calls(api: Api) -> Result<(), Error> {
/// let post: Value = api.post("/api/posts").json(&json!({ "title": "Hello" })).await?;
/// let posts: Vec<Value> = api.get("/api/posts").query("page", 2).cache(CacheMode::NoCache).await?;
/// let reply = api.get::<Value>("/api/me").reply().await?;
/// println!("{} {:?}", reply.status, reply.request_id);
/// # Ok(()) }
/// ```
#[must_use = "a call is sent when it is awaited"]
pub struct Call<T> {
    api: Api,
    draft: Result<Draft, Error>,
    payload: PhantomData<fn() -> T>,
}

struct Draft {
    method: Method,
    path: Path,
    headers: Vec<(String, String)>,
    body: Option<Load>,
    cache: CacheMode,
    timeout: Duration,
    retry: Retry,
}

/// What a call sends.
enum Load {
    Json(Body),
    Upload(Box<Plan>),
}

impl<T> Call<T> {
    pub(crate) fn new(api: &Api, method: Method, path: &str) -> Self {
        let timeout = api.client().transport().limits().total;
        let draft = Path::parse(path, api.client().base()).map_err(Error::new).map(|path| Draft {
            method,
            path,
            headers: Vec::new(),
            body: None,
            cache: CacheMode::default(),
            timeout,
            retry: api.client().retry(),
        });
        Self { api: api.clone(), draft, payload: PhantomData }
    }

    /// Adds a parameter to the query; name and value are percent-encoded.
    pub fn query(self, name: &str, value: impl Display) -> Self {
        self.with(|draft| draft.path.push_query(name, &value.to_string()))
    }

    /// Adds a header. The client's own (`Authorization`, `Cookie`, `Host`, those of the connection) are refused.
    pub fn header(self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        self.with(|draft| draft.headers.push((name.as_ref().to_ascii_lowercase(), value.into())))
    }

    /// Sends a value as JSON.
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        let body = serde_json::to_vec(value);
        self.draft = self.draft.and_then(|draft| match body {
            Ok(_) if draft.method.is_safe() => Err(invalid("a GET has no body")),
            Ok(bytes) => {
                let body = Body { content_type: "application/json", bytes: bytes.into() };
                Ok(Draft { body: Some(Load::Json(body)), ..draft })
            }
            Err(_) => Err(invalid("its body cannot be written as JSON")),
        });
        self
    }

    /// The same with a file to send.
    pub(crate) fn carrying(mut self, plan: Plan) -> Self {
        self.draft = self.draft.and_then(|draft| {
            let mistake = match draft.method {
                Method::Patch | Method::Post | Method::Put => plan.mistake(),
                Method::Delete | Method::Get | Method::Head => Some("a file goes with POST, PUT or PATCH"),
            };
            let has_type = draft.headers.iter().any(|(name, _)| name == "content-type");
            let mistake = mistake.or(draft.body.is_some().then_some("it has two bodies"));
            let mistake = mistake.or(has_type.then_some("an upload says its own type"));
            mistake.map_or(Ok(Draft { body: Some(Load::Upload(Box::new(plan))), ..draft }), |mistake| {
                Err(invalid(mistake))
            })
        });
        self
    }

    /// Names what caches on the way may do; [`CacheMode::NoStore`] unless this is called.
    pub fn cache(self, mode: CacheMode) -> Self {
        self.with(|draft| draft.cache = mode)
    }

    /// Limits the whole call, with all attempts and the waits between them, redirects and body, in the place of the client's
    /// own limit; zero is refused.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.draft = self.draft.and_then(|draft| match limit {
            Duration::ZERO => Err(invalid("its timeout is zero")),
            timeout => Ok(Draft { timeout, ..draft }),
        });
        self
    }

    /// Says how often the call is sent again by itself, in the place of what the client was [told](crate::Builder::retry).
    pub fn retry(self, retry: Retry) -> Self {
        self.with(|draft| draft.retry = retry)
    }

    fn with(mut self, change: impl FnOnce(&mut Draft)) -> Self {
        if let Ok(draft) = &mut self.draft {
            change(draft);
        }
        self
    }
}

impl<T: DeserializeOwned> Call<T> {
    /// Sends the call; the reply has status and request id beside the payload.
    ///
    /// # Errors
    /// No payload of this type came; the error's kind and code say why.
    pub async fn reply(self) -> Result<Reply<T>, Error> {
        let Self { api, draft, .. } = self;
        let draft = draft?;
        let called = Arc::new(draft.called(&api));
        let span = called.span();
        let begun = Instant::now();
        let work = async {
            let outcome = draft.answer(&api, &called.request_id).await.and_then(Answer::decode);
            let outcome = outcome.map_err(|error| error.of(&called));
            tell(outcome.as_ref().map(|reply| reply.status), begun);
            outcome
        };
        work.instrument(span).await
    }
}

impl<T: DeserializeOwned + 'static> IntoFuture for Call<T> {
    type Output = Result<T, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move { Ok(self.reply().await?.data) }.boxed()
    }
}

impl Draft {
    fn called(&self, api: &Api) -> Called {
        Called {
            method: self.method.as_str(),
            route: self.path.route().to_owned(),
            origin: api.client().base().origin().as_str().to_owned(),
            request_id: api.request_id_or_fresh(),
        }
    }

    async fn answer(mut self, api: &Api, request_id: &str) -> Result<Answer, Error> {
        let deadline = Deadline::after(self.timeout);
        let credential = deadline.limit(api.fresh_credential()).await;
        let credential = credential.map_err(|failure| over(failure, Sent::Unsent))??;
        self.complete(request_id);
        let mut call = self.request()?;
        let body = match self.body {
            Some(Load::Json(body)) => Some(Given::Held(body)),
            Some(Load::Upload(plan)) => {
                let parcel = deadline.limit(Box::pin(plan.pack())).await.flatten();
                let parcel = parcel.map_err(|failure| over(failure, Sent::Unsent))?;
                call = if parcel.is_once() { call.once() } else { call };
                Some(Given::Parcel(Arc::new(parcel)))
            }
            None => None,
        };
        let identity = Identity::of(&credential.presented);
        let flight = Flight { call, body, credential, deadline };
        match api.memo() {
            Some(memo) if self.method.is_safe() => {
                let key = Key { identity, path: self.path.as_str().to_owned(), headers: self.headers };
                read(api, memo, &key, &flight).await
            }
            Some(memo) => {
                let _changing = memo.changing();
                api.client().perform(flight).await
            }
            None => api.client().perform(flight).await,
        }
    }

    fn request(&self) -> Result<Request, Error> {
        let call = Request::new(self.method, self.path.clone()).retry(self.retry);
        self.headers.iter().try_fold(call, |call, (name, value)| call.header(name, value)).map_err(Error::new)
    }

    /// Adds what every call says, unless this one says it differently.
    fn complete(&mut self, request_id: &str) {
        for (name, value) in [("cache-control", self.cache.directive()), (REQUEST_ID, Some(request_id))] {
            let Some(value) = value.filter(|_| self.headers.iter().all(|(given, _)| given != name)) else { continue };
            self.headers.push((name.to_owned(), value.to_owned()));
        }
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Call");
        match &self.draft {
            Ok(draft) => debug.field("method", &draft.method.as_str()).field("route", &draft.path.route()),
            Err(error) => debug.field("error", error),
        };
        debug.finish_non_exhaustive()
    }
}

/// Reads once for all who want the same, each within its own limit.
async fn read(api: &Api, memo: &Memo, key: &Key, flight: &Flight) -> Result<Answer, Error> {
    let deadline = flight.deadline;
    loop {
        let (client, flight) = (api.client().clone(), flight.clone());
        let mut is_own = false;
        let joined = memo.once(key.clone(), || {
            is_own = true;
            async move { client.perform(flight).await }
        });
        match deadline.limit(joined).await {
            // Whoever began it had less time.
            Ok(Err(error)) if error.code() == Code::TimedOut && !is_own && deadline.left() > 0 => {}
            Ok(ended) => return ended,
            Err(failure) => return Err(over(failure, Sent::Maybe)),
        }
    }
}

/// How a call ends that was stopped before it sent a request of its own.
pub(crate) fn over(failure: Failure, sent: Sent) -> Error {
    Error::new(Reason::new(failure.code).after(0, sent)).with_cause(Some(failure.cause))
}

fn invalid(reason: &str) -> Error {
    let message = format!("The request cannot be sent: {reason}.");
    Error::new(Reason::new(Code::CallInvalid).with_message(message))
}

/// Completes the span, and says how the call ended: never a token, a query or a body.
pub(crate) fn tell(outcome: Result<StatusCode, &Error>, begun: Instant) {
    let span = Span::current();
    span.record("milliseconds", u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
    if let Some(status) = outcome.map_or_else(Error::status, Some) {
        span.record("status", status.as_u16());
    }
    match outcome {
        Ok(_) => tracing::debug!("answered"),
        Err(error) => tracing::warn!(code = error.code().name(), detail = error.log_detail(), "failed"),
    }
}

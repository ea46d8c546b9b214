//! The backend as one incoming request sees it.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use http::{HeaderMap, HeaderValue};
use tokio::sync::OnceCell;
use twinfetch_core::call::Method;
use twinfetch_core::seal::SessionError;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::Presented;
use twinfetch_core::verb::Verb;
use uuid::Uuid;

use crate::call::Call;
use crate::client::ServerClient;
use crate::driver::Credential;
use crate::errand::{Done, Errand};
use crate::error::Error;
use crate::jar::Jar;
use crate::keeper::Keeper;
use crate::memo::Memo;
use crate::relay;
use crate::seal::Seal;
use crate::session::{Authenticated, Resolved, Session};
use crate::transport::Body;
use crate::visitor::{Visitor, forwarded, knows_somebody};

/// The backend as one incoming request sees it: with its session, and with its own memory of what was read.
///
/// Clones are cheap and share both. Nothing in it is shared with another incoming request.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let backend = twinfetch_backend::serve(twinfetch_backend::Options::default()).await?;
/// # use serde_json::Value;
/// use twinfetch_server_client::{Api, Error, Kind};
///
/// async fn titles(api: Api) -> Result<usize, Error> {
///     let posts: Vec<Value> = api.get("/api/posts").query("limit", 10).await?;
///     Ok(posts.len())
/// }
/// # let client = twinfetch_server_client::ServerClient::builder().base_url(backend.url()).secrets(["s"]).build()?;
/// # let api = client.incoming(&http::HeaderMap::new());
/// # assert_eq!(titles(api).await.unwrap_err().kind(), Kind::Unauthorized);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Api {
    request: Arc<Incoming>,
    caller: Caller,
}

/// What belongs to one incoming request, or to none, and dies with it.
struct Incoming {
    client: ServerClient,
    /// Absent where there is no incoming request.
    visitor: Option<Visitor>,
    request_id: Option<String>,
    resolved: OnceLock<Resolved>,
    /// Who is signed in by the backend's word, where there is no seal.
    told: OnceCell<Result<Session, Error>>,
    /// Whether the response may depend on who is signed in.
    personal: AtomicBool,
    signed_out: AtomicBool,
    outgoing: Mutex<Vec<Outgoing>>,
    memo: Option<Memo>,
}

/// Cookies for the response.
enum Outgoing {
    Lines(Vec<HeaderValue>),
    /// Those of somebody who signed in, as they are when the response leaves.
    Of(Arc<Keeper>),
}

/// As whom calls are sent.
#[derive(Clone)]
enum Caller {
    Kept(Arc<Keeper>),
    Nobody,
    Service(Secret),
    Visitor,
}

impl Api {
    pub(crate) fn incoming(client: ServerClient, headers: &HeaderMap) -> Self {
        let request_id = headers.get(REQUEST_ID).and_then(sane).unwrap_or_else(fresh);
        let request = Incoming::new(client, Some((Visitor::new(headers), request_id)));
        Self { request: Arc::new(request), caller: Caller::Visitor }
    }

    pub(crate) fn background(client: ServerClient) -> Self {
        Self { request: Arc::new(Incoming::new(client, None)), caller: Caller::Nobody }
    }

    /// The same with this bearer token in the place of the session's: calls as a service.
    #[must_use]
    pub fn bearer(&self, token: impl Into<String>) -> Self {
        Self { request: Arc::clone(&self.request), caller: Caller::Service(Secret::new(token)) }
    }

    /// The same as somebody who signed in here.
    pub(crate) fn kept(&self, keeper: Arc<Keeper>) -> Self {
        Self { request: Arc::clone(&self.request), caller: Caller::Kept(keeper) }
    }

    /// Who is signed in. It is found out once per incoming request: by the cookie or the bearer token that came with it,
    /// without any network; or, where the dialect has no seal and passes cookies on, by asking the backend.
    ///
    /// No cookie means anonymous. So does one that is expired, changed, made with another secret, in pieces, or too
    /// large: it could never become valid again, and an error would lock its owner out. [`Self::session_refusal`] and a
    /// `tracing` event say why.
    ///
    /// Of an [`Api`] of somebody [who signed in here](crate::SignedIn::api) it is what the backend says of the tokens now.
    ///
    /// # Errors
    /// It is unknown who is signed in: the cookie is genuine but not in the dialect's form, the backend could not be
    /// asked, or the dialect has no seal.
    pub async fn session(&self) -> Result<Session, Error> {
        match &self.caller {
            Caller::Kept(keeper) => {
                self.request.personal.store(true, Ordering::Relaxed);
                keeper.session(self.client(), self.request_id_or_fresh()).await
            }
            Caller::Nobody | Caller::Service(_) | Caller::Visitor => self.visitors_session().await,
        }
    }

    async fn visitors_session(&self) -> Result<Session, Error> {
        let request = &self.request;
        let Some(visitor) = request.visitor.as_ref().filter(|_| !request.is_signed_out()) else {
            return Ok(Session::Anonymous);
        };
        let asks = matches!(self.client().seal(), Seal::None) && forwarded(self.client().dialect()).is_some();
        if !asks {
            return request.resolved().session.clone();
        }
        request.personal.store(true, Ordering::Relaxed);
        if !knows_somebody(&visitor.cookies(), self.client().dialect()) {
            return Ok(Session::Anonymous);
        }
        request.told.get_or_init(|| self.ask(visitor)).await.clone()
    }

    async fn ask(&self, visitor: &Visitor) -> Result<Session, Error> {
        let credential = Credential { presented: visitor.passed_on(self.client().dialect()), keeper: None };
        let request_id = self.request_id_or_fresh();
        let errand = Errand { verb: Verb::ReadSession, credential, details: None, jar: Jar::default(), request_id };
        Ok(errand.run(self.client()).await?.session(self.client()))
    }

    /// Why the session that came with the request is not believed; `None` when it is, or when none came.
    pub fn session_refusal(&self) -> Option<SessionError> {
        self.request.resolved().refusal
    }

    /// Whether somebody asked for the session, so that the response may depend on it.
    pub fn session_was_read(&self) -> bool {
        self.request.resolved.get().is_some() || self.request.personal.load(Ordering::Relaxed)
    }

    /// The cookies for this request's response: those of sign-ins, renewals and sign-outs that were done with it.
    ///
    /// [`ApiLayer`](crate::ApiLayer) adds them by itself.
    pub fn set_cookies(&self) -> Vec<HeaderValue> {
        let outgoing = self.request.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = outgoing.iter().flat_map(|outgoing| match outgoing {
            Outgoing::Lines(lines) => lines.clone(),
            Outgoing::Of(keeper) => keeper.set_cookies(self.client()),
        });
        relay::last_of_each(lines.collect())
    }

    /// Adds the cookies of [`Self::set_cookies`] to a response, where nothing else adds them. What the response says of a
    /// cookie already stays.
    pub fn relay(&self, response: &mut HeaderMap) {
        relay::append(response, self.set_cookies());
    }

    /// The id that all calls of this incoming request carry; background calls each have their own.
    pub fn request_id(&self) -> Option<&str> {
        self.request.request_id.as_deref()
    }

    /// Reads a resource. Within one incoming request, equal reads are one backend call.
    pub fn get<T>(&self, path: &str) -> Call<T> {
        Call::new(self, Method::Get, path)
    }

    /// Has a resource process what is sent.
    pub fn post<T>(&self, path: &str) -> Call<T> {
        Call::new(self, Method::Post, path)
    }

    /// Replaces a resource.
    pub fn put<T>(&self, path: &str) -> Call<T> {
        Call::new(self, Method::Put, path)
    }

    /// Changes a part of a resource.
    pub fn patch<T>(&self, path: &str) -> Call<T> {
        Call::new(self, Method::Patch, path)
    }

    /// Removes a resource.
    pub fn delete<T>(&self, path: &str) -> Call<T> {
        Call::new(self, Method::Delete, path)
    }

    pub(crate) fn client(&self) -> &ServerClient {
        &self.request.client
    }

    pub(crate) fn memo(&self) -> Option<&Memo> {
        self.request.memo.as_ref()
    }

    pub(crate) fn keeper(&self) -> Option<&Arc<Keeper>> {
        match &self.caller {
            Caller::Kept(keeper) => Some(keeper),
            _ => None,
        }
    }

    pub(crate) fn visitor(&self) -> Option<&Visitor> {
        self.request.visitor.as_ref()
    }

    /// What calls show, and who has a newer one when it is refused.
    pub(crate) fn credential(&self) -> Result<Credential, Error> {
        Ok(Credential { presented: self.present()?, keeper: self.keeper().cloned() })
    }

    pub(crate) fn present(&self) -> Result<Presented, Error> {
        match &self.caller {
            Caller::Kept(keeper) => keeper.present(self.client()).map_err(Error::new),
            Caller::Nobody => Ok(Presented::default()),
            Caller::Service(token) => Ok(Presented { token: Some(token.clone()), ..Presented::default() }),
            Caller::Visitor => self.request.present(),
        }
    }

    /// Performs a verb as this caller.
    pub(crate) async fn errand(
        &self,
        verb: Verb,
        credential: Credential,
        details: Option<Body>,
    ) -> Result<Done, Error> {
        let _changing = self.memo().map(Memo::changing);
        let jar = if verb == Verb::SignOut { self.app_cookies() } else { Jar::default() };
        Errand { verb, credential, details, jar, request_id: self.request_id_or_fresh() }.run(self.client()).await
    }

    /// The cookies by which the app itself knows this caller.
    fn app_cookies(&self) -> Jar {
        match (&self.caller, self.visitor()) {
            (Caller::Kept(keeper), _) => {
                let mut jar = Jar::default();
                keeper.set_cookies(self.client()).iter().for_each(|line| jar.keep(line));
                jar
            }
            (Caller::Visitor, Some(visitor)) => Jar::of_session(&visitor.cookies(), self.client()),
            _ => Jar::default(),
        }
    }

    /// Has the response set the cookies of somebody who signed in.
    pub(crate) fn give_to_browser(&self, keeper: &Arc<Keeper>) {
        self.request.give(Outgoing::Of(Arc::clone(keeper)));
    }

    /// Has the response set cookies, and the visitor be nobody for the rest of this request.
    pub(crate) fn sign_visitor_out(&self, lines: Vec<HeaderValue>) {
        self.request.signed_out.store(true, Ordering::Relaxed);
        self.request.give(Outgoing::Lines(lines));
    }

    pub(crate) fn is_of_visitor(&self) -> bool {
        matches!(self.caller, Caller::Visitor)
    }

    /// The bearer token of a service.
    pub(crate) fn service_token(&self) -> Option<&Secret> {
        match &self.caller {
            Caller::Service(token) => Some(token),
            _ => None,
        }
    }

    pub(crate) fn request_id_or_fresh(&self) -> String {
        self.request.request_id.clone().unwrap_or_else(fresh)
    }
}

impl Incoming {
    fn new(client: ServerClient, request: Option<(Visitor, String)>) -> Self {
        let memo = request.is_some().then(Memo::default);
        let (visitor, request_id) = request.unzip();
        Self {
            client,
            visitor,
            request_id,
            resolved: OnceLock::new(),
            told: OnceCell::new(),
            personal: AtomicBool::new(false),
            signed_out: AtomicBool::new(false),
            outgoing: Mutex::default(),
            memo,
        }
    }

    fn resolved(&self) -> &Resolved {
        self.resolved.get_or_init(|| match &self.visitor {
            Some(visitor) => Resolved::open(self.client.dialect(), self.client.seal(), visitor, self.client.now()),
            None => Resolved { session: Ok(Session::Anonymous), refusal: None },
        })
    }

    fn present(&self) -> Result<Presented, Error> {
        let Some(visitor) = self.visitor.as_ref().filter(|_| !self.is_signed_out()) else {
            return Ok(Presented::default());
        };
        self.personal.store(true, Ordering::Relaxed);
        let passed_on = visitor.passed_on(self.client.dialect());
        if forwarded(self.client.dialect()).is_some() {
            return Ok(passed_on);
        }
        let session = self.resolved().session.as_ref().map_err(Clone::clone)?;
        let token = session.authenticated().and_then(Authenticated::access_token).cloned();
        Ok(Presented { token, ..passed_on })
    }

    fn is_signed_out(&self) -> bool {
        self.signed_out.load(Ordering::Relaxed)
    }

    fn give(&self, outgoing: Outgoing) {
        // A background has no response that could set cookies.
        if self.visitor.is_some() {
            self.personal.store(true, Ordering::Relaxed);
            self.outgoing.lock().unwrap_or_else(PoisonError::into_inner).push(outgoing);
        }
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Api").field("request_id", &self.request.request_id).finish_non_exhaustive()
    }
}

pub(crate) const REQUEST_ID: &str = "x-request-id";

pub(crate) fn fresh() -> String {
    Uuid::new_v4().to_string()
}

/// An id that another service made, if it cannot do harm in a header or a log.
fn sane(id: &HeaderValue) -> Option<String> {
    let id = id.to_str().ok().filter(|id| (1..=128).contains(&id.len()))?;
    id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte)).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::HeaderMap;
    use serde_json::Value;

    use crate::client::ServerClient;

    #[tokio::test]
    async fn what_belongs_to_a_request_dies_with_it() {
        let options = twinfetch_backend::Options { test_endpoints: true, ..Default::default() };
        let backend = twinfetch_backend::serve(options).await.unwrap();
        let client = ServerClient::builder().base_url(backend.url()).secrets(["s"]).build().unwrap();
        let api = client.incoming(&HeaderMap::new());
        let request = Arc::downgrade(&api.request);
        let (kept, failed) = tokio::join!(api.get::<Value>("/test/calls").reply(), api.get::<Value>("/api/me").reply());
        assert!(kept.is_ok() && failed.is_err());
        let unsent = api.get::<Value>("/api/posts");
        drop(api);
        assert!(request.upgrade().is_some());
        drop(unsent);
        assert!(request.upgrade().is_none());
    }
}

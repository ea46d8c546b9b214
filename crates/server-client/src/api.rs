//! The backend as one incoming request sees it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use twinfetch_core::call::Method;
use twinfetch_core::seal::SessionError;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::Presented;
use uuid::Uuid;

use crate::call::Call;
use crate::client::ServerClient;
use crate::error::Error;
use crate::memo::Memo;
use crate::session::{Resolved, Session};

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
    credential: Credential,
}

/// What belongs to one incoming request, or to none, and dies with it.
struct Incoming {
    client: ServerClient,
    /// Absent where there is no incoming request.
    cookies: Option<Vec<HeaderValue>>,
    request_id: Option<String>,
    resolved: OnceLock<Resolved>,
    memo: Option<Memo>,
}

#[derive(Clone)]
enum Credential {
    Nobody,
    Service(Secret),
    Session,
}

impl Api {
    pub(crate) fn incoming(client: ServerClient, headers: &HeaderMap) -> Self {
        let request = Incoming {
            client,
            cookies: Some(headers.get_all(COOKIE).iter().cloned().collect()),
            request_id: Some(headers.get(REQUEST_ID).and_then(sane).unwrap_or_else(fresh)),
            resolved: OnceLock::new(),
            memo: Some(Memo::default()),
        };
        Self { request: Arc::new(request), credential: Credential::Session }
    }

    pub(crate) fn background(client: ServerClient) -> Self {
        let request = Incoming { client, cookies: None, request_id: None, resolved: OnceLock::new(), memo: None };
        Self { request: Arc::new(request), credential: Credential::Nobody }
    }

    /// The same with this bearer token in the place of the session's: calls as a service.
    #[must_use]
    pub fn bearer(&self, token: impl Into<String>) -> Self {
        Self { request: Arc::clone(&self.request), credential: Credential::Service(Secret::new(token)) }
    }

    /// Who is signed in. The cookies are read once per incoming request, without any network.
    ///
    /// No cookie means anonymous. So does one that is expired, changed, made with another secret, in pieces, or too
    /// large: it could never become valid again, and an error would lock its owner out. [`Self::session_refusal`] and a
    /// `tracing` event say why.
    ///
    /// # Errors
    /// It is unknown who is signed in: the cookie is genuine but not in the dialect's form, or the dialect has no seal.
    #[expect(clippy::unused_async, reason = "a dialect may have to ask its session endpoint")]
    pub async fn session(&self) -> Result<Session, Error> {
        self.request.resolved().session.clone()
    }

    /// Why the request's session cookie is not believed; `None` when it is, or when there is none.
    pub fn session_refusal(&self) -> Option<SessionError> {
        self.request.resolved().refusal
    }

    /// Whether somebody asked for the session, so that the response may depend on it.
    pub fn session_was_read(&self) -> bool {
        self.request.resolved.get().is_some()
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

    pub(crate) fn present(&self) -> Result<Presented, Error> {
        match &self.credential {
            Credential::Nobody => Ok(Presented::default()),
            Credential::Service(token) => Ok(Presented { token: Some(token.clone()), ..Presented::default() }),
            Credential::Session => self.request.resolved().present(),
        }
    }

    pub(crate) fn request_id_or_fresh(&self) -> String {
        self.request.request_id.clone().unwrap_or_else(fresh)
    }
}

impl Incoming {
    fn resolved(&self) -> &Resolved {
        self.resolved.get_or_init(|| match &self.cookies {
            Some(cookies) => self.client.resolve(cookies),
            None => Resolved { session: Ok(Session::Anonymous), refusal: None },
        })
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Api").field("request_id", &self.request.request_id).finish_non_exhaustive()
    }
}

pub(crate) const REQUEST_ID: &str = "x-request-id";

fn fresh() -> String {
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

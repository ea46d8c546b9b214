//! The backend as one incoming request sees it.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue};
use twinfetch_core::call::Method;
use twinfetch_core::seal::SessionError;
use twinfetch_core::secret::Secret;

use crate::call::Call;
use crate::caller::Caller;
use crate::client::ServerClient;
use crate::error::Error;
use crate::incoming::Incoming;
use crate::keeper::Keeper;
use crate::memo::Memo;
use crate::relay;
use crate::session::Session;

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
    pub(crate) request: Arc<Incoming>,
    pub(crate) caller: Caller,
}

impl Api {
    pub(crate) fn incoming(client: ServerClient, headers: &HeaderMap) -> Self {
        Self { request: Arc::new(Incoming::new(client, Some(headers))), caller: Caller::Visitor }
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
    /// without any network; or by asking the backend, where the dialect has no seal and passes cookies on, or where this server
    /// keeps the session [by itself](crate#a-session-of-this-servers-own).
    ///
    /// No cookie means anonymous. So does one that is expired, changed, made with another secret, in pieces, or too
    /// large: it could never become valid again, and an error would lock its owner out. [`Self::session_refusal`] and a
    /// `tracing` event say why.
    ///
    /// Of an [`Api`] of somebody [who signed in here](crate::SignedIn::api) it is what the backend says of the
    /// tokens; a background asks it each time.
    ///
    /// # Errors
    /// It is unknown who is signed in: the cookie is genuine but not in the dialect's form, the backend could not be
    /// asked, or the dialect has no seal.
    pub async fn session(&self) -> Result<Session, Error> {
        match self.keeper() {
            Some(keeper) => {
                self.request.becomes_personal();
                self.freshen().await;
                keeper.session(self.client(), self.request_id_or_fresh(), self.memo()).await
            }
            None => self.request.session().await,
        }
    }

    /// Why the session that came with the request is not believed; `None` when it is, or when none came.
    pub fn session_refusal(&self) -> Option<SessionError> {
        self.request.refusal()
    }

    /// Whether somebody asked for the session, so that the response may depend on it.
    pub fn session_was_read(&self) -> bool {
        self.request.is_personal()
    }

    /// The cookies for this request's response: those of sign-ins, renewals and sign-outs that were done with it.
    ///
    /// `ApiLayer` adds them by itself.
    pub fn set_cookies(&self) -> Vec<HeaderValue> {
        self.request.set_cookies()
    }

    /// Adds the cookies of [`Self::set_cookies`] to a response, where nothing else adds them. What the response says of a
    /// cookie already stays.
    pub fn relay(&self, response: &mut HeaderMap) {
        relay::append(response, self.set_cookies());
    }

    /// The id that all calls of this incoming request carry; background calls each have their own.
    pub fn request_id(&self) -> Option<&str> {
        self.request.request_id()
    }

    /// Reads a resource. Within one incoming request, equal reads are one backend call.
    pub fn get<T>(&self, path: &str) -> Call<T> {
        Call::new(self, Method::Get, path)
    }

    /// Asks what [`Self::get`] would bring, without its body.
    pub fn head<T>(&self, path: &str) -> Call<T> {
        Call::new(self, Method::Head, path)
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
        self.request.client()
    }

    pub(crate) fn memo(&self) -> Option<&Memo> {
        self.request.memo()
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Api").field("request_id", &self.request.request_id()).finish_non_exhaustive()
    }
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

//! The client of one process.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderMap, HeaderValue};
use twinfetch_core::address::BaseUrl;
use twinfetch_core::dialect::Dialect;
use twinfetch_core::seal::Sessions;

use crate::answer::Answer;
use crate::api::Api;
use crate::builder::Builder;
use crate::driver::{self, Flight};
use crate::error::Error;
use crate::session::Resolved;
use crate::transport::Transport;

/// The client of one backend: one per process, cheap to clone.
///
/// It holds what all requests share, connections and derived keys, and nothing that belongs to one of them.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// use twinfetch_server_client::{Dialect, ServerClient};
///
/// let client = ServerClient::builder()
///     .base_url("http://localhost:8080")
///     .dialect(Dialect::authjs())
///     .secrets(["the new secret", "the one before"])
///     .build()?;
///
/// let headers = http::HeaderMap::new(); // of the incoming request
/// let api = client.incoming(&headers);
/// assert!(!api.session().await?.is_authenticated());
/// # Ok::<(), twinfetch_server_client::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ServerClient(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) dialect: Dialect,
    pub(crate) base: BaseUrl,
    pub(crate) sessions: Option<Sessions>,
    pub(crate) transport: Transport,
    pub(crate) clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

impl ServerClient {
    /// Begins a client; every setting has a default, see [`Builder`].
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The backend as the incoming request with these headers sees it. Ask once per request and clone the answer.
    pub fn incoming(&self, headers: &HeaderMap) -> Api {
        Api::incoming(self.clone(), headers)
    }

    /// The backend without an incoming request: for jobs. Nobody is signed in; [`Api::bearer`] adds a service token.
    ///
    /// Each read is a backend call: what a job reads twice it wants twice.
    pub fn background(&self) -> Api {
        Api::background(self.clone())
    }

    pub(crate) fn from_parts(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Whether both are one client.
    #[cfg(feature = "proxy")]
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn base(&self) -> &BaseUrl {
        &self.0.base
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.0.transport
    }

    pub(crate) fn resolve(&self, cookies: &[HeaderValue]) -> Resolved {
        Resolved::read(&self.0.dialect.seal, self.0.sessions.as_ref(), cookies, (self.0.clock)())
    }

    pub(crate) async fn perform(&self, flight: Flight) -> Result<Answer, Error> {
        driver::perform(flight, (&self.0.dialect, &self.0.base), &self.0.transport).await
    }
}

impl fmt::Debug for ServerClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ServerClient").field("base_url", &self.0.base.as_str()).finish_non_exhaustive()
    }
}

//! The client of one process.

use std::fmt;
use std::sync::{Arc, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use twinfetch_core::address::BaseUrl;
use twinfetch_core::cookie::Cookies;
use twinfetch_core::dialect::{Dialect, Identity, Seal as Axis, Site};
use twinfetch_core::exchange::{Budget, Retry};
use twinfetch_core::secret::Secret;
use twinfetch_core::session::is_bearer;
use twinfetch_core::verb::Sites;

use crate::answer::Answer;
use crate::api::Api;
use crate::budgets::Budgets;
use crate::builder::Builder;
use crate::driver::{self, Flight};
use crate::error::Error;
use crate::own_session::OwnSession;
use crate::renewals::Renewals;
use crate::seal::Seal;
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

/// What says which moment it is.
pub(crate) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

pub(crate) struct Parts {
    pub(crate) dialect: Dialect,
    pub(crate) sites: Sites,
    pub(crate) seal: Seal,
    /// The names that the session cookie may have.
    pub(crate) session_names: Vec<String>,
    /// The name of the cookie in which an app keeps the access token of who signed in.
    pub(crate) access_cookie: Option<String>,
    /// How this server keeps sessions by itself, where it does.
    pub(crate) own_session: Option<OwnSession>,
    pub(crate) renewals: Renewals,
    pub(crate) transport: Transport,
    pub(crate) retry: Retry,
    pub(crate) budgets: Budgets,
    pub(crate) clock: Clock,
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

    /// The backend without an incoming request: for jobs. Nobody is signed in; [`Api::bearer`] adds a service token, and
    /// [`Api::sign_in`] signs a service account in.
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
        &self.0.sites.backend
    }

    pub(crate) fn sites(&self) -> &Sites {
        &self.0.sites
    }

    pub(crate) fn dialect(&self) -> &Dialect {
        &self.0.dialect
    }

    pub(crate) fn seal(&self) -> &Seal {
        &self.0.seal
    }

    pub(crate) fn session_names(&self) -> &[String] {
        &self.0.session_names
    }

    pub(crate) fn access_cookie(&self) -> Option<&str> {
        self.0.access_cookie.as_deref()
    }

    /// The signed token in a session cookie, as it is.
    pub(crate) fn sealed_token(&self, cookies: &Cookies<'_>) -> Option<Secret> {
        let Axis::Jws { .. } = &self.dialect().seal else { return None };
        let token =
            self.session_names().iter().find_map(|name| cookies.value(name).filter(|value| is_bearer(value)))?;
        Some(Secret::new(token))
    }

    /// Whether it is the app, and not the backend, that says who is signed in.
    pub(crate) fn is_session_of_app(&self) -> bool {
        let Identity::Endpoint { site, .. } = &self.dialect().identity;
        *site == Site::App
    }

    /// Whether cookies of the app are for HTTPS only; so they are unless the app is known to go without.
    pub(crate) fn is_secure(&self) -> bool {
        self.0.sites.app.as_ref().is_none_or(|app| app.as_str().starts_with("https:"))
    }

    pub(crate) fn own_session(&self) -> Option<&OwnSession> {
        self.0.own_session.as_ref()
    }

    pub(crate) fn renewals(&self) -> &Renewals {
        &self.0.renewals
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.0.transport
    }

    pub(crate) fn retry(&self) -> Retry {
        self.0.retry
    }

    /// What may still be repeated at one of the sites.
    pub(crate) fn budget(&self, is_of_app: bool) -> MutexGuard<'_, Budget> {
        self.0.budgets.of(is_of_app)
    }

    /// Whether an address is one of the app's own site.
    pub(crate) fn is_of_app(&self, url: &str) -> bool {
        let rest = self.0.sites.app.as_ref().and_then(|app| url.strip_prefix(app.as_str()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }

    pub(crate) fn now(&self) -> SystemTime {
        (self.0.clock)()
    }

    /// Now, in milliseconds since 1970.
    pub(crate) fn milliseconds(&self) -> u64 {
        milliseconds(self.now())
    }

    /// Now, in seconds since 1970.
    pub(crate) fn seconds(&self) -> u64 {
        self.milliseconds() / 1_000
    }

    pub(crate) async fn perform(&self, flight: Flight) -> Result<Answer, Error> {
        driver::perform(flight, self).await
    }
}

/// A moment in milliseconds since 1970.
pub(crate) fn milliseconds(moment: SystemTime) -> u64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl fmt::Debug for ServerClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ServerClient").field("base_url", &self.base().as_str()).finish_non_exhaustive()
    }
}

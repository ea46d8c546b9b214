//! The settings of a sign-in, checked before anything is sent.

use std::time::{Duration, SystemTime};

use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl, Scope};
use twinfetch_core::address::{BaseUrl, Path};
use twinfetch_core::secret::Secret;

use super::flow::FlowCookie;
use super::provider::{Provider, is_loopback};
use super::{OAuth, Parts};
use crate::error::Error;
use crate::transport::{Limits, Transport};

/// The settings of an [`OAuth`] sign-in.
///
/// | setting | default |
/// | --- | --- |
/// | `issuer`, `client_id`, `redirect_uri`, `secrets` | none: required |
/// | `client_secret` | none, for a public client |
/// | `scopes` | `openid email profile` |
/// | `app_url` | the origin of `redirect_uri` |
/// | `default_return_path` | `/` |
/// | `cookie_name` | `twinfetch.sign-in`, behind `__Host-` when `redirect_uri` is https |
/// | `timeout` | 10 s for each call to the provider |
pub struct OAuthBuilder {
    issuer: String,
    client_id: String,
    client_secret: Option<Secret>,
    redirect_uri: String,
    scopes: Vec<String>,
    secrets: Vec<Secret>,
    app_url: Option<String>,
    default_return_path: String,
    cookie_name: String,
    timeout: Duration,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Default for OAuthBuilder {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret: None,
            redirect_uri: String::new(),
            scopes: ["email", "profile"].map(str::to_owned).to_vec(),
            secrets: Vec::new(),
            app_url: None,
            default_return_path: "/".to_owned(),
            cookie_name: "twinfetch.sign-in".to_owned(),
            timeout: Duration::from_secs(10),
            clock: Box::new(SystemTime::now),
        }
    }
}

/// A secret shorter than this can be guessed.
const SHORTEST_SECRET: usize = 32;

impl OAuthBuilder {
    /// Sets the provider: its issuer, spelled as the provider spells it, such as `https://accounts.google.com`.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self
    }

    /// Sets the name under which the provider knows the app.
    #[must_use]
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client_id = id.into();
        self
    }

    /// Sets the secret which the provider gave the app.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.client_secret = Some(Secret::new(secret));
        self
    }

    /// Sets the address of the app's callback, as it is registered at the provider. No request's `Host` is ever believed.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = uri.into();
        self
    }

    /// Sets what the app wants to know of the user, besides `openid`.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the secrets of the flow cookie, the newest first: at least 32 characters each, the same on all servers of the app.
    #[must_use]
    pub fn secrets<S: Into<String>>(mut self, secrets: impl IntoIterator<Item = S>) -> Self {
        self.secrets = secrets.into_iter().map(Secret::new).collect();
        self
    }

    /// Sets where the app's pages are, for an app whose callback has another origin.
    #[must_use]
    pub fn app_url(mut self, url: impl Into<String>) -> Self {
        self.app_url = Some(url.into());
        self
    }

    /// Sets where a user goes who named no page, or none of the app.
    #[must_use]
    pub fn default_return_path(mut self, path: impl Into<String>) -> Self {
        self.default_return_path = path.into();
        self
    }

    /// Sets the flow cookie's name, without a prefix: each provider of an app has its own.
    #[must_use]
    pub fn cookie_name(mut self, name: impl Into<String>) -> Self {
        self.cookie_name = name.into();
        self
    }

    /// Limits each call to the provider.
    #[must_use]
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sets the clock by which sign-ins and tokens expire, for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Checks the settings, derives the keys and sets up the connections. The provider is asked when somebody signs in.
    ///
    /// # Errors
    /// `config_invalid`, with a sentence that names the setting.
    pub fn build(self) -> Result<OAuth, Error> {
        self.check()?;
        let issuer = IssuerUrl::new(self.issuer).map_err(|_| unusable("issuer", NO_ADDRESS))?;
        let redirect = RedirectUrl::new(self.redirect_uri).map_err(|_| unusable("redirect_uri", NO_ADDRESS))?;
        for (setting, text, url) in
            [("issuer", issuer.as_str(), issuer.url()), ("redirect_uri", redirect.as_str(), redirect.url())]
        {
            BaseUrl::parse(text, setting).map_err(Error::new)?;
            if url.scheme() != "https" && !is_loopback(url) {
                return Err(unusable(setting, "it is not https, and not of this machine"));
            }
        }
        let app_url = self.app_url.unwrap_or_else(|| redirect.url().origin().ascii_serialization());
        let app_url = BaseUrl::parse(&app_url, "app_url").map_err(Error::new)?;
        let default_return_path = Path::parse(&self.default_return_path, &app_url)
            .map_err(|_| unusable("default_return_path", "it is not a path of the app"))?;
        let secure = redirect.url().scheme() == "https";
        let names = (issuer.as_str(), self.client_id.as_str());
        let flow_cookie = FlowCookie::new(&self.cookie_name, secure, &self.secrets, names)
            .map_err(|cause| unusable("secrets", &cause.to_string()))?;
        let provider = BaseUrl::parse(issuer.as_str(), "issuer").map_err(Error::new)?;
        let transport = Transport::new(limits(self.timeout), [&provider])
            .map_err(|failure| unusable("issuer", "connections cannot be set up").with_cause(Some(failure.cause)))?;
        Ok(OAuth::from_parts(Parts {
            provider: Provider::new(issuer),
            client_id: ClientId::new(self.client_id),
            client_secret: self.client_secret.map(|secret| ClientSecret::new(secret.expose().to_owned())),
            redirect,
            scopes: self.scopes.into_iter().filter(|scope| scope != "openid").map(Scope::new).collect(),
            flow_cookie,
            app_url,
            default_return_path,
            transport,
            clock: self.clock,
        }))
    }

    /// What can be said without reading an address.
    fn check(&self) -> Result<(), Error> {
        let wrong = [
            ("client_id", self.client_id.is_empty(), "there is none"),
            ("secrets", self.secrets.is_empty(), "there is none"),
            ("secrets", self.secrets.iter().any(is_short), "one has less than 32 characters"),
            ("cookie_name", !is_name(&self.cookie_name), "it is not made of letters, digits, - _ and . only"),
            ("timeout", self.timeout.is_zero(), "it is zero"),
        ];
        let wrong = wrong.iter().find(|(_, is_wrong, _)| *is_wrong);
        wrong.map_or(Ok(()), |(setting, _, why)| Err(unusable(setting, why)))
    }
}

fn unusable(setting: &str, why: &str) -> Error {
    Error::config(format!("The setting {setting} is not usable: {why}."))
}

const NO_ADDRESS: &str = "it is not an absolute address";

fn is_short(secret: &Secret) -> bool {
    secret.expose().len() < SHORTEST_SECRET
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

const fn limits(call: Duration) -> Limits {
    Limits { connect: call, head: call, idle: call, total: call, body: 1024 * 1024 }
}

impl std::fmt::Debug for OAuthBuilder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("OAuthBuilder").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

//! The settings of a proxy, checked before anything is forwarded.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use twinfetch_core::address::{BaseUrl, Origin};
use twinfetch_core::error::Error as Reason;
use twinfetch_core::proxy::{Allowed, Headers, Patience, Retries};

use super::{Proxy, Settings};
use crate::client::ServerClient;
use crate::error::Error;

/// The settings of a [`Proxy`].
///
/// | setting | default |
/// | --- | --- |
/// | `allow`, `allow_below` | nothing: at least one is needed |
/// | `origin` | what `Host` says |
/// | `custom_header` | `x-requested-with` |
/// | `head_timeout` | 5 s |
/// | `retries` | after 100 ms and after 200 ms |
/// | `request_header`, `response_header` | content, negotiation, ranges and conditions only |
#[must_use = "a proxy is made by build()"]
pub struct ProxyBuilder {
    settings: Settings,
    /// The first setting that cannot be used.
    problem: Result<(), Error>,
}

impl ProxyBuilder {
    pub(super) fn new(client: ServerClient) -> Self {
        let idle = client.transport().limits().idle;
        let settings = Settings {
            allowed: Allowed::new(client.base().clone()),
            requests: Headers::of_requests(),
            responses: Headers::of_responses(),
            origin: None,
            custom_header: HeaderName::from_static("x-requested-with"),
            checks_origin: true,
            patience: Patience { head: Duration::from_secs(5), idle },
            retries: Retries::default(),
            client,
        };
        Self { settings, problem: Ok(()) }
    }

    /// Forwards one path, with any method and query.
    pub fn allow(self, path: &str) -> Self {
        self.with(|settings| settings.allowed.path(path).map_err(Error::new))
    }

    /// Forwards whatever is below a folder; the folder's own path is a matter of [`Self::allow`].
    pub fn allow_below(self, folder: &str) -> Self {
        self.with(|settings| settings.allowed.below(folder).map_err(Error::new))
    }

    /// Sets the app's own origin, for a server that sees another `Host` than the browser does.
    pub fn origin(self, origin: &str) -> Self {
        self.with(|settings| {
            settings.origin = Some(own_origin(origin).map_err(Error::new)?);
            Ok(())
        })
    }

    /// Names the header by which a client shows that it may send: no page of another origin can add it unasked.
    pub fn custom_header(self, name: &str) -> Self {
        self.with(|settings| {
            let unusable = || Error::config("The setting custom_header is not usable: it is not a name.".to_owned());
            settings.custom_header = name.parse().map_err(|_| unusable())?;
            Ok(())
        })
    }

    /// Forwards unsafe methods wherever they come from. Only for routes with another defence against request forgery.
    pub fn without_origin_check(self) -> Self {
        self.with(|settings| {
            settings.checks_origin = false;
            Ok(())
        })
    }

    /// Limits the wait for a response's head, for each attempt; an upload counts from its last piece.
    pub fn head_timeout(self, limit: Duration) -> Self {
        self.with(|settings| {
            settings.patience.head = limit;
            if limit.is_zero() {
                return Err(Error::config("The setting head_timeout is not usable: it is zero.".to_owned()));
            }
            Ok(())
        })
    }

    /// Sets the waits before each repetition of what may be repeated; none for no repetition.
    pub fn retries(self, waits: impl IntoIterator<Item = Duration>) -> Self {
        self.with(|settings| {
            settings.retries = Retries::new(waits);
            Ok(())
        })
    }

    /// Lets one more header of requests through, such as `x-tenant`. Credentials, cookies, `Host`, `X-Forwarded-*` and those
    /// of the connection are refused.
    pub fn request_header(self, name: &str) -> Self {
        self.with(|settings| settings.requests.allow(name).map_err(Error::new))
    }

    /// Lets one more header of responses through, such as `x-total-count`. `Set-Cookie`, those that grant other origins
    /// access and those of the connection are refused.
    pub fn response_header(self, name: &str) -> Self {
        self.with(|settings| settings.responses.allow(name).map_err(Error::new))
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// `config_invalid`, with a sentence that names the setting.
    pub fn build(self) -> Result<Proxy, Error> {
        self.problem?;
        if self.settings.allowed.is_empty() {
            let message = "The proxy has nothing to forward: name paths with allow or allow_below.";
            return Err(Error::config(message.to_owned()));
        }
        Ok(Proxy(Arc::new(self.settings)))
    }

    fn with(mut self, change: impl FnOnce(&mut Settings) -> Result<(), Error>) -> Self {
        self.problem = self.problem.and_then(|()| change(&mut self.settings));
        self
    }
}

fn own_origin(text: &str) -> Result<Origin, Reason> {
    let parsed = BaseUrl::parse(text, "origin")?;
    let origin = parsed.origin().clone();
    if parsed.as_str() == origin.as_str() { Ok(origin) } else { Err(has_path()) }
}

fn has_path() -> Reason {
    let reason = Reason::new(twinfetch_core::error::Code::ConfigInvalid);
    reason.with_message("The setting origin is not usable: it must be scheme, host and port only.")
}

impl std::fmt::Debug for ProxyBuilder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ProxyBuilder").field("allowed", &self.settings.allowed).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Proxy, ProxyBuilder, ServerClient};
    use twinfetch_core::error::Kind;

    fn builder() -> ProxyBuilder {
        let client = ServerClient::builder().base_url("http://localhost:8080").secrets(["s"]).build().unwrap();
        Proxy::builder(client)
    }

    #[test]
    fn a_bad_setting_is_refused_with_its_name() {
        let allowed = || builder().allow("/api/posts");
        for (builder, named) in [
            (builder(), "allow"),
            (builder().allow("api"), "api"),
            (builder().allow_below("/"), "/"),
            (allowed().allow_below("/a/../b"), "/a/../b"),
            (allowed().origin("app.test"), "origin"),
            (allowed().origin("https://app.test/path"), "origin"),
            (allowed().custom_header("a b"), "custom_header"),
            (allowed().head_timeout(Duration::ZERO), "head_timeout"),
            (allowed().request_header("Cookie"), "cookie"),
            (allowed().response_header("set-cookie"), "set-cookie"),
        ] {
            let error = builder.build().unwrap_err();
            assert_eq!(error.kind(), Kind::Config);
            assert!(error.message().contains(named), "{error}");
        }
        let full = allowed().origin("https://app.test").custom_header("x-csrf").retries([]).request_header("x-tenant");
        assert!(full.build().is_ok());
    }
}

//! The settings of a client, checked before anything is sent.

use std::time::{Duration, SystemTime};

use twinfetch_core::address::BaseUrl;
use twinfetch_core::dialect::{Dialect, Seal, SealVersion};
use twinfetch_core::seal::Sessions;
use twinfetch_core::secret::Secret;

use crate::client::{Parts, ServerClient};
use crate::error::Error;
use crate::transport::{Limits, Transport};

/// The settings of a [`ServerClient`].
///
/// | setting | default |
/// | --- | --- |
/// | `base_url` | the variable `BACKEND_URL`, else `http://localhost:8080` |
/// | `dialect` | [`Dialect::authjs`] |
/// | `secrets` | the variable `AUTH_SECRET`, else `NEXTAUTH_SECRET`; for next-auth v4 in the other order |
/// | `cookie_name` | the dialect's |
/// | `connect_timeout` | 5 s |
/// | `head_timeout` | 10 s |
/// | `idle_timeout` | 30 s |
/// | `timeout` | 60 s |
/// | `body_limit` | 8 MiB |
pub struct Builder {
    base_url: Option<String>,
    dialect: Dialect,
    secrets: Option<Vec<Secret>>,
    cookie_name: Option<String>,
    limits: Limits,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
    variable: fn(&str) -> Option<String>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            base_url: None,
            dialect: Dialect::authjs(),
            secrets: None,
            cookie_name: None,
            limits: Limits {
                connect: Duration::from_secs(5),
                head: Duration::from_secs(10),
                idle: Duration::from_secs(30),
                total: Duration::from_mins(1),
                body: 8 * 1024 * 1024,
            },
            clock: Box::new(SystemTime::now),
            variable: |name| std::env::var(name).ok(),
        }
    }
}

impl Builder {
    /// Sets the backend's address, which all paths are relative to.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sets how the backend and its sign-in talk.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets the secrets of the session cookie, the newest first: the same as those of the app that writes it.
    #[must_use]
    pub fn secrets<S: Into<String>>(mut self, secrets: impl IntoIterator<Item = S>) -> Self {
        self.secrets = Some(secrets.into_iter().map(Secret::new).collect());
        self
    }

    /// Sets the session cookie's name, for an app that chose its own. `__Secure-` and `__Host-` are looked for as well.
    #[must_use]
    pub fn cookie_name(mut self, name: impl Into<String>) -> Self {
        self.cookie_name = Some(name.into());
        self
    }

    /// Limits the wait for a connection.
    #[must_use]
    pub const fn connect_timeout(mut self, limit: Duration) -> Self {
        self.limits.connect = limit;
        self
    }

    /// Limits the wait for the head of a response, the connection included.
    #[must_use]
    pub const fn head_timeout(mut self, limit: Duration) -> Self {
        self.limits.head = limit;
        self
    }

    /// Limits the wait for the next piece of a body.
    #[must_use]
    pub const fn idle_timeout(mut self, limit: Duration) -> Self {
        self.limits.idle = limit;
        self
    }

    /// Limits a whole call, redirects and body included; a call can have its own limit.
    #[must_use]
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.limits.total = limit;
        self
    }

    /// Limits the bytes of a JSON body.
    #[must_use]
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// Sets the clock by which sessions expire, for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Checks the settings, derives the keys and sets up the connections.
    ///
    /// # Errors
    /// `config_invalid`, with a sentence that names the setting.
    pub fn build(self) -> Result<ServerClient, Error> {
        let base = self.base()?;
        self.check_limits()?;
        let sessions = self.sessions()?;
        let Self { dialect, limits, clock, .. } = self;
        let transport = Transport::new(limits, &base).map_err(|failure| {
            let message = "The setting base_url is not usable: connections to it cannot be set up.";
            Error::config(message.to_owned()).with_cause(Some(failure.cause))
        })?;
        Ok(ServerClient::from_parts(Parts { dialect, base, sessions, transport, clock }))
    }

    fn base(&self) -> Result<BaseUrl, Error> {
        let variable = || (self.variable)("BACKEND_URL").filter(|url| !url.trim().is_empty());
        let parsed = match &self.base_url {
            Some(url) => BaseUrl::parse(url, "base_url"),
            None => BaseUrl::parse(&variable().unwrap_or_else(|| DEFAULT_URL.to_owned()), "BACKEND_URL"),
        };
        parsed.map_err(Error::new)
    }

    fn check_limits(&self) -> Result<(), Error> {
        let Limits { connect, head, idle, total, body } = &self.limits;
        let waits = [("connect_timeout", connect), ("head_timeout", head), ("idle_timeout", idle), ("timeout", total)];
        let no_wait = waits.iter().find(|(_, limit)| limit.is_zero()).map(|(setting, _)| *setting);
        match no_wait.or((*body == 0).then_some("body_limit")) {
            Some(setting) => Err(Error::config(format!("The setting {setting} is not usable: it is zero."))),
            None => Ok(()),
        }
    }

    fn sessions(&self) -> Result<Option<Sessions>, Error> {
        let Seal::AuthJs { version, cookie, .. } = &self.dialect.seal else { return Ok(None) };
        let cookie = self.cookie_name.as_deref().unwrap_or(cookie);
        if cookie.is_empty() || !cookie.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
            let message = "The setting cookie_name is not usable: it is not made of letters, digits, - _ and . only.";
            return Err(Error::config(message.to_owned()));
        }
        let secrets = match &self.secrets {
            Some(secrets) => secrets.clone(),
            None => self.secret_of_the_environment(*version).into_iter().collect(),
        };
        let sessions = Sessions::new(*version, &secrets, cookie);
        sessions.map(Some).map_err(|cause| Error::config(format!("The setting secrets is not usable: {cause}.")))
    }

    fn secret_of_the_environment(&self, version: SealVersion) -> Option<Secret> {
        let [first, second] = match version {
            SealVersion::V4 => ["NEXTAUTH_SECRET", "AUTH_SECRET"],
            SealVersion::V5 => ["AUTH_SECRET", "NEXTAUTH_SECRET"],
        };
        (self.variable)(first).or_else(|| (self.variable)(second)).map(Secret::new)
    }
}

const DEFAULT_URL: &str = "http://localhost:8080";

impl std::fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Builder").field("limits", &self.limits).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Builder, Duration};
    use crate::error::Error;
    use twinfetch_core::dialect::Dialect;
    use twinfetch_core::error::Kind;

    fn builder(variable: fn(&str) -> Option<String>) -> Builder {
        Builder { variable, ..Builder::default() }
    }

    fn refusal(builder: Builder) -> Error {
        let error = builder.build().expect_err("refused");
        assert_eq!(error.kind(), Kind::Config);
        error
    }

    #[test]
    fn without_settings_the_environment_is_asked() {
        let client = builder(|name| match name {
            "BACKEND_URL" => Some("http://backend:1".to_owned()),
            "NEXTAUTH_SECRET" => Some("s".to_owned()),
            _ => None,
        });
        assert_eq!(client.build().unwrap().base().as_str(), "http://backend:1");
        let client = builder(|name| (name == "AUTH_SECRET").then(|| "s".to_owned()));
        assert_eq!(client.build().unwrap().base().as_str(), "http://localhost:8080");
    }

    #[test]
    fn a_bad_setting_is_refused_with_its_name() {
        let none = || builder(|_| None);
        let message = refusal(none()).message().to_owned();
        assert!(message.contains("secrets") && message.contains("AUTH_SECRET"), "{message}");
        for secrets in [vec![], vec![""], vec!["new", ""]] {
            assert!(refusal(none().secrets(secrets)).message().contains("secret"));
        }
        let v4 = none().dialect(Dialect::next_auth_v4()).secrets(["a", "b"]);
        assert!(refusal(v4).message().contains("secrets"));
        for url in
            ["", "localhost:8080", "ftp://backend", "http://user:pw@backend", "http://backend/?x", "http://1.2.3.256"]
        {
            let error = refusal(none().secrets(["s"]).base_url(url));
            assert!(error.message().contains("base_url"), "{error}");
            assert!(!error.message().contains("pw"));
        }
        let from_environment = builder(|name| (name == "BACKEND_URL").then(|| "backend".to_owned()));
        assert!(refusal(from_environment.secrets(["s"])).message().contains("BACKEND_URL"));
        assert!(refusal(none().secrets(["s"]).idle_timeout(Duration::ZERO)).message().contains("idle_timeout"));
        assert!(refusal(none().secrets(["s"]).body_limit(0)).message().contains("body_limit"));
        assert!(refusal(none().secrets(["s"]).cookie_name("a=b")).message().contains("cookie_name"));
    }

    #[test]
    fn an_empty_secret_of_the_environment_is_refused_as_by_auth_js() {
        let variables = builder(|name| match name {
            "AUTH_SECRET" => Some(String::new()),
            "NEXTAUTH_SECRET" => Some("s".to_owned()),
            _ => None,
        });
        assert!(refusal(variables).message().contains("AUTH_SECRET"));
    }

    #[test]
    fn debug_shows_no_secret() {
        let builder = builder(|_| None).secrets(["canary"]);
        assert!(!format!("{builder:?} {:?}", builder.limits).contains("canary"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("canary"));
    }
}

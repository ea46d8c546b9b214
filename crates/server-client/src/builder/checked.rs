//! Making a client of the settings, or saying which of them is not usable.

use std::sync::Arc;

use twinfetch_core::address::BaseUrl;
use twinfetch_core::dialect::Seal as Axis;
use twinfetch_core::verb::Sites;

use super::Builder;
use crate::budgets::Budgets;
use crate::client::{Parts, ServerClient};
use crate::error::Error;
use crate::own_session::{LONGEST_AGE, NAME};
#[cfg(not(feature = "redis"))]
use crate::renewals::Authority;
use crate::renewals::Renewals;
use crate::seal::Seal;
use crate::transport::Transport;

const DEFAULT_URL: &str = "http://localhost:8080";

impl Builder {
    /// Checks the settings, derives the keys and sets up the connections.
    ///
    /// # Errors
    /// `config_invalid`, with a sentence that names the setting.
    pub fn build(self) -> Result<ServerClient, Error> {
        let sites = Sites { backend: self.base()?, app: self.app()? };
        if let Some(setting) = self.limits.unusable() {
            return Err(Error::config(format!("The setting {setting} is not usable: it is zero.")));
        }
        let cookie = self.cookie()?.map(str::to_owned);
        let is_secure = sites.app.as_ref().is_none_or(|app| app.as_str().starts_with("https:"));
        self.own_session_is_usable(is_secure)?;
        let authority = self.authority()?;
        let Self {
            dialect, limits, retry, clock, secrets, own_session, session_max_age, issued_after, variable, ..
        } = self;
        let (seal, own_session) = match cookie.as_deref().filter(|_| own_session) {
            Some(name) => (Seal::None, Some(secrets.own_session(name, is_secure, session_max_age, variable)?)),
            None => (secrets.seal(&dialect.seal, cookie.as_deref(), issued_after, variable)?, None),
        };
        let cookie = cookie.filter(|_| own_session.is_none());
        let prefixes: &[&str] = match &cookie {
            Some(name) if name.starts_with("__") => &[""],
            _ => &["__Secure-", "__Host-", ""],
        };
        let named = |name: &String| prefixes.iter().map(|prefix| format!("{prefix}{name}")).collect();
        let session_names = cookie.as_ref().map(named).unwrap_or_default();
        let keeps = dialect.tokens.is_some() && matches!(seal, Seal::Signed(..));
        let access_cookie = cookie.filter(|_| keeps);
        let bases = std::iter::once(&sites.backend).chain(&sites.app);
        let transport = Transport::new(limits, bases).map_err(|failure| {
            let message = "The setting base_url is not usable: connections to it cannot be set up.";
            Error::config(message.to_owned()).with_cause(Some(failure.cause))
        })?;
        let renewals = Renewals::new(authority, Arc::clone(&clock));
        let parts = Parts {
            dialect,
            sites,
            seal,
            session_names,
            access_cookie,
            own_session,
            renewals,
            transport,
            retry,
            budgets: Budgets::default(),
            clock,
        };
        Ok(ServerClient::from_parts(parts))
    }

    #[cfg(not(feature = "redis"))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "with Redis there is more to decide")]
    fn authority(&self) -> Result<Authority, Error> {
        Ok(Authority::Process)
    }

    fn app(&self) -> Result<Option<BaseUrl>, Error> {
        self.app_url.as_ref().map(|url| BaseUrl::parse(url, "app_url").map_err(Error::new)).transpose()
    }

    fn base(&self) -> Result<BaseUrl, Error> {
        let variable = || (self.variable)("BACKEND_URL").filter(|url| !url.trim().is_empty());
        let parsed = match &self.base_url {
            Some(url) => BaseUrl::parse(url, "base_url"),
            None => BaseUrl::parse(&variable().unwrap_or_else(|| DEFAULT_URL.to_owned()), "BACKEND_URL"),
        };
        parsed.map_err(Error::new)
    }

    /// Refuses what cannot keep a session.
    fn own_session_is_usable(&self, is_secure: bool) -> Result<(), Error> {
        let refused =
            |setting: &str, reason: &str| Err(Error::config(format!("The setting {setting} is not usable: {reason}.")));
        let is_prefixed = self.cookie_name.as_ref().is_some_and(|name| name.starts_with("__"));
        if !self.own_session {
            Ok(())
        } else if self.dialect.tokens.is_none() {
            refused("own_session", "a sign-in of this dialect gives no tokens to keep")
        } else if self.session_max_age.as_secs() == 0 || self.session_max_age > LONGEST_AGE {
            refused("session_max_age", "it is not between a second and 400 days")
        } else if is_prefixed && !is_secure {
            refused("cookie_name", "a browser keeps a cookie with this prefix under https only")
        } else {
            Ok(())
        }
    }

    /// The session cookie's name, where there is one.
    fn cookie(&self) -> Result<Option<&str>, Error> {
        let cookie = match &self.dialect.seal {
            _ if self.own_session => NAME,
            Axis::AuthJs { cookie, .. } | Axis::Jws { cookie, .. } => cookie,
            Axis::None {} => return Ok(None),
        };
        let cookie = self.cookie_name.as_deref().unwrap_or(cookie);
        if cookie.is_empty() || !cookie.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
            let message = "The setting cookie_name is not usable: it is not made of letters, digits, - _ and . only.";
            return Err(Error::config(message.to_owned()));
        }
        Ok(Some(cookie))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Builder;
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
    fn debug_shows_no_secret() {
        let builder = builder(|_| None).secrets(["canary"]);
        assert!(!format!("{builder:?} {:?}", builder.limits).contains("canary"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("canary"));
    }
}

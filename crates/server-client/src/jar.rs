//! The cookies of the app's own site while one verb is performed.

use http::HeaderValue;
use twinfetch_core::cookie::Cookies;
use twinfetch_core::secret::Secret;

use crate::client::ServerClient;
use crate::relay;

/// The cookies of the app's own site while one verb is performed, kept as a browser keeps them: a sign-in library binds
/// the token of its forms to a cookie, and knows by another who signs out.
#[derive(Default)]
pub(crate) struct Jar(Vec<(String, Secret)>);

impl Jar {
    /// Those of a visitor which belong to the session.
    pub(crate) fn of_session(cookies: &Cookies<'_>, client: &ServerClient) -> Self {
        let belongs = |name: &str| relay::is_of_session(name, client);
        let pairs = cookies.iter().filter(|(name, _)| belongs(name));
        Self(pairs.map(|(name, value)| (name.to_owned(), Secret::new(value))).collect())
    }

    /// Takes what a response sets.
    pub(crate) fn keep(&mut self, line: &HeaderValue) {
        let Some((name, value)) = relay::pair(line) else { return };
        self.0.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.0.push((name.to_owned(), Secret::new(value)));
        }
    }

    /// The value of `Cookie`.
    pub(crate) fn header(&self) -> Option<Secret> {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}={}", value.expose())).collect();
        (!pairs.is_empty()).then(|| Secret::new(pairs.join("; ")))
    }
}

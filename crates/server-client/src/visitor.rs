//! What an incoming request brings to show who sends it.

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderValue};
use twinfetch_core::cookie::Cookies;
use twinfetch_core::dialect::{Credential, Csrf, Dialect};
use twinfetch_core::secret::Secret;
use twinfetch_core::session::Presented;

/// What an incoming request brings to show who sends it.
pub(crate) struct Visitor {
    cookies: Vec<HeaderValue>,
    authorization: Option<HeaderValue>,
}

impl Visitor {
    pub(crate) fn new(headers: &HeaderMap) -> Self {
        Self {
            cookies: headers.get_all(COOKIE).iter().cloned().collect(),
            authorization: headers.get(AUTHORIZATION).cloned(),
        }
    }

    pub(crate) fn cookies(&self) -> Cookies<'_> {
        Cookies::parse(self.cookies.iter().map(HeaderValue::as_bytes))
    }

    /// The token of `Authorization: Bearer` (RFC 6750 §2.1).
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.authorization.as_ref()?.to_str().ok()?.split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    }

    /// The cookies that are passed on to the backend, and the one that is mirrored in a header.
    pub(crate) fn passed_on(&self, dialect: &Dialect) -> Presented {
        let (cookie, mirrored) = passed_on(&self.cookies(), dialect);
        Presented { cookie, mirrored, ..Presented::default() }
    }
}

/// The names of the cookies that a server passes on where the backend takes no bearer token.
pub(crate) const fn forwarded(dialect: &Dialect) -> Option<&'static [&'static str]> {
    match dialect.credential {
        Credential::Cookie { forward } => forward,
        Credential::Bearer {} => None,
    }
}

/// The name of the cookie that is mirrored in a header.
pub(crate) fn mirrored(dialect: &Dialect) -> Option<&str> {
    match &dialect.csrf {
        Some(Csrf::Mirrored { cookie, .. }) => Some(cookie),
        _ => None,
    }
}

/// Of some cookies, the header with those that a backend gets, and the value that is mirrored.
///
/// The mirrored cookie goes along with its header: the backend compares the two.
pub(crate) fn passed_on(cookies: &Cookies<'_>, dialect: &Dialect) -> (Option<Secret>, Option<String>) {
    let mirror = mirrored(dialect);
    let names = forwarded(dialect).unwrap_or_default();
    let beside = mirror.filter(|name| names.iter().all(|known| known != name));
    let names = names.iter().copied().chain(beside);
    let pairs = names.filter_map(|name| cookies.iter().find(|(known, _)| *known == name));
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
    let cookie = (!pairs.is_empty()).then(|| Secret::new(pairs.join("; ")));
    // As it is, as in a browser: it is the cookie that the backend compares it with.
    let mirrored = mirror.and_then(|name| cookies.iter().find(|(known, _)| *known == name));
    (cookie, mirrored.map(|(_, value)| value.to_owned()))
}

/// Whether cookies hold one of those by which a backend knows its user.
pub(crate) fn knows_somebody(cookies: &Cookies<'_>, dialect: &Dialect) -> bool {
    let names = forwarded(dialect).unwrap_or_default();
    cookies.iter().any(|(known, value)| !value.is_empty() && names.contains(&known))
}

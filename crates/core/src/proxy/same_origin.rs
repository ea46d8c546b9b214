//! Whether a request comes from the app's own pages.

use crate::address::Origin;
use crate::call::Method;
use crate::error::{Code, Error};
use crate::text;

/// What a request says about the page that sent it.
///
/// A browser adds a session's cookie to requests of other sites too, and of sibling subdomains whatever `SameSite` says
/// (RFC 10017). A request that changes something therefore has to show where it comes from.
///
/// ```
/// use twinfetch_core::{call::Method, error::Code, proxy::SameOrigin};
/// let own = SameOrigin { fetch_site: Some("same-origin"), ..SameOrigin::default() };
/// assert!(own.check(Method::Post).is_ok());
/// let foreign = SameOrigin { fetch_site: Some("cross-site"), ..SameOrigin::default() };
/// assert_eq!(foreign.check(Method::Post).unwrap_err().code(), Code::Forbidden);
/// assert!(foreign.check(Method::Get).is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SameOrigin<'a> {
    /// `Sec-Fetch-Site`, which no page can set.
    pub fetch_site: Option<&'a str>,
    /// `Origin`, which no page can set.
    pub origin: Option<&'a str>,
    /// The app's own origin, if it is known for sure.
    pub own: Option<&'a Origin>,
    /// `Host`, which stands for the app's own origin where that is not known.
    pub host: Option<&'a str>,
    /// Whether the request has a header that a page of another origin cannot add without being allowed to.
    pub custom_header: bool,
}

impl SameOrigin<'_> {
    /// Refuses an unsafe method that does not show that it comes from the app's own pages.
    ///
    /// # Errors
    /// `forbidden`, with a sentence of its own.
    pub fn check(&self, method: Method) -> Result<(), Error> {
        let own = method.is_safe()
            || self.custom_header
            || match self.fetch_site {
                // `none`: the user did it, not a page.
                Some(site) => matches!(site, "same-origin" | "none"),
                None => self.is_own_origin(),
            };
        if own { Ok(()) } else { Err(Error::new(Code::Forbidden).with_message(REFUSAL)) }
    }

    fn is_own_origin(&self) -> bool {
        let Some((origin, "")) = self.origin.and_then(|origin| Origin::split(origin).ok()) else { return false };
        if let Some(own) = self.own {
            return origin == *own;
        }
        let scheme = text::before(origin.as_str(), b':');
        let own = self.host.map(|host| text::concat(&[scheme, "://", host]));
        own.is_some_and(|own| matches!(Origin::split(&own), Ok((own, "")) if own == origin))
    }
}

const REFUSAL: &str = "The request was refused because it does not come from this app's own pages.";

#[cfg(test)]
mod tests {
    use super::{Method, Origin, SameOrigin};

    fn passes(sender: SameOrigin<'_>) -> bool {
        assert!(sender.check(Method::Get).is_ok() && sender.check(Method::Head).is_ok());
        let unsafe_methods = [Method::Delete, Method::Patch, Method::Post, Method::Put];
        let passed = unsafe_methods.map(|method| sender.check(method).is_ok());
        assert!(passed.iter().all(|one| *one == passed[0]));
        assert!(SameOrigin { custom_header: true, ..sender }.check(Method::Post).is_ok());
        passed[0]
    }

    #[test]
    fn what_the_browser_says_of_the_site_decides() {
        let base = SameOrigin { origin: Some("https://app.test"), host: Some("app.test"), ..SameOrigin::default() };
        for (site, expected) in [
            ("same-origin", true),
            ("none", true),
            ("same-site", false),
            ("cross-site", false),
            ("", false),
            ("x", false),
        ] {
            assert_eq!(passes(SameOrigin { fetch_site: Some(site), ..base }), expected, "{site}");
        }
    }

    #[test]
    fn without_it_the_origin_has_to_be_the_apps_own() {
        for (origin, host, expected) in [
            (Some("https://app.test"), Some("app.test"), true),
            (Some("https://app.test"), Some("APP.test:443"), true),
            (Some("http://localhost:3000"), Some("localhost:3000"), true),
            (Some("http://localhost:3001"), Some("localhost:3000"), false),
            (Some("https://evil.app.test"), Some("app.test"), false),
            (Some("https://app.test.evil"), Some("app.test"), false),
            (Some("https://app.test/"), Some("app.test"), false),
            (Some("https://app.test"), Some("app.test/"), false),
            (Some("https://app.test"), None, false),
            (Some("null"), Some("null"), false),
            (Some(""), Some(""), false),
            (None, Some("app.test"), false),
        ] {
            let sender = SameOrigin { origin, host, ..SameOrigin::default() };
            assert_eq!(passes(sender), expected, "{origin:?} {host:?}");
        }
    }

    #[test]
    fn a_known_origin_is_believed_instead_of_the_host() {
        let (own, _) = Origin::split("https://app.test").unwrap();
        for (origin, expected) in
            [("https://app.test", true), ("http://app.test", false), ("https://inner.test", false)]
        {
            let own = Some(&own);
            let sender = SameOrigin { origin: Some(origin), host: Some("inner.test"), own, ..SameOrigin::default() };
            assert_eq!(passes(sender), expected, "{origin}");
        }
    }
}

//! Links that sign their bearer in, and addresses of sign-in pages.

use super::requests::field;
use crate::address::{BaseUrl, Path};
use crate::call::invalid;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::secret::Secret;
use crate::text;

/// A token for a link.
#[derive(Clone, Debug)]
pub struct LinkToken {
    /// The token.
    pub token: Secret,
    /// When it ends, in milliseconds since 1970, where the backend says so.
    pub expires_at: Option<u64>,
}

/// Takes the token out of the parts of an address, its query without `?` and its fragment without `#`.
///
/// The fragment counts first: it is sent to no server. Returns the token and what is left of both parts; `None` when no
/// part has the parameter with something that can be sent as bearer token.
///
/// ```
/// let (token, query, fragment) = twinfetch_core::verb::take_link_token("a=1&token=x.y.z", "top", "token").unwrap();
/// assert_eq!((token.expose(), query.as_str(), fragment.as_str()), ("x.y.z", "a=1", "top"));
/// ```
pub fn take_link_token(query: &str, fragment: &str, parameter: &str) -> Option<(Secret, String, String)> {
    if let Some((token, fragment)) = take(fragment, parameter) {
        // A second token must not stay where it can be seen.
        let query = take(query, parameter).map_or_else(|| query.to_owned(), |(_, query)| query);
        return Some((token, query, fragment));
    }
    let (token, query) = take(query, parameter)?;
    Some((token, query, fragment.to_owned()))
}

fn take(parts: &str, parameter: &str) -> Option<(Secret, String)> {
    let mut token = None;
    let mut rest = String::new();
    for part in text::parts(parts, b'&') {
        match text::cut(part, b'=') {
            Some((name, value)) if name == parameter => token = Some(value),
            _ => {
                if !rest.is_empty() {
                    rest.push('&');
                }
                rest.push_str(part);
            }
        }
    }
    let token = token.filter(|token| crate::session::is_bearer(token))?;
    Some((Secret::new(token), rest))
}

/// The address which leads to a provider's sign-in page and back to `return_to`, a path of the app.
///
/// # Errors
/// `call_invalid` when `return_to` could be read as an address of another origin; `config_invalid` when the dialect
/// has no such page.
pub fn sign_in_address(dialect: &Dialect, backend: &BaseUrl, return_to: &str) -> Result<String, Error> {
    let redirect = field(dialect.redirect, "redirect")?;
    let route = text::before(text::before(return_to, b'#'), b'?');
    let foreign = !route.starts_with('/') || route.starts_with("//") || Path::parse(route, backend).is_err();
    if foreign || text::any(return_to, |byte| byte < b' ' || matches!(byte, b'\\' | 0x7f)) {
        return Err(invalid("the way back must be a path of the app that begins with one slash"));
    }
    let mut path = Path::parse(redirect.path.as_str(), backend)?;
    path.push_query(redirect.parameter, return_to);
    Ok(backend.join(&path))
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::{sign_in_address, take_link_token};
    use crate::address::BaseUrl;
    use crate::dialect::Dialect;

    #[test]
    fn a_token_is_taken_from_the_fragment_before_the_query_and_leaves_neither() {
        let (token, query, fragment) = take_link_token("token=q&x=1", "token=f", "token").unwrap();
        assert_eq!((token.expose(), query.as_str(), fragment.as_str()), ("f", "x=1", ""));
        for (query, fragment) in [("", ""), ("token", ""), ("token=", ""), ("token=a%20b", "tokens=x"), ("x=token", "")]
        {
            assert!(take_link_token(query, fragment, "token").is_none(), "{query}#{fragment}");
        }
    }

    #[test]
    fn the_way_back_is_kept_and_never_foreign() {
        let (redirect, base) = (Dialect::oauth_cookie(), BaseUrl::parse("http://b.test", "baseUrl").unwrap());
        assert_eq!(
            sign_in_address(&redirect, &base, "/posts?page=2#top").unwrap(),
            "http://b.test/api/auth/google?returnTo=%2Fposts%3Fpage%3D2%23top"
        );
        for foreign in
            ["", "posts", "//evil.test", "https://evil.test", "/\\evil.test", "/\t/evil.test", "/..//evil.test"]
        {
            assert!(sign_in_address(&redirect, &base, foreign).is_err(), "{foreign}");
        }
    }
}

//! The paths that a proxy forwards.

use crate::address::{self, BaseUrl, Path};
use crate::error::{Code, Error};
use crate::text;

/// The paths that a proxy forwards to its backend; all others do not exist for it.
///
/// ```
/// use twinfetch_core::{address::BaseUrl, error::Code, proxy::Allowed};
/// let backend = BaseUrl::parse("http://localhost:8080", "base_url")?;
/// let mut allowed = Allowed::new(backend);
/// allowed.path("/api/posts")?;
/// allowed.below("/api/files")?;
/// assert_eq!(allowed.check("/api/posts?page=2")?.as_str(), "/api/posts?page=2");
/// assert!(allowed.check("/api/files/2026/report.csv").is_ok());
/// for refused in ["/api/admin", "/api/posts/1", "/api/files", "/api/files/../admin", "/api/files/..%2fadmin"] {
///     assert_eq!(allowed.check(refused).unwrap_err().code(), Code::NotFound, "{refused}");
/// }
/// # Ok::<(), twinfetch_core::error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Allowed {
    base: BaseUrl,
    paths: Vec<String>,
    /// With a final slash.
    folders: Vec<String>,
}

impl Allowed {
    /// Nothing yet of this backend.
    pub const fn new(base: BaseUrl) -> Self {
        Self { base, paths: Vec::new(), folders: Vec::new() }
    }

    /// Allows one path, with any query.
    ///
    /// # Errors
    /// `config_invalid` when the path is not plain.
    pub fn path(&mut self, path: &str) -> Result<(), Error> {
        self.paths.push(self.plain(path)?);
        Ok(())
    }

    /// Allows whatever is below a folder, but not the folder's own path.
    ///
    /// # Errors
    /// `config_invalid` when the path is not plain, or is `/`: all of a backend is not a list.
    pub fn below(&mut self, folder: &str) -> Result<(), Error> {
        let folder = self.plain(folder.strip_suffix('/').unwrap_or(folder))?;
        self.folders.push(text::concat(&[&folder, "/"]));
        Ok(())
    }

    /// Whether nothing is allowed.
    pub const fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.folders.is_empty()
    }

    /// The backend.
    pub const fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// The path of a request's target (RFC 9112 §3.2.1), if it is allowed.
    ///
    /// # Errors
    /// `not_found` for all others, and for those that a backend might read as another path.
    pub fn check(&self, target: &str) -> Result<Path, Error> {
        let missing = || Error::new(Code::NotFound);
        let path = Path::parse(target, &self.base).ok().filter(|_| target.starts_with('/')).ok_or_else(missing)?;
        let route = path.route();
        let below = |folder: &String| route.len() > folder.len() && route.starts_with(folder.as_str());
        let listed = self.paths.iter().any(|allowed| allowed == route) || self.folders.iter().any(below);
        if listed && is_plain(route) { Ok(path) } else { Err(missing()) }
    }

    /// Where a `Location` in the answer to `path` leads, as a path; `None` when that is not allowed.
    ///
    /// An absolute one below the backend's address becomes a path: browsers do not know the backend.
    pub fn location(&self, path: &Path, location: &str) -> Option<String> {
        let target = address::resolve(&self.base.join(path), location)?;
        let target = target.strip_prefix(self.base.as_str())?;
        self.check(target).ok().map(|path| path.as_str().to_owned())
    }

    fn plain(&self, path: &str) -> Result<String, Error> {
        let parsed = Path::parse(path, &self.base).ok().filter(|parsed| {
            let route = parsed.route();
            path.starts_with('/') && route.len() > 1 && route == parsed.as_str() && is_plain(route)
        });
        parsed.map(|path| path.as_str().to_owned()).ok_or_else(|| {
            let parts = ["The proxy cannot allow ", path, ": it must be a path like /api/posts, without a query."];
            Error::new(Code::ConfigInvalid).with_message(text::concat(&parts))
        })
    }
}

/// Whether every server sees the same segments in a route: some decode escapes before they split, decode them twice, or cut
/// parameters off a segment.
fn is_plain(route: &str) -> bool {
    text::parts(route, b'/').all(|segment| {
        let Some(once) = decode(segment.as_bytes()) else { return false };
        let name = once.split(|byte| *byte == b';').next().unwrap_or_default();
        !matches!(name, b"." | b"..") && !once.iter().any(|byte| is_structure(*byte)) && !hides_structure(&once)
    })
}

/// The bytes that a segment stands for; `None` when an escape is broken.
fn decode(mut segment: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(segment.len());
    while let [byte, rest @ ..] = segment {
        let (byte, rest) = if *byte == b'%' { unescape(rest)? } else { (*byte, rest) };
        bytes.push(byte);
        segment = rest;
    }
    Some(bytes)
}

/// Whether decoding once more would bring structure forth.
fn hides_structure(mut once: &[u8]) -> bool {
    while let [byte, rest @ ..] = once {
        let twice = unescape(rest).filter(|_| *byte == b'%');
        if twice.is_some_and(|(byte, _)| is_structure(byte) || matches!(byte, b'%' | b'.' | b';')) {
            return true;
        }
        once = rest;
    }
    false
}

const fn is_structure(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\' | 0..=0x1f | 0x7f)
}

fn unescape(text: &[u8]) -> Option<(u8, &[u8])> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let [high, low, rest @ ..] = text else { return None };
    Some((digit(*high)? << 4 | digit(*low)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed() -> Allowed {
        let mut allowed = Allowed::new(BaseUrl::parse("http://localhost:8080/v1", "base_url").unwrap());
        allowed.path("/api/posts").unwrap();
        allowed.below("/api/files/").unwrap();
        allowed
    }

    #[test]
    fn what_is_named_is_forwarded_as_it_was_asked_for() {
        for target in [
            "/api/posts",
            "/api/posts?page=2&q=..%2f",
            "/api/files/a",
            "/api/files/a/b;v=1",
            "/api/files/100%25",
            "/api/files/%E6%8A%A5",
            "/api/files/a..b",
        ] {
            assert_eq!(allowed().check(target).unwrap().as_str(), target);
        }
    }

    #[test]
    fn all_else_is_not_found() {
        for target in [
            "",
            "*",
            "/",
            "/api",
            "/api/posts/",
            "/api/posts/1",
            "/API/posts",
            "/api/%70osts",
            "/api/postsx",
            "/api/files",
            "/api/files/",
            "/api/filesx/a",
            "//api/posts",
            "http://localhost:8080/v1/api/posts",
        ] {
            assert_eq!(allowed().check(target).unwrap_err().code(), Code::NotFound, "{target}");
        }
    }

    #[test]
    fn a_path_that_could_be_read_as_another_is_not_found() {
        for trick in [
            "..",
            ".",
            "%2e%2e",
            ".%2E/x",
            "..;/x",
            "%2e%2e;a=b/x",
            "..%2fx",
            "..%5Cx",
            "..\\x",
            "%00",
            "a%0d%0ab",
            "a%7f",
            "%252e%252e/x",
            "%252fx",
            "%25%32%65",
            "..%3bx",
            "%25252e",
            "a%",
            "a%2",
            "a%zz",
            "a#b",
            "a\tb",
        ] {
            let target = format!("/api/files/{trick}");
            assert_eq!(allowed().check(&target).unwrap_err().code(), Code::NotFound, "{target}");
        }
    }

    #[test]
    fn a_list_of_everything_is_refused() {
        let mut allowed = allowed();
        for path in ["", "/", "//", "api", "/a?b", "/a/../b", "http://localhost:8080/v1/a", "/a%2fb"] {
            assert_eq!(allowed.below(path).unwrap_err().code(), Code::ConfigInvalid, "{path}");
            assert_eq!(allowed.path(path).unwrap_err().code(), Code::ConfigInvalid, "{path}");
        }
    }

    #[test]
    fn a_redirect_leads_to_what_is_allowed_or_nowhere() {
        let path = allowed().check("/api/posts").unwrap();
        for (location, expected) in [
            ("/v1/api/files/a?b=1", Some("/api/files/a?b=1")),
            ("http://localhost:8080/v1/api/posts", Some("/api/posts")),
            ("files/a", Some("/api/files/a")),
            ("/api/posts", None),
            ("/v1/api/admin", None),
            ("/v1evil/api/posts", None),
            ("https://evil.test/v1/api/posts", None),
            ("//evil.test/api/posts", None),
        ] {
            assert_eq!(allowed().location(&path, location).as_deref(), expected, "{location}");
        }
    }
}

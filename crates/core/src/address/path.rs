//! The path of a call, which cannot leave the origin it is joined to.

use super::{BaseUrl, push_encoded, push_escape};
use crate::call::invalid;
use crate::error::Error;
use crate::text;

/// A path below a base URL, with its query: starts with one `/`, has no dot segment, no control, no backslash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(String);

impl Path {
    /// Parses what a caller wrote: `/api/posts?draft=1`, or an absolute URL below `base`.
    ///
    /// Characters outside the URL alphabet are percent-encoded as UTF-8; existing escapes are kept.
    ///
    /// # Errors
    /// `call_invalid` when the path could be read as another address: another origin, `//host`, `..`, `\`.
    pub fn parse(path: &str, base: &BaseUrl) -> Result<Self, Error> {
        let path = relative(path, base)?;
        let (route, query) = text::cut(path, b'?').unwrap_or((path, ""));
        if has_dots(route) {
            return Err(invalid("its path has a . or .. segment"));
        }
        let mut text = String::with_capacity(path.len());
        push_plain(&mut text, route);
        if !query.is_empty() {
            text.push('?');
            push_plain(&mut text, query);
        }
        Ok(Self(text))
    }

    /// Adds a query parameter; name and value are percent-encoded.
    pub fn push_query(&mut self, name: &str, value: &str) {
        self.0.push(if text::has(&self.0, b'?') { '&' } else { '?' });
        push_encoded(&mut self.0, name);
        self.0.push('=');
        push_encoded(&mut self.0, value);
    }

    /// The path with its query.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path without its query, which may be written to a log.
    pub fn route(&self) -> &str {
        text::before(&self.0, b'?')
    }
}

fn relative<'a>(path: &'a str, base: &BaseUrl) -> Result<&'a str, Error> {
    if has_control(path) || text::has(path, b'#') {
        return Err(invalid("its path has a control character, a backslash or a fragment"));
    }
    let below = if path.starts_with('/') { Some(path) } else { path.strip_prefix(base.as_str()) };
    below
        .filter(|below| below.starts_with('/') && !below.starts_with("//"))
        .ok_or_else(|| invalid("its path must begin with one / or be below the base URL: a token goes nowhere else"))
}

/// Whether two URL parsers might read a path differently.
pub(super) fn is_ambiguous(route: &str) -> bool {
    has_control(route) || has_dots(route)
}

fn has_control(path: &str) -> bool {
    text::any(path, |byte| byte < b' ' || matches!(byte, b'\\' | 0x7f))
}

fn has_dots(route: &str) -> bool {
    text::parts(route, b'/').any(is_dots)
}

fn is_dots(segment: &str) -> bool {
    let (mut dots, mut rest) = (0, segment.as_bytes());
    while !rest.is_empty() {
        rest = match rest {
            [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => rest,
            _ => return false,
        };
        dots += 1;
    }
    matches!(dots, 1 | 2)
}

fn push_plain(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}' | b'#') {
            out.push(char::from(byte));
        } else {
            push_escape(out, byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, Path};

    fn base() -> BaseUrl {
        BaseUrl::parse("http://localhost:8080/v1", "baseUrl").unwrap()
    }

    #[test]
    fn a_path_is_encoded_and_keeps_its_escapes() {
        for (path, expected) in [
            ("/api/posts", "/api/posts"),
            ("/api/文?q=a b&x=%20", "/api/%E6%96%87?q=a%20b&x=%20"),
            ("http://localhost:8080/v1/posts", "/posts"),
            ("/a?to=../x", "/a?to=../x"),
            ("/...", "/..."),
        ] {
            assert_eq!(Path::parse(path, &base()).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn a_path_never_leaves_the_origin() {
        for path in [
            "",
            "api/posts",
            "//evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "/a/../b",
            "/a/%2e%2E/b",
            "/.",
            "/..",
            "https://evil.test/",
            "http://localhost:8080@evil.test/v1/x",
            "http://localhost:8080.evil.test/v1/x",
            "http://localhost:80800/v1/x",
            "https://localhost:8080/v1/x",
            "http://localhost:8080/v2",
            "javascript:alert(1)",
            "https:evil",
            "/a\nb",
            "/a\tb",
            "/a#b",
            "http://localhost:8080/v1//evil",
        ] {
            assert!(Path::parse(path, &base()).is_err(), "{path}");
        }
    }

    #[test]
    fn query_parameters_are_encoded() {
        let mut path = Path::parse("/a", &base()).unwrap();
        path.push_query("q", "a&b=c");
        path.push_query("ü", "1");
        assert_eq!(path.as_str(), "/a?q=a%26b%3Dc&%C3%BC=1");
        assert_eq!(path.route(), "/a");
    }
}

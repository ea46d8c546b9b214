//! The address that a client's calls are relative to.

use crate::error::{Code, Error};
use crate::text;

/// Scheme, host and port of an address, written in one way only.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// `scheme://host[:port]`, lower case, without a default port.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Parses the origin at the start of an absolute URL and returns it with the rest, which is empty or begins with
    /// `/`, `?` or `#`.
    pub(crate) fn split(url: &str) -> Result<(Self, &str), &'static str> {
        let (scheme, rest) = text::cut(url, b':').ok_or(NOT_ABSOLUTE)?;
        let rest = rest.strip_prefix("//").ok_or(NOT_ABSOLUTE)?;
        let default_port = if scheme.eq_ignore_ascii_case("https") {
            "443"
        } else if scheme.eq_ignore_ascii_case("http") {
            "80"
        } else {
            return Err(NOT_ABSOLUTE);
        };
        let end = text::position(rest, |byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
        let (authority, rest) = (rest.get(..end).unwrap_or_default(), rest.get(end..).unwrap_or_default());
        if text::has(authority, b'@') {
            return Err("it must not carry a user name or password");
        }
        let (host, port) = split_port(authority)?;
        if !is_host(host) {
            return Err("its host is not a plain host name or address (write international names in punycode)");
        }
        let mut origin = String::with_capacity(url.len());
        for part in [scheme, "://", host] {
            origin.extend(part.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
        }
        if !port.is_empty() && port != default_port {
            origin.push(':');
            origin.push_str(port);
        }
        Ok((Self(origin), rest))
    }
}

/// An absolute `http` or `https` address without query, fragment or credentials, which paths are joined to.
///
/// ```
/// use twinfetch_core::address::BaseUrl;
/// let base = BaseUrl::parse("https://api.example.com/v1/", "baseUrl")?;
/// assert_eq!(base.as_str(), "https://api.example.com/v1");
/// assert!(BaseUrl::parse("https://user:pw@api.example.com", "baseUrl").is_err());
/// # Ok::<(), twinfetch_core::error::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    origin: Origin,
}

impl BaseUrl {
    /// Parses the value of the setting called `setting`.
    ///
    /// # Errors
    /// `config_invalid`, naming the setting and what is wrong with it.
    pub fn parse(url: &str, setting: &str) -> Result<Self, Error> {
        let (origin, rest) =
            Origin::split(text::trim(url, |byte| byte == b' ')).map_err(|reason| refuse(setting, reason))?;
        if text::any(rest, |byte| matches!(byte, b'?' | b'#')) {
            return Err(refuse(setting, "it must not have a query or a fragment"));
        }
        let prefix = rest.strip_suffix('/').unwrap_or(rest);
        if super::path::is_ambiguous(prefix) || text::parts(prefix, b'/').skip(1).any(str::is_empty) {
            return Err(refuse(setting, "its path is not plain"));
        }
        Ok(Self::from_parts(origin.as_str(), prefix))
    }

    /// Takes the origin and the path of a URL which the platform's own parser has split and normalised, such as a
    /// browser's `URL`: an absolute `http` or `https` URL without credentials.
    pub fn from_parts(origin: &str, path: &str) -> Self {
        let prefix = path.strip_suffix('/').unwrap_or(path);
        Self { text: text::concat(&[origin, prefix]), origin: Origin(origin.to_owned()) }
    }

    /// The address without a final slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The absolute URL of a path below this one.
    pub fn join(&self, path: &super::Path) -> String {
        text::concat(&[&self.text, path.as_str()])
    }

    /// Scheme, host and port.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }
}

fn refuse(setting: &str, reason: &str) -> Error {
    let message = text::concat(&["The setting ", setting, " is not usable: ", reason, "."]);
    Error::new(Code::ConfigInvalid).with_message(message)
}

const NOT_ABSOLUTE: &str = "it must begin with http:// or https://";

fn split_port(authority: &str) -> Result<(&str, &str), &'static str> {
    let (host, port) = match text::cut_last(authority, b':') {
        Some((host, port)) if port.as_bytes().last() != Some(&b']') => (host, port),
        _ => return Ok((authority, "")),
    };
    let digits = port.bytes().all(|byte| byte.is_ascii_digit()) && port.as_bytes().first() != Some(&b'0');
    if !digits || port.parse::<u16>().is_err() {
        return Err("its port is not a number from 1 to 65535");
    }
    Ok((host, port))
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix("[").and_then(|rest| rest.strip_suffix("]")) {
        return text::has(address, b':')
            && address.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'));
    }
    !host.is_empty()
        && !matches!(host.as_bytes().first(), Some(b'.' | b'-'))
        && !host.as_bytes().windows(2).any(|pair| pair == b"..")
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;

    #[test]
    fn one_origin_has_one_spelling() {
        for (url, expected) in [
            ("HTTPS://API.Example.com:443/", "https://api.example.com"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:8080/a/b/", "http://[::1]:8080/a/b"),
            (" http://localhost:80 ", "http://localhost"),
        ] {
            assert_eq!(BaseUrl::parse(url, "baseUrl").unwrap().as_str(), expected);
        }
    }

    #[test]
    fn a_bad_base_url_is_refused_with_the_name_of_its_setting() {
        for url in [
            "",
            "localhost:8080",
            "//localhost",
            "ftp://localhost",
            "http://",
            "http://a@b",
            "http://a:b@c/",
            "http://localhost:0",
            "http://localhost:99999",
            "http://localhost:8080x",
            "http://exa mple.com",
            "http://例子.test",
            "http://a/?x=1",
            "http://a/#x",
            "http://a/../b",
            "http://a/%2e%2e/b",
            "http://a\\b",
            "http:/a",
            "https:a",
            "http://[::1",
            "http://a//b",
            "http://..",
            "http://a..b",
        ] {
            let error = BaseUrl::parse(url, "baseUrl").expect_err(url);
            assert!(error.message().contains("baseUrl"), "{error}");
        }
    }
}

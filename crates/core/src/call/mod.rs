//! What a caller asks for, and the request that a driver sends for it.

mod method;
mod request;

pub use method::Method;
pub use request::{Content, Credentials, Encoding, Members, Request};

use crate::address::Path;
use crate::dialect::Site;
use crate::error::{Code, Error};
use crate::exchange::Retry;
use crate::text;

/// What a call wants of a response's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Accept {
    /// A JSON document.
    #[default]
    Json,
    /// The bytes as they are.
    Raw,
    /// The bytes of a file, which an error message or a sign-in page is not.
    File(Expected),
}

/// Of which kinds a file may be that could be mistaken for an error message or a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Expected {
    /// A page of HTML.
    pub html: bool,
    /// A JSON document.
    pub json: bool,
}

impl Expected {
    /// The kinds that a name asks for by its extension: `.html`, `.htm`, `.xhtml`; `.json` and others that end so.
    pub fn of(name: &str) -> Self {
        let extension = text::cut_last(name, b'.').map_or("", |(_, extension)| extension);
        let is = |kind: &str| extension.eq_ignore_ascii_case(kind);
        let json = extension.len().checked_sub(4).and_then(|start| extension.get(start..));
        Self {
            html: is("html") || is("htm") || is("xhtml"),
            json: json.is_some_and(|end| end.eq_ignore_ascii_case("json")),
        }
    }
}

/// What a caller asks for.
#[derive(Clone, Debug)]
pub struct Call {
    pub(crate) method: Method,
    pub(crate) path: Path,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) accept: Accept,
    pub(crate) site: Site,
    pub(crate) members: Option<Members>,
    /// The name under which the refresh token is sent.
    pub(crate) refresh_as: Option<&'static str>,
    pub(crate) retry: Retry,
    /// Whether the body is used up once it has been sent.
    pub(crate) once: bool,
}

impl Call {
    /// A call of a path of the backend.
    pub const fn new(method: Method, path: Path) -> Self {
        Self::of(Site::Backend, method, path, None)
    }

    /// A call of one of the sites with members of the client's own.
    pub(crate) const fn of(site: Site, method: Method, path: Path, members: Option<Members>) -> Self {
        Self {
            method,
            path,
            headers: Vec::new(),
            accept: Accept::Json,
            site,
            members,
            refresh_as: None,
            retry: Retry::NONE,
            once: false,
        }
    }

    /// Says how often it is sent again by itself; it is not unless this is said.
    #[must_use]
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Says that the body is used up once it has been sent, as a stream is: the call is then never repeated.
    #[must_use]
    pub const fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// Says what is wanted of the response's body.
    #[must_use]
    pub const fn accept(mut self, accept: Accept) -> Self {
        self.accept = accept;
        self
    }

    /// Says that a file is wanted, under the name that the caller asks for, or else the path's.
    #[must_use]
    pub fn file(mut self, name: Option<&str>) -> Self {
        self.accept = Accept::File(Expected::of(name.unwrap_or_else(|| self.path.route())));
        self
    }

    /// Adds a header.
    ///
    /// # Errors
    /// `call_invalid` when name or value cannot be sent (RFC 9110 §5), or when the header is the client's own business:
    /// `Authorization`, `Cookie`, `Host` and those of the connection. The value is never repeated in the message.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let name = name.to_ascii_lowercase();
        if name.is_empty() || !text::all(&name, is_token) {
            return Err(invalid("a header's name is not a token"));
        }
        if RESERVED.contains(&name.as_str()) {
            return Err(invalid(&text::concat(&["the header ", &name, " is set by the client and cannot be given"])));
        }
        if !text::all(value, |byte| matches!(byte, b'\t' | b' '..=b'~')) {
            return Err(invalid(&text::concat(&["the value of the header ", &name, " is not printable ASCII"])));
        }
        self.headers.push((name, text::trim(value, text::is_blank).to_owned()));
        Ok(self)
    }

    pub(crate) fn is_of_app(&self) -> bool {
        self.site == Site::App
    }

    /// The method.
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The path without its query, which may be written to a log.
    pub fn route(&self) -> &str {
        self.path.route()
    }
}

const RESERVED: &[&str] = &[
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

pub(crate) fn invalid(reason: &str) -> Error {
    Error::new(Code::CallInvalid).with_message(text::concat(&["The request cannot be sent: ", reason, "."]))
}

pub(crate) const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

#[cfg(test)]
mod tests {
    use super::{Call, Method};
    use crate::address::{BaseUrl, Path};

    #[test]
    fn a_header_that_could_split_the_request_is_refused_without_being_repeated() {
        let base = BaseUrl::parse("http://localhost", "baseUrl").unwrap();
        let call = Call::new(Method::Get, Path::parse("/", &base).unwrap());
        for (name, value) in
            [("x-a", "secret\r\nx-b: 1"), ("x a", "secret"), ("", "secret"), ("x-a", "secret\0"), ("Cookie", "secret")]
        {
            let error = call.clone().header(name, value).expect_err(name);
            assert!(!error.message().contains("secret"));
        }
        assert!(call.header("X-Trace", "abc 1").is_ok());
    }
}

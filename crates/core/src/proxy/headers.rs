//! The headers that go through a proxy.

use crate::error::{Code, Error};
use crate::text;

/// The headers that go through a proxy in one direction. What is not listed stays behind.
///
/// ```
/// use twinfetch_core::proxy::Headers;
/// let headers = Headers::of_requests();
/// assert!(headers.passes("range", ""));
/// assert!(!headers.passes("range", "close, Range")); // named as the connection's own
/// assert!(!headers.passes("cookie", ""));
/// ```
#[derive(Clone, Debug)]
pub struct Headers {
    listed: &'static [&'static str],
    added: Vec<String>,
}

impl Headers {
    /// What a backend may see of a request: content, negotiation, ranges and conditions.
    pub const fn of_requests() -> Self {
        Self { listed: OF_REQUESTS, added: Vec::new() }
    }

    /// What a browser may see of a response. `Location` has a rule of its own.
    pub const fn of_responses() -> Self {
        Self { listed: OF_RESPONSES, added: Vec::new() }
    }

    /// Lets one more header through.
    ///
    /// # Errors
    /// `config_invalid` for a name that no proxy may pass on: credentials, cookies, those of the connection or of a proxy
    /// before, and those that the proxy sets itself.
    pub fn allow(&mut self, name: &str) -> Result<(), Error> {
        let name = name.to_ascii_lowercase();
        if name.is_empty() || !name.bytes().all(crate::call::is_token) || is_kept_back(&name) {
            let message = text::concat(&["The proxy cannot let the header ", &name, " through."]);
            return Err(Error::new(Code::ConfigInvalid).with_message(message));
        }
        self.added.push(name);
        Ok(())
    }

    /// Whether a header goes on, by its lower-case name and what the message's `Connection` says: that names headers
    /// which end here (RFC 9110 §7.6.1).
    pub fn passes(&self, name: &str, connection: &str) -> bool {
        let named = |option| text::trim(option, text::is_blank).eq_ignore_ascii_case(name);
        (self.listed.contains(&name) || self.added.iter().any(|added| added == name))
            && !text::parts(connection, b',').any(named)
    }
}

fn is_kept_back(name: &str) -> bool {
    KEPT_BACK.contains(&name) || KEPT_BACK_FAMILIES.iter().any(|family| name.starts_with(family))
}

const OF_REQUESTS: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "content-encoding",
    "content-language",
    "content-range",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-event-id",
    "prefer",
    "range",
];

const OF_RESPONSES: &[&str] = &[
    "accept-ranges",
    "allow",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-range",
    "content-type",
    "etag",
    "last-modified",
    "preference-applied",
    "retry-after",
    "vary",
];

const KEPT_BACK: &[&str] = &[
    "age",
    "authorization",
    "cache-control",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "expires",
    "forwarded",
    "host",
    "keep-alive",
    "location",
    "origin",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-content-type-options",
    "x-real-ip",
    "x-request-id",
];

const KEPT_BACK_FAMILIES: &[&str] = &["access-control-", "proxy-", "sec-", "x-forwarded-", "x-middleware-"];

#[cfg(test)]
mod tests {
    use super::{Code, Headers};

    #[test]
    fn what_belongs_to_the_connection_or_to_credentials_cannot_be_let_through() {
        let mut headers = Headers::of_requests();
        for name in [
            "Host",
            "Cookie",
            "Set-Cookie",
            "Authorization",
            "TE",
            "X-Forwarded-For",
            "x-middleware-subrequest",
            "a b",
            "",
        ] {
            assert_eq!(headers.allow(name).unwrap_err().code(), Code::ConfigInvalid, "{name}");
            assert!(!headers.passes(&name.to_ascii_lowercase(), ""), "{name}");
        }
        assert!(!headers.passes("x-tenant", ""));
        headers.allow("X-Tenant").unwrap();
        assert!(headers.passes("x-tenant", "") && !headers.passes("x-tenant", "x-a,\tX-Tenant"));
    }
}

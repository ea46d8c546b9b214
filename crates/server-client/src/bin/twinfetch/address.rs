//! The address of a file: which server it is on, and whether a token may go there.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use crate::exit::Ending;

/// The address of a file.
pub(crate) struct Address {
    /// Scheme, host and port.
    pub(crate) origin: String,
    /// Path and query.
    pub(crate) path: String,
    is_private: bool,
}

impl Address {
    /// Reads an address. What is wrong with it is said without repeating it: a secret may be in it.
    pub(crate) fn parse(text: &str) -> Result<Self, Ending> {
        let refused = |reason: &str| Ending::usage(format!("The URL cannot be used: {reason}."));
        let url = Url::parse(text).map_err(|error| refused(&format!("{error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("it begins with neither http:// nor https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            let advice = "it holds a user or a password, which others on this machine can see. Put a token into an \
                          environment variable, and name that with --token-env";
            return Err(refused(advice));
        }
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let is_private = url.scheme() == "https" || url.host_str().is_some_and(is_this_machine);
        let path = format!("{}{query}", url.path());
        Ok(Self { origin: url.origin().ascii_serialization(), path, is_private })
    }

    /// Whether nobody between here and there can read what is sent.
    pub(crate) const fn is_private(&self) -> bool {
        self.is_private
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    address.map_or(host == "localhost" || host.ends_with(".localhost"), |address| address.is_loopback())
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Address").field("origin", &self.origin).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_has_an_origin_and_a_path_with_its_query() {
        for (text, origin, path) in [
            ("https://files.example.com/a b?x=1#top", "https://files.example.com", "/a%20b?x=1"),
            ("HTTP://EXAMPLE.com:80", "http://example.com", "/"),
            ("http://[::1]:8080/?a", "http://[::1]:8080", "/?a"),
        ] {
            let address = Address::parse(text).unwrap_or_else(|_| panic!("{text}"));
            assert_eq!((address.origin.as_str(), address.path.as_str()), (origin, path));
        }
    }

    #[test]
    fn only_https_and_this_machine_are_private() {
        for (host, private) in [
            ("https://example.com", true),
            ("http://localhost:1", true),
            ("http://app.localhost", true),
            ("http://127.8.0.1", true),
            ("http://[::1]", true),
            ("http://example.com", false),
            ("http://localhost.example.com", false),
            ("http://10.0.0.1", false),
            ("http://0.0.0.0", false),
        ] {
            assert_eq!(Address::parse(host).map(|address| address.is_private()).ok(), Some(private), "{host}");
        }
    }

    #[test]
    fn what_is_refused_is_not_repeated() {
        for text in [
            "https://ada:hidden@example.com",
            "https://hidden@example.com",
            "ftp://h/hidden",
            "hidden",
            "file:///hidden",
        ] {
            let ending = Address::parse(text).expect_err(text);
            assert!(!ending.lines.concat().contains("hidden"), "{:?}", ending.lines);
        }
    }
}

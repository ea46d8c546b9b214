//! Where a redirect leads, when it may be followed.

use super::Origin;
use crate::text;

/// Resolves `location` against the URL that answered; `None` when it leaves the origin or is not plainly written.
///
/// RFC 9110 §10.2.2 lets it be relative. A redirect to another origin is never followed: nothing of a call (credential,
/// custom header, body) then has to be kept from it.
pub(crate) fn resolve(current: &str, location: &str) -> Option<String> {
    if location.bytes().any(|byte| byte <= b' ' || byte >= 0x7f || byte == b'\\') {
        return None;
    }
    let location = text::before(location, b'#');
    let (origin, path) = Origin::split(current).ok()?;
    let target = if location.is_empty() {
        current.to_owned()
    } else if location.starts_with("//") {
        let scheme = text::before(current, b':');
        text::concat(&[scheme, ":", location])
    } else if location.starts_with('/') {
        text::concat(&[origin.as_str(), location])
    } else if location.starts_with('?') {
        text::concat(&[origin.as_str(), text::before(path, b'?'), location])
    } else if text::has(text::before(text::before(location, b'/'), b'?'), b':') {
        location.to_owned()
    } else {
        let folder = text::cut_last(text::before(path, b'?'), b'/').map_or("", |(folder, _)| folder);
        text::concat(&[origin.as_str(), folder, "/", location])
    };
    let (target_origin, rest) = Origin::split(&target).ok()?;
    let route = text::before(rest, b'?');
    if target_origin != origin || super::path::is_ambiguous(route) || route.starts_with("//") {
        return None;
    }
    Some(text::concat(&[origin.as_str(), if rest.starts_with('/') { "" } else { "/" }, rest]))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn redirects_within_the_origin_are_resolved() {
        for (location, expected) in [
            ("/b", "http://h:1/b"),
            ("c?x=1#f", "http://h:1/a/c?x=1"),
            ("?x=2", "http://h:1/a/b?x=2"),
            ("http://H:1", "http://h:1/"),
            ("//h:1/z", "http://h:1/z"),
            ("#f", "http://h:1/a/b?q=1"),
        ] {
            assert_eq!(resolve("http://h:1/a/b?q=1", location).as_deref(), Some(expected), "{location}");
        }
    }

    #[test]
    fn redirects_that_leave_the_origin_are_refused() {
        for location in [
            "https://h:1/",
            "http://h:2/",
            "http://h/",
            "http://evil.test/",
            "//evil.test/",
            "http://h:1@evil.test/",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,x",
            "\\\\evil",
            "/\\evil",
            "/..",
            "//h:1//x",
            "http://h.evil.test:1/",
            "http:///evil",
            "a b",
            "/\u{e9}",
        ] {
            assert_eq!(resolve("http://h:1/a/b", location), None, "{location}");
        }
    }
}

//! Addresses: a base URL, and the paths that are joined to it without ever leaving its origin.
//!
//! There is no general URL parser here on purpose. What is accepted is a small grammar whose every member means the
//! same to every URL parser; all else is refused with a sentence.

mod base_url;
mod path;
mod redirect;

pub use base_url::{BaseUrl, Origin};
pub use path::Path;
pub(crate) use redirect::resolve;

/// Appends `text` percent-encoded for a query component (RFC 3986: all but unreserved characters).
pub(crate) fn push_encoded(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            push_escape(out, byte);
        }
    }
}

fn push_escape(out: &mut String, byte: u8) {
    out.push('%');
    for half in [byte >> 4, byte & 15] {
        out.push(char::from(if half < 10 { b'0' + half } else { b'A' + half - 10 }));
    }
}

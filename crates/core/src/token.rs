//! What an access token says of itself. It is looked at, never trusted: only the backend verifies it.

use crate::document::Document;
use crate::text;

/// The payload part of a JWT in compact form, still base64url; `None` when the token is opaque.
pub fn payload(token: &str) -> Option<&str> {
    let (_, rest) = text::cut(token, b'.')?;
    let (payload, signature) = text::cut(rest, b'.')?;
    (!payload.is_empty() && !text::has(signature, b'.')).then_some(payload)
}

/// When the token ends, in milliseconds since 1970, by its `exp` claim (RFC 7519 §4.1.4).
pub fn expires_at<D: Document>(claims: &D) -> Option<u64> {
    numeric_date(&claims.member("exp")?)
}

/// A `NumericDate` (RFC 7519 §2) in milliseconds since 1970; `None` when it is no sane number of seconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value is checked to be in range")]
pub fn numeric_date<D: Document>(date: &D) -> Option<u64> {
    let seconds = date.number()?;
    (0.0..1e13).contains(&seconds).then_some((seconds * 1000.0) as u64)
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::{expires_at, payload};
    use serde_json::json;

    #[test]
    fn the_payload_is_the_middle_of_three() {
        assert_eq!(payload("a.b.c"), Some("b"));
        for opaque in ["", "abc", "a.b", "a..c", "a.b.c.d", "a.b.c.d.e"] {
            assert_eq!(payload(opaque), None, "{opaque}");
        }
    }

    #[test]
    fn an_expiry_that_is_no_sane_number_is_none() {
        assert_eq!(expires_at(&&json!({ "exp": 1.5 })), Some(1_500));
        for exp in [json!("1"), json!(null), json!(-1), json!(1e300), json!([1])] {
            assert_eq!(expires_at(&&json!({ "exp": exp })), None);
        }
    }
}

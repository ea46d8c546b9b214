//! What an access token says of itself. It is looked at, never trusted: only the backend verifies it.

use crate::document::Document;
use crate::text;

/// The payload part of a JWT in compact form, still base64url; `None` when the token is opaque.
pub fn payload(token: &str) -> Option<&str> {
    let (_, rest) = text::cut(token, b'.')?;
    let (payload, signature) = text::cut(rest, b'.')?;
    (!payload.is_empty() && !text::has(signature, b'.')).then_some(payload)
}

/// How long a token lives by its own claims, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// When it was issued, where it says so (`iat`).
    pub issued_at: Option<u64>,
    /// When it ends (`exp`).
    pub expires_at: u64,
}

impl Lifetime {
    /// Reads a token's claims (RFC 7519 §4.1.4, §4.1.6); `None` when it does not end.
    pub fn of<D: Document>(claims: &D) -> Option<Self> {
        let date = |name| numeric_date(&claims.member(name)?);
        Some(Self { issued_at: date("iat"), expires_at: date("exp")? })
    }

    /// When a token is to be renewed before it ends: a quarter of its life, at most half a minute, before that; `random`, any
    /// number, takes up to half of that away, so that not all clients come at once.
    ///
    /// `obtained_at` is when this client got the token. Its end is counted from there, so that no clock has to agree with
    /// another; a token that was got at an unknown moment ends by this clock. One that had ended when it was got, by a clock
    /// which must be wrong, is never due: it will be refused when it ends.
    pub(crate) fn due_at(self, obtained_at: Option<u64>, random: u32) -> Option<u64> {
        let begin = self.issued_at.or(obtained_at);
        let life = begin.map_or(u64::MAX, |begin| self.expires_at.saturating_sub(begin));
        let margin = (life / 4).min(LONGEST_MARGIN);
        let end = obtained_at.map_or(self.expires_at, |obtained_at| obtained_at.saturating_add(life));
        (life > 0).then(|| end - (margin - ((margin / 2 * u64::from(random)) >> 32)).min(end))
    }
}

/// How long before its end a token is renewed at most, in milliseconds.
const LONGEST_MARGIN: u64 = 30_000;

/// A `NumericDate` (RFC 7519 §2) in milliseconds since 1970; `None` when it is no sane number of seconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value is checked to be in range")]
pub fn numeric_date<D: Document>(date: &D) -> Option<u64> {
    let seconds = date.number()?;
    (0.0..1e13).contains(&seconds).then_some((seconds * 1000.0) as u64)
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::{Lifetime, payload};
    use serde_json::json;

    #[test]
    fn the_payload_is_the_middle_of_three() {
        assert_eq!(payload("a.b.c"), Some("b"));
        for opaque in ["", "abc", "a.b", "a..c", "a.b.c.d", "a.b.c.d.e"] {
            assert_eq!(payload(opaque), None, "{opaque}");
        }
    }

    #[test]
    fn a_token_is_due_before_its_end_by_the_clock_of_who_got_it() {
        let hour = Lifetime { issued_at: Some(1_000_000), expires_at: 4_600_000 };
        assert_eq!(hour.due_at(Some(9_000_000), 0), Some(9_000_000 + 3_600_000 - 30_000));
        assert_eq!(hour.due_at(Some(9_000_000), u32::MAX), Some(9_000_000 + 3_600_000 - 15_001));
        assert_eq!(hour.due_at(None, 0), Some(4_570_000));
        let short = Lifetime { issued_at: Some(1_000_000), expires_at: 1_004_000 };
        assert_eq!(short.due_at(Some(9_000_000), 0), Some(9_003_000));
    }

    #[test]
    fn a_token_without_its_issue_lives_from_when_it_was_got() {
        let token = Lifetime { issued_at: None, expires_at: 1_060_000 };
        assert_eq!(token.due_at(Some(1_000_000), 0), Some(1_045_000));
        // By this clock it has ended already: it lives, or it will be refused.
        assert_eq!(token.due_at(Some(2_000_000), 0), None);
        assert_eq!(token.due_at(None, 0), Some(1_030_000));
    }

    #[test]
    fn an_expiry_that_is_no_sane_number_is_none() {
        let expires_at = |claims: &serde_json::Value| Some(Lifetime::of(&claims)?.expires_at);
        assert_eq!(expires_at(&json!({ "exp": 1.5 })), Some(1_500));
        for exp in [json!("1"), json!(null), json!(-1), json!(1e300), json!([1])] {
            assert_eq!(expires_at(&json!({ "exp": exp })), None);
        }
    }
}

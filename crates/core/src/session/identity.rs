//! Reading who is signed in from a session document.

use crate::dialect::SessionFields;
use crate::document::Document;
use crate::secret::Secret;
use crate::text;

/// What a session document says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody is signed in.
    Anonymous,
    /// Somebody is, with this access token.
    Authenticated(Option<Secret>),
}

/// Reads who is signed in from claims that are known to be genuine; `None` when they have not the agreed form.
pub fn read_claims<D: Document + Clone>(fields: &SessionFields, claims: &D) -> Option<Standing> {
    claims.size()?;
    let user = claims.at(fields.user.as_str()).filter(|user| !user.is_null());
    let token = fields.access_token.as_ref().and_then(|pointer| claims.at(pointer.as_str()));
    let token = match token.filter(|token| !token.is_null()) {
        Some(token) => Some(Secret::new(token.text().filter(|text| is_bearer(text))?)),
        None => None,
    };
    (user.is_some() || token.is_some()).then_some(Standing::Authenticated(token))
}

/// Whether a text can be sent as a bearer token (RFC 6750 §2.1).
pub fn is_bearer(text: &str) -> bool {
    !text.is_empty()
        && text::all(text, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b':' | b'|')
        })
}

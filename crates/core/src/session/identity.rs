//! Reading who is signed in from a session document.

use crate::dialect::{Absence, SessionFields};
use crate::document::Document;
use crate::error::{Code, Error};
use crate::head::Head;
use crate::secret::Secret;

/// What a session document says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody is signed in.
    Anonymous,
    /// Somebody is, with this access token.
    Authenticated(Option<Secret>),
}

/// Classifies the answer of a session endpoint; `document` is its body when that was JSON.
///
/// Only an answer in the agreed form says anything about who is signed in.
///
/// # Errors
/// Why it stays unknown who is signed in: the status, the media type, the form.
pub fn identify<D: Document + Clone>(
    fields: &SessionFields,
    absent: &[Absence],
    head: &Head,
    document: Option<&D>,
) -> Result<Standing, Error> {
    let status_absence = match head.status {
        401 => Some(Absence::Unauthorized),
        403 => Some(Absence::Forbidden),
        _ => None,
    };
    if status_absence.is_some_and(|absence| absent.contains(&absence)) {
        return Ok(Standing::Anonymous);
    }
    let malformed = || Error::new(Code::SessionMalformed).with_head(head);
    if head.status != 200 {
        let code = if head.status >= 500 { Code::ServerFailed } else { Code::SessionMalformed };
        return Err(Error::new(code).with_head(head));
    }
    let document = document.ok_or_else(malformed)?;
    let empty = document.is_null() || document.size() == Some(0);
    if empty {
        return if absent.contains(&Absence::Empty) { Ok(Standing::Anonymous) } else { Err(malformed()) };
    }
    read_claims(fields, document).ok_or_else(malformed)
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
fn is_bearer(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b':' | b'|')
        })
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::{Standing, identify};
    use crate::dialect::{Dialect, Identity};
    use crate::error::Error;
    use crate::head::Head;
    use serde_json::{Value, json};

    fn read(status: u16, body: Option<&Value>) -> Result<Standing, Error> {
        let Identity::Endpoint { session, absent, .. } = Dialect::authjs().identity;
        let head = Head { status, ..Head::default() };
        identify(&session, &absent, &head, body.as_ref())
    }

    #[test]
    fn null_and_an_empty_object_mean_anonymous() {
        assert_eq!(read(200, Some(&json!(null))), Ok(Standing::Anonymous));
        assert_eq!(read(200, Some(&json!({}))), Ok(Standing::Anonymous));
    }

    #[test]
    fn only_a_session_in_the_agreed_form_is_authenticated() {
        let session =
            json!({ "user": { "name": "ada" }, "accessToken": "a.b.c", "expires": "2030-01-01T00:00:00.000Z" });
        assert!(matches!(read(200, Some(&session)), Ok(Standing::Authenticated(Some(_)))));
        assert!(matches!(read(200, Some(&json!({ "user": {} }))), Ok(Standing::Authenticated(None))));
    }

    #[test]
    fn what_has_not_the_agreed_form_is_unknown() {
        for status in (200..=599).filter(|status| *status != 200) {
            for body in
                [None, Some(json!(null)), Some(json!({})), Some(json!({ "user": {} })), Some(json!({ "message": "x" }))]
            {
                assert!(read(status, body.as_ref()).is_err(), "{status}");
            }
        }
        for body in [
            json!({ "message": "error" }),
            json!([]),
            json!("ok"),
            json!(true),
            json!({ "user": {}, "accessToken": 7 }),
            json!({ "user": {}, "accessToken": "a b" }),
            json!({ "user": {}, "accessToken": "a\nb" }),
            json!({ "user": null }),
        ] {
            assert!(read(200, Some(&body)).is_err(), "{body}");
        }
        assert!(read(200, None).is_err());
    }
}

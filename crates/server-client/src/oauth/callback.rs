//! The provider's answer in the query of the callback (RFC 6749 §4.1.2, RFC 9207).

use openidconnect::url::form_urlencoded;

use super::error::{OAuthCode, Refusal};

/// Longer than any code.
const MAX_QUERY: usize = 8 * 1024;

/// What the provider's redirect says, as it came.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) code: Option<String>,
    pub(super) state: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) error: Option<String>,
}

impl Answer {
    /// Reads the query; a parameter that is there twice is refused (RFC 6749 §3.1).
    pub(super) fn read(query: &str) -> Result<Self, Refusal> {
        let invalid = |detail| Refusal::new(OAuthCode::CallbackInvalid, detail);
        if query.len() > MAX_QUERY {
            return Err(invalid("the query is too long"));
        }
        let mut answer = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match &*name {
                "code" => &mut answer.code,
                "state" => &mut answer.state,
                "iss" => &mut answer.issuer,
                "error" => &mut answer.error,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(invalid("a parameter is there twice"));
            }
        }
        Ok(answer)
    }

    /// The code, once state and issuer are known to be right.
    pub(super) fn code(self) -> Result<String, Refusal> {
        match (self.error, self.code) {
            (Some(error), _) => Err(refusal(&error)),
            (None, Some(code)) if !code.is_empty() => Ok(code),
            (None, _) => Err(Refusal::new(OAuthCode::CallbackInvalid, "no code")),
        }
    }
}

/// The errors that the standards name (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6); others are not repeated.
fn refusal(error: &str) -> Refusal {
    const KNOWN: [&str; 11] = [
        "account_selection_required",
        "consent_required",
        "interaction_required",
        "invalid_request",
        "invalid_scope",
        "login_required",
        "request_not_supported",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_response_type",
    ];
    if error == "access_denied" {
        return Refusal::new(OAuthCode::AccessDenied, "the provider says so");
    }
    let known = KNOWN.into_iter().find(|known| *known == error);
    Refusal::new(OAuthCode::ProviderRefused, known.unwrap_or("an error that no standard names"))
}

//! Why a sign-in did not come about.

use std::fmt;

use http::StatusCode;

use super::OAuth;
use crate::error::Cause;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $status:ident, $message:expr;)*) => {
        /// The stable name of why a sign-in did not come about.
        #[non_exhaustive]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum OAuthCode { $($(#[$doc])* $variant,)* }

        impl OAuthCode {
            /// Every code, in the order of their names.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name used in logs, and in the query of [`OAuthError::redirect`].
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The sentence for the user.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)* }
            }

            /// The status of the response that shows the message.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }
        }
    };
}

const AGAIN: &str = "The sign-in could not be completed. Please try again.";
const OUT_OF_ORDER: &str = "The sign-in service does not work as it should. Please try again later.";

codes! {
    /// The user, or the provider's rules, said no.
    AccessDenied = "access_denied", FORBIDDEN, "The sign-in was cancelled.";
    /// The provider's answer has no code, says something twice, or is too long.
    CallbackInvalid = "callback_invalid", BAD_REQUEST, AGAIN;
    /// The provider does not accept this app: its client id or secret is wrong.
    ClientRefused = "client_refused", INTERNAL_SERVER_ERROR, OUT_OF_ORDER;
    /// The provider does not accept the code: it is used up, too old, or of another sign-in.
    CodeRefused = "code_refused", BAD_REQUEST, AGAIN;
    /// The sign-in took longer than ten minutes.
    FlowExpired = "flow_expired", BAD_REQUEST, "The sign-in took too long. Please try again.";
    /// The flow cookie was changed, or is of another purpose, provider or secret.
    FlowInvalid = "flow_invalid", BAD_REQUEST, AGAIN;
    /// The browser sent no flow cookie: the sign-in is over already, or began in another browser.
    FlowMissing = "flow_missing", BAD_REQUEST,
        "The sign-in was not begun in this browser, or is over already. Please try again.";
    /// The `id_token` does not say that this user signed in here, now, for this app.
    IdTokenInvalid = "id_token_invalid", BAD_REQUEST, AGAIN;
    /// Another provider answered (RFC 9207).
    IssuerMismatch = "issuer_mismatch", BAD_REQUEST, AGAIN;
    /// The provider answered with another error.
    ProviderRefused = "provider_refused", BAD_REQUEST, "The sign-in service refused the sign-in. Please try again.";
    /// The provider's description or answer is not what the standards ask for.
    ProviderUnfit = "provider_unfit", BAD_GATEWAY, OUT_OF_ORDER;
    /// The provider cannot be reached, or failed.
    ProviderUnreachable = "provider_unreachable", BAD_GATEWAY,
        "The sign-in service could not be reached. Please try again later.";
    /// The answer belongs to a sign-in that this browser did not begin.
    StateMismatch = "state_mismatch", BAD_REQUEST, AGAIN;
}

/// A code with what a log may hold of its cause. Nothing in it was written by the provider or by the browser.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: OAuthCode,
    pub(super) detail: &'static str,
    pub(super) cause: Option<Cause>,
}

impl Refusal {
    pub(super) const fn new(code: OAuthCode, detail: &'static str) -> Self {
        Self { code, detail, cause: None }
    }
}

/// Why a sign-in did not come about.
///
/// [`message`](Self::message) and `Display` can be shown to a user; [`log_detail`](Self::log_detail) and `Debug` say more,
/// for a log. What the provider or the browser wrote is in neither.
///
/// As a response it shows the message and deletes the flow cookie; [`redirect`](Self::redirect) leads to a page instead.
pub struct OAuthError(Box<Inner>);

struct Inner {
    refusal: Refusal,
    oauth: OAuth,
}

impl OAuthError {
    pub(super) fn new(refusal: Refusal, oauth: OAuth) -> Self {
        let error = Self(Box::new(Inner { refusal, oauth }));
        tracing::warn!("no sign-in: {}", error.log_detail());
        error
    }

    /// The stable name of what happened; part of the contract, unlike the message.
    pub fn code(&self) -> OAuthCode {
        self.0.refusal.code
    }

    /// A sentence that can be shown to a user.
    pub fn message(&self) -> &'static str {
        self.code().message()
    }

    /// What a log may hold: code, reason, and how a connection failed.
    pub fn log_detail(&self) -> String {
        let Refusal { code, detail, cause } = &self.0.refusal;
        let mut text = code.name().to_owned();
        text.extend([", ", detail]);
        if let Some(Cause { class, words }) = cause {
            text.extend([", ", class, if words.is_empty() { "" } else { ": " }, words]);
        }
        text
    }

    pub(super) fn oauth(&self) -> &OAuth {
        &self.0.oauth
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message())
    }
}

impl fmt::Debug for OAuthError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OAuthError({})", self.log_detail())
    }
}

impl std::error::Error for OAuthError {}

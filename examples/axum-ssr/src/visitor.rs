//! Who looks at the page.

use serde::Deserialize;
use twinfetch_server_client::{Api, Authenticated, Error, Session};

/// Who looks at the page, and what the header says of it.
pub(crate) enum Visitor {
    Authenticated { name: String, session: Authenticated },
    Anonymous,
    Unknown(Error),
}

/// The claims that Auth.js makes of a user.
#[derive(Deserialize)]
struct User {
    name: Option<String>,
    email: Option<String>,
}

impl Visitor {
    /// Reads who it is from the request's session cookie.
    pub(crate) async fn of(api: &Api) -> Self {
        match api.session().await.and_then(Self::named) {
            Ok(visitor) => visitor,
            Err(cause) => {
                tracing::error!(detail = cause.log_detail(), "it is unknown who is signed in");
                Self::Unknown(cause)
            }
        }
    }

    fn named(session: Session) -> Result<Self, Error> {
        let Session::Authenticated(session) = session else { return Ok(Self::Anonymous) };
        let User { name, email } = session.user()?;
        Ok(Self::Authenticated { name: name.or(email).unwrap_or_default(), session })
    }
}

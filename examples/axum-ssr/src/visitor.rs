//! Who looks at the page.

use serde_json::{Map, Value};
use twinfetch_server_client::{Api, Authenticated, Error, Session};

/// Who looks at the page, and what the header says of it.
pub(crate) enum Visitor {
    Authenticated { name: String, session: Authenticated },
    Anonymous,
    Unknown(Error),
}

/// The words that systems have for what a user is called.
const NAMES: [&str; 5] = ["name", "username", "nickname", "email", "sub"];

impl Visitor {
    /// Reads who it is: from the request's session cookie, or as the backend says.
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
        let user: Map<String, Value> = session.user()?;
        let mut names = NAMES.iter().filter_map(|word| user.get(*word)?.as_str()).filter(|name| !name.is_empty());
        Ok(Self::Authenticated { name: names.next().unwrap_or_default().to_owned(), session })
    }
}

//! Signing out.

use twinfetch_core::error::Kind;
use twinfetch_core::verb::Verb;

use crate::api::Api;
use crate::driver::Credential;
use crate::error::Error;
use crate::relay;

/// A session that is over here.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignedOut {
    /// Whether the server knows. If it does not, a token that somebody else has stays good until it ends by itself.
    pub server_told: bool,
    /// Why the server could not be told.
    pub cause: Option<Error>,
}

impl Api {
    /// Ends the session: the server is told, tokens that are kept here are forgotten, and the browser's cookies are deleted
    /// by the response of this incoming request (`ApiLayer`, or [`Self::relay`]).
    ///
    /// A server that cannot be told keeps nobody signed in here: that is no error, but what [`SignedOut::server_told`]
    /// says. For the rest of this incoming request nobody is signed in.
    ///
    /// # Errors
    /// None so far.
    pub async fn sign_out(&self) -> Result<SignedOut, Error> {
        if let Some(keeper) = self.keeper() {
            // The tokens of a renewal under way must not outlive the session.
            keeper.settled_to_leave(self.client()).await;
        }
        // Whoever cannot be told by what they show is signed out all the same.
        let credential = self.credential().unwrap_or_else(|_| Credential::none());
        let ended = self.errand(Verb::SignOut, credential, None).await;
        // A refusal of the credential says that there was no session to end.
        let server_told = ended.as_ref().err().is_none_or(|error| error.kind() == Kind::Unauthorized);
        let (lines, cause) = match ended {
            Ok(done) => (relay::known(&done.set_cookies, self.client()), None),
            Err(error) => (Vec::new(), Some(error).filter(|_| !server_told)),
        };
        self.leave(server_told, lines);
        Ok(SignedOut { server_told, cause })
    }

    fn leave(&self, told: bool, mut lines: Vec<http::HeaderValue>) {
        if let Some(keeper) = self.keeper() {
            keeper.sign_out(told, self.client());
        }
        if self.keeper().is_none() && !self.is_of_visitor() {
            return;
        }
        let deletions = self.visitor().map(|visitor| relay::deletions(&visitor.cookies(), self.client()));
        let mut all = deletions.unwrap_or_default();
        all.append(&mut lines);
        self.sign_visitor_out(all);
    }
}

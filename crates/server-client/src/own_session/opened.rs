//! What an incoming request brings of a session that this server keeps.

use http::HeaderValue;
use twinfetch_core::seal::{SealError, SessionError};

use super::OwnSession;
use crate::client::ServerClient;
use crate::keeper::{Entered, Keeper};
use crate::session;
use crate::visitor::Visitor;

/// What came of looking for a session.
#[derive(Default)]
pub(crate) struct Opened {
    pub(crate) keeper: Option<Keeper>,
    /// The lines that delete what can never become a session again.
    pub(crate) stale: Vec<HeaderValue>,
    pub(crate) refusal: Option<SessionError>,
}

impl OwnSession {
    /// Opens the session of a visitor: with no network.
    pub(crate) fn open(&self, visitor: &Visitor, client: &ServerClient) -> Opened {
        let cookies = visitor.cookies();
        let stale = || self.clear(&cookies);
        match self.read(&cookies, client.seconds()) {
            Ok(None) => Opened::default(),
            Ok(Some((owned, _))) if client.renewals().is_ended(owned.id) => {
                // Where somebody has signed in over it, the browser has the new cookie: a deletion would be of that.
                let stale = if client.renewals().is_replaced(owned.id) { Vec::new() } else { stale() };
                Opened { stale, ..Opened::default() }
            }
            Ok(Some((owned, tokens))) => {
                let passed_on = visitor.passed_on(client.dialect());
                let (cookie, mirrored) = (passed_on.cookie, passed_on.mirrored);
                let obtained_at = Some(owned.obtained_at.saturating_mul(1_000));
                let entered = Entered { cookie, mirrored, obtained_at, owned: Some(owned), ..Entered::default() };
                let keeper = Keeper::resumed(tokens, entered);
                keeper.catch_up(client);
                Opened { keeper: Some(keeper), ..Opened::default() }
            }
            Err(refusal) => {
                session::tell(refusal);
                // A secret that is missing here may be there in the next server.
                let is_over = matches!(refusal, SessionError::Cookie(_) | SessionError::Seal(SealError::Expired));
                let stale = if is_over { stale() } else { Vec::new() };
                Opened { keeper: None, stale, refusal: Some(refusal) }
            }
        }
    }
}

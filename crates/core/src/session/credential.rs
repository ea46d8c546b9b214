//! What a call presents of the session that a client holds, and how that is renewed.

use super::{Held, Presented};
use crate::dialect::{Credential, Dialect, Renewal};
use crate::error::Error;
use crate::verb::Verb;

impl<C> Held<C> {
    /// Whether a call has to wait for a session read, because only the session document tells the token.
    pub fn waits(&self, dialect: &Dialect, now: u64) -> bool {
        is_in_document(dialect) && self.fresh(now).is_none()
    }

    /// What has to be done to get a token newer than `generation`, `None` when there is one or none can be had.
    pub fn renewal(&mut self, dialect: &Dialect, generation: u64, now: u64) -> Option<Verb> {
        if self.generation != generation {
            return None;
        }
        match &dialect.renewal {
            Renewal::None {} => None,
            Renewal::Reread {} => {
                self.forget();
                Some(Verb::ReadSession)
            }
            Renewal::Rotate { .. } => {
                let waiting = self.unrenewed.as_ref().is_some_and(|(_, until)| now < *until);
                let renewable = self.tokens.as_ref().is_some_and(|tokens| tokens.refresh.is_some());
                (renewable && !waiting).then_some(Verb::Refresh)
            }
        }
    }

    /// What a call presents to the backend.
    ///
    /// # Errors
    /// The cause, when only the session document tells the token and it is unknown.
    pub fn present(&self, dialect: &Dialect) -> Result<Presented, Error> {
        let presented = match self.session.as_ref().filter(|_| is_in_document(dialect)) {
            Some(session) => session.present(self.generation)?,
            None => Presented {
                token: self.tokens.as_ref().map(|tokens| tokens.access.clone()),
                refresh: self.tokens.as_ref().and_then(|tokens| tokens.refresh.clone()),
                user: self.epoch.to_string(),
                generation: self.generation,
                ..Presented::default()
            },
        };
        Ok(Presented { signed_out: self.signed_out, ..presented })
    }

    /// What a call that was refused presents after a renewal.
    ///
    /// # Errors
    /// Why there is no newer token, when that is not because the session is over.
    pub fn present_renewed(&self, dialect: &Dialect, generation: u64) -> Result<Presented, Error> {
        match &self.unrenewed {
            Some((cause, _)) if self.generation == generation => Err(cause.clone()),
            _ => self.present(dialect),
        }
    }
}

/// Whether only the session document tells the token.
const fn is_in_document(dialect: &Dialect) -> bool {
    dialect.tokens.is_none() && matches!(dialect.credential, Credential::Bearer {})
}

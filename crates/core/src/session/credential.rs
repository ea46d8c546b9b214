//! What a call presents of the session that a client holds, and how that is renewed.

use super::{Held, Presented};
use crate::dialect::{Credential, Dialect, Renewal};
use crate::error::Error;
use crate::token::Lifetime;
use crate::verb::Verb;

/// How long after a failed renewal another is due at the earliest, in milliseconds.
const AFTER_FAILURE: u64 = 5_000;

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

    /// When the tokens are to be renewed without having been refused, in milliseconds since 1970; `None` when they
    /// cannot be, or do not end. `lifetime` is what the access token says of itself, and `random` a number of this client's own.
    ///
    /// It is later where a renewal has failed: what nobody has refused can wait.
    pub fn due_at(&self, dialect: &Dialect, lifetime: Option<Lifetime>, random: u32) -> Option<u64> {
        let renewable = matches!(dialect.renewal, Renewal::Rotate { .. })
            && self.tokens.as_ref().is_some_and(|tokens| tokens.refresh.is_some());
        let due_at = lifetime.filter(|_| renewable)?.due_at(self.obtained_at, random)?;
        Some(self.unrenewed.as_ref().map_or(due_at, |(_, until)| due_at.max(until.saturating_add(AFTER_FAILURE))))
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

#[cfg(test)]
mod tests {
    use super::Held;
    use crate::secret::Secret;
    use crate::session::Tokens;

    fn tokens(access: &str, refresh: Option<&str>) -> Tokens {
        Tokens { access: Secret::new(access), refresh: refresh.map(Secret::new) }
    }

    #[test]
    fn a_refresh_token_stays_where_a_renewal_gives_no_other() {
        let mut held = Held::<()>::new(60_000);
        held.sign_in(Some(tokens("a1", Some("r1"))));
        held.renew(tokens("a2", None));
        assert_eq!(held.tokens(), Some(&tokens("a2", Some("r1"))));
        held.renew(tokens("a3", Some("r3")));
        assert_eq!(held.tokens(), Some(&tokens("a3", Some("r3"))));
    }

    #[test]
    fn a_renewal_by_another_tab_is_a_new_generation_for_the_same_user() {
        let mut held = Held::<()>::new(60_000);
        held.sign_in(Some(tokens("a1", Some("r1"))));
        let before = held.generation();
        held.renew(tokens("a2", Some("r2")));
        assert_eq!(held.generation(), before + 1);
    }
}

//! The session that a client holds: read once for all callers, bounded in time, stale once it may have changed elsewhere.

use super::Session;

/// A session as one client holds it.
#[derive(Debug)]
pub struct Held<C> {
    session: Option<Session<C>>,
    generation: u64,
    notices: u64,
    fresh_until: u64,
    max_age: u64,
}

/// A session read that is under way.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    notices: u64,
}

/// How long it is believed that nobody is signed in, in milliseconds: a sign-in elsewhere shows soon.
const ANONYMOUS_AGE: u64 = 5_000;

impl<C> Held<C> {
    /// Holds nothing yet; a session is believed for at most `max_age` milliseconds.
    pub const fn new(max_age: u64) -> Self {
        Self { session: None, generation: 0, notices: 0, fresh_until: 0, max_age }
    }

    /// The session, while it may be used without being read again. `now` is in milliseconds since 1970.
    pub fn fresh(&self, now: u64) -> Option<&Session<C>> {
        self.session.as_ref().filter(|_| now < self.fresh_until)
    }

    /// The session as it was last known.
    pub const fn last(&self) -> Option<&Session<C>> {
        self.session.as_ref()
    }

    /// How many different access tokens the session has had.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Notes that a read begins.
    pub const fn begin(&self) -> Read {
        Read { notices: self.notices }
    }

    /// Takes over what a read found.
    pub fn finish(&mut self, read: Read, found: Session<C>, now: u64) {
        if token(self.session.as_ref()) != token(Some(&found)) {
            self.generation += 1;
        }
        self.fresh_until = match &found {
            Session::Authenticated(session) => {
                let limit = now.saturating_add(self.max_age);
                session.expires_at.map_or(limit, |expires_at| limit.min(expires_at))
            }
            Session::Anonymous => now.saturating_add(ANONYMOUS_AGE.min(self.max_age)),
            Session::Unknown(_) => 0,
        };
        if read.notices != self.notices {
            self.fresh_until = 0;
        }
        self.session = Some(found);
    }

    /// Has the session read again before its next use: it may have changed elsewhere, also under a read on its way.
    pub const fn forget(&mut self) {
        self.notices += 1;
        self.fresh_until = 0;
    }
}

fn token<C>(session: Option<&Session<C>>) -> Option<&str> {
    match session? {
        Session::Authenticated(session) => session.access_token.as_ref().map(crate::secret::Secret::expose),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Held;
    use crate::error::{Code, Error};
    use crate::secret::Secret;
    use crate::session::{Authenticated, Session};

    fn signed_in(token: &str, expires_at: Option<u64>) -> Session<()> {
        Session::Authenticated(Authenticated {
            claims: (),
            user: String::new(),
            access_token: Some(Secret::new(token)),
            expires_at,
        })
    }

    #[test]
    fn a_session_is_fresh_until_its_token_ends() {
        let mut held = Held::new(60_000);
        held.finish(held.begin(), signed_in("a", Some(10_500)), 10_000);
        assert!(held.fresh(10_499).is_some());
        assert!(held.fresh(10_500).is_none());
        held.finish(held.begin(), signed_in("a", None), 10_000);
        assert!(held.fresh(69_999).is_some() && held.fresh(70_000).is_none());
    }

    #[test]
    fn an_unknown_session_is_never_fresh() {
        let mut held = Held::<()>::new(60_000);
        held.finish(held.begin(), Session::Unknown(Error::new(Code::NetworkFailed)), 0);
        assert!(held.fresh(0).is_none());
        assert!(matches!(held.last(), Some(Session::Unknown(_))));
    }

    #[test]
    fn a_change_elsewhere_during_a_read_leaves_the_find_stale() {
        let mut held = Held::new(60_000);
        let read = held.begin();
        held.forget();
        held.finish(read, signed_in("a", None), 0);
        assert!(held.fresh(0).is_none());
    }

    #[test]
    fn the_generation_counts_tokens_not_reads() {
        let mut held = Held::new(60_000);
        held.finish(held.begin(), signed_in("a", None), 0);
        held.finish(held.begin(), signed_in("a", None), 1);
        assert_eq!(held.generation(), 1);
        held.finish(held.begin(), signed_in("b", None), 2);
        assert_eq!(held.generation(), 2);
    }
}

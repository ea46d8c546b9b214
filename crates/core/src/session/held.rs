//! The session that a client holds: read once for all callers, bounded in time, stale once it may have changed elsewhere.

use super::{Session, Tokens};
use crate::dialect::Dialect;
use crate::error::Error;
use crate::secret::Secret;
use crate::verb::Permissions;

/// A session as one client holds it.
#[derive(Debug)]
pub struct Held<C> {
    pub(super) session: Option<Session<C>>,
    pub(super) tokens: Option<Tokens>,
    permissions: Option<Permissions>,
    /// Why the last renewal failed, and until when there is no use in another.
    pub(super) unrenewed: Option<(Error, u64)>,
    pub(super) generation: u64,
    notices: u64,
    /// Counts the sign-ins and sign-outs, so that what belongs to one user never reaches another.
    pub(super) epoch: u64,
    pub(super) signed_out: bool,
    /// When the tokens came from the server, where they came to this client.
    pub(super) obtained_at: Option<u64>,
    fresh_until: u64,
    max_age: u64,
}

/// A read that is under way.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    notices: u64,
    epoch: u64,
    pub(super) generation: u64,
}

/// How long it is believed that nobody is signed in, in milliseconds: a sign-in elsewhere shows soon.
const ANONYMOUS_AGE: u64 = 5_000;

impl<C> Held<C> {
    /// Holds nothing yet; a session is believed for at most `max_age` milliseconds.
    pub const fn new(max_age: u64) -> Self {
        Self {
            session: None,
            tokens: None,
            permissions: None,
            unrenewed: None,
            generation: 0,
            notices: 0,
            epoch: 0,
            signed_out: false,
            obtained_at: None,
            fresh_until: 0,
            max_age,
        }
    }

    /// The session, while it may be used without being read again. `now` is in milliseconds since 1970.
    pub fn fresh(&self, now: u64) -> Option<&Session<C>> {
        self.session.as_ref().filter(|_| now < self.fresh_until)
    }

    /// Takes it for known that nobody is signed in where no server has to be asked: the user has signed out here, or
    /// there is no token that could be sent.
    pub fn settle(&mut self, dialect: &Dialect) {
        if self.signed_out || dialect.tokens.is_some() && self.tokens.is_none() {
            self.session = Some(Session::Anonymous);
            self.fresh_until = u64::MAX;
        }
    }

    /// The session as it was last known.
    pub const fn last(&self) -> Option<&Session<C>> {
        self.session.as_ref()
    }

    /// The tokens that a sign-in gave to keep.
    pub const fn tokens(&self) -> Option<&Tokens> {
        self.tokens.as_ref()
    }

    /// How many different access tokens the session has had.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Notes that a read begins.
    pub const fn begin(&self) -> Read {
        Read { notices: self.notices, epoch: self.epoch, generation: self.generation }
    }

    /// Whether what began then is still of use: nobody has signed in or out since.
    pub const fn concerns(&self, read: Read) -> bool {
        read.epoch == self.epoch
    }

    /// Takes over what a read found; a find from before a sign-in or a sign-out is dropped.
    pub fn finish(&mut self, read: Read, found: Session<C>, now: u64) {
        if !self.concerns(read) {
            return;
        }
        if self.tokens.is_none() && token(self.session.as_ref()) != token(Some(&found)) {
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
        match &found {
            Session::Authenticated(new) => {
                if !matches!(&self.session, Some(Session::Authenticated(old)) if old.user == new.user) {
                    self.permissions = None;
                }
                // What is on its way was asked as somebody else.
                if matches!(&self.session, Some(Session::Authenticated(old)) if old.user != new.user) {
                    self.notices += 1;
                }
            }
            // The backend knows nobody by these tokens.
            Session::Anonymous => {
                self.tokens = None;
                self.permissions = None;
            }
            Session::Unknown(_) => {}
        }
        self.session = Some(found);
    }

    /// Has the session read again before its next use: it may have changed elsewhere, also under a read on its way.
    pub fn forget(&mut self) {
        self.notices += 1;
        self.fresh_until = 0;
        self.permissions = None;
    }

    /// Somebody has signed in, with these tokens to keep.
    pub fn sign_in(&mut self, tokens: Option<Tokens>) {
        self.clear();
        self.tokens = tokens;
    }

    /// The tokens were renewed, here or in another tab. A find that is on its way stays good. Where no new refresh token
    /// was given the old one stays ([RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).
    pub fn renew(&mut self, mut tokens: Tokens) {
        if self.tokens.as_ref().map(|tokens| &tokens.access) != Some(&tokens.access) {
            self.generation += 1;
            self.fresh_until = 0;
        }
        tokens.refresh = tokens.refresh.or_else(|| self.tokens.take()?.refresh);
        self.unrenewed = None;
        self.obtained_at = None;
        self.tokens = Some(tokens);
    }

    /// A renewal failed without the session being over; there is no use in another before the server's wait is over.
    pub fn fail_renewal(&mut self, cause: Error, now: u64) {
        let until = now.saturating_add(cause.retry_after().unwrap_or(0));
        self.unrenewed = Some((cause, until));
    }

    /// The session is over. Where the server could not be told, the browser's cookies are kept back from now on.
    pub fn sign_out(&mut self, told: bool, now: u64) {
        self.clear();
        self.signed_out = !told;
        self.session = Some(Session::Anonymous);
        self.fresh_until = now.saturating_add(ANONYMOUS_AGE.min(self.max_age));
    }

    fn clear(&mut self) {
        *self = Self {
            generation: self.generation + 1,
            notices: self.notices + 1,
            epoch: self.epoch + 1,
            ..Self::new(self.max_age)
        };
    }

    /// What the user may do, as far as it is known.
    pub const fn permissions(&self) -> Option<&Permissions> {
        self.permissions.as_ref()
    }

    /// Takes over what the user may do; what was asked for another user is dropped.
    pub fn allow(&mut self, read: Read, permissions: Permissions) {
        if self.concerns(read) && read.notices == self.notices {
            self.permissions = Some(permissions);
        }
    }
}

fn token<C>(session: Option<&Session<C>>) -> Option<&str> {
    match session? {
        Session::Authenticated(session) => session.access_token.as_ref().map(Secret::expose),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Held;
    use crate::error::{Code, Error};
    use crate::secret::Secret;
    use crate::session::{Authenticated, Session};
    use crate::verb::Permissions;

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

    #[test]
    fn what_began_before_a_sign_out_is_dropped() {
        let mut held = Held::new(60_000);
        let read = held.begin();
        held.sign_out(true, 0);
        held.finish(read, signed_in("a", None), 0);
        assert!(matches!(held.fresh(0), Some(Session::Anonymous)));
    }

    #[test]
    fn what_a_former_user_may_do_is_dropped_when_it_comes() {
        let user = |user: &str| {
            Session::Authenticated(Authenticated {
                claims: (),
                user: user.to_owned(),
                access_token: None,
                expires_at: None,
            })
        };
        let mut held = Held::new(60_000);
        held.finish(held.begin(), user("ada"), 0);
        let asked = held.begin();
        held.finish(held.begin(), user("grace"), 1);
        held.allow(asked, Permissions::default());
        assert!(held.permissions().is_none());
        held.allow(held.begin(), Permissions::default());
        held.finish(held.begin(), user("grace"), 2);
        assert!(held.permissions().is_some());
    }
}

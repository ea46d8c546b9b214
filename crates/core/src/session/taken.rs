//! Taking over what a verb brought: one rule for every driver.

use super::{Held, Read, Session};
use crate::error::{Error, Kind};
use crate::verb::{LinkToken, Outcome, Permissions, Verb};

/// A verb on its way, and since when.
#[derive(Clone, Copy, Debug)]
pub struct Errand {
    /// The verb.
    pub verb: Verb,
    /// What was held when it began.
    pub read: Read,
}

/// What a verb that ended well brought for its caller.
#[derive(Clone, Debug)]
pub enum Taken {
    /// A token for a link.
    Link(LinkToken),
    /// The codes of what the user may do, as the backend listed them.
    Permissions(Vec<String>),
    /// Nothing but what is held now.
    Session,
    /// The session is over.
    SignedOut(SignedOut),
}

/// A sign-out, which never fails on this side.
#[derive(Clone, Debug)]
pub struct SignedOut {
    /// Whether the server knows.
    pub server_told: bool,
    /// Why it does not.
    pub cause: Option<Error>,
}

impl<C> Held<C> {
    /// Notes that a verb begins.
    pub const fn set_out(&self, verb: Verb) -> Errand {
        Errand { verb, read: self.begin() }
    }

    /// Takes over what a verb brought. What belongs to a user who has signed out, or to one before, is dropped.
    ///
    /// `permissions` makes of codes and a session's claims what the user may do; `now` is in milliseconds since 1970.
    ///
    /// # Errors
    /// Why the verb failed. A sign-out and a session read do not fail: they leave nobody, and an unknown session.
    pub fn take(
        &mut self,
        errand: Errand,
        ended: Result<Outcome<Session<C>>, Error>,
        permissions: impl FnOnce(&[String], Option<&C>) -> Permissions,
        now: u64,
    ) -> Result<Taken, Error> {
        let Errand { verb, read } = errand;
        let concerned = self.concerns(read);
        let outcome = match (verb, ended) {
            (Verb::SignOut, ended) => {
                let server_told = Verb::was_told(&ended);
                if concerned {
                    self.sign_out(server_told, now);
                }
                let cause = ended.err().filter(|_| !server_told);
                return Ok(Taken::SignedOut(SignedOut { server_told, cause }));
            }
            // Who stopped asking has learnt nothing.
            (Verb::ReadSession, Err(cause)) if cause.kind() != Kind::Aborted => {
                Outcome::Session(Session::Unknown(cause))
            }
            (Verb::Refresh, Err(cause)) => {
                if concerned {
                    self.fail_renewal(cause.clone(), now);
                }
                return Err(cause);
            }
            (_, ended) => ended?,
        };
        match (verb, outcome) {
            (_, Outcome::Link(link)) => return Ok(Taken::Link(link)),
            (_, Outcome::Permissions(codes)) => {
                let claims = match self.last() {
                    Some(Session::Authenticated(session)) => Some(&session.claims),
                    _ => None,
                };
                self.allow(read, permissions(&codes, claims));
                return Ok(Taken::Permissions(codes));
            }
            // A find that is on its way may be from before the update.
            (Verb::Update, Outcome::Session(found)) if concerned => {
                self.forget();
                self.finish(self.begin(), found, now);
            }
            (_, Outcome::Session(found)) => self.finish(read, found, now),
            (Verb::Refresh, outcome) if concerned => match outcome {
                Outcome::Tokens(tokens) => {
                    self.renew(tokens);
                    self.obtained_at = Some(now);
                }
                // The tokens that another tab got meanwhile are not those which are dead.
                Outcome::Gone if self.generation() == read.generation => self.sign_out(true, now),
                _ => {}
            },
            (Verb::Refresh, _) => {}
            (_, Outcome::Tokens(tokens)) => {
                self.sign_in(Some(tokens));
                self.obtained_at = Some(now);
            }
            (_, Outcome::Accepted | Outcome::Gone) => self.sign_in(None),
        }
        Ok(Taken::Session)
    }
}

#[cfg(test)]
mod tests {
    use super::Taken;
    use crate::error::{Code, Error};
    use crate::secret::Secret;
    use crate::session::{Authenticated, Held, Session, Tokens};
    use crate::verb::{Outcome, Permissions, Verb};

    fn tokens(access: &str) -> Tokens {
        Tokens { access: Secret::new(access), refresh: Some(Secret::new("r")) }
    }

    fn session(user: &str) -> Outcome<Session<()>> {
        let user = user.to_owned();
        Outcome::Session(Session::Authenticated(Authenticated {
            claims: (),
            user,
            access_token: None,
            expires_at: None,
        }))
    }

    /// A client which somebody has signed in to.
    fn held() -> Held<()> {
        let mut held = Held::new(60_000);
        held.sign_in(Some(tokens("a1")));
        held
    }

    macro_rules! take {
        ($held:ident, $errand:expr, $ended:expr) => {
            $held.take($errand, $ended, |_, _| Permissions::default(), 0)
        };
    }

    #[test]
    fn a_renewal_that_ends_after_the_sign_out_signs_nobody_in() {
        let mut held = held();
        let (renewal, sign_out) = (held.set_out(Verb::Refresh), held.set_out(Verb::SignOut));
        take!(held, sign_out, Ok(Outcome::Accepted)).unwrap();
        take!(held, renewal, Ok(Outcome::Tokens(tokens("a2")))).unwrap();
        assert!(held.tokens().is_none());
        assert!(matches!(held.last(), Some(Session::Anonymous)));
    }

    #[test]
    fn a_sign_out_that_ends_after_the_next_sign_in_leaves_it() {
        let mut held = held();
        let (sign_out, sign_in) = (held.set_out(Verb::SignOut), held.set_out(Verb::SignIn));
        take!(held, sign_in, Ok(Outcome::Tokens(tokens("b1")))).unwrap();
        take!(held, sign_out, Ok(Outcome::Accepted)).unwrap();
        assert_eq!(held.tokens(), Some(&tokens("b1")));
    }

    #[test]
    fn dead_tokens_end_the_session_unless_others_have_come_meanwhile() {
        let mut held = held();
        let renewal = held.set_out(Verb::Refresh);
        held.renew(tokens("a2"));
        take!(held, renewal, Ok(Outcome::Gone)).unwrap();
        assert_eq!(held.tokens(), Some(&tokens("a2")));
        let renewal = held.set_out(Verb::Refresh);
        take!(held, renewal, Ok(Outcome::Gone)).unwrap();
        assert!(held.tokens().is_none());
    }

    #[test]
    fn a_server_that_was_not_told_of_a_sign_out_is_told_of_to_the_caller() {
        let mut held = held();
        let sign_out = held.set_out(Verb::SignOut);
        let Ok(Taken::SignedOut(out)) = take!(held, sign_out, Err(Error::new(Code::NetworkFailed))) else { panic!() };
        assert_eq!((out.server_told, out.cause.map(|cause| cause.code())), (false, Some(Code::NetworkFailed)));
        assert!(held.tokens().is_none());
    }

    #[test]
    fn what_was_read_before_an_update_is_stale() {
        let mut held = held();
        let (read, update) = (held.set_out(Verb::ReadSession), held.set_out(Verb::Update));
        take!(held, update, Ok(session("Countess"))).unwrap();
        assert!(held.fresh(0).is_some());
        take!(held, read, Ok(session("ada"))).unwrap();
        assert!(held.fresh(0).is_none());
    }
}

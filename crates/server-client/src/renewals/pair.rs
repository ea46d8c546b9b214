//! What a renewal spends and brings: two tokens, and whose they are.

use std::fmt;

use sha2::{Digest as _, Sha256};
use twinfetch_core::secret::Secret;
use twinfetch_core::session::Tokens;
use uuid::Uuid;

/// A session that this server keeps for a browser; made at a sign-in, the same through all renewals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SessionId(pub(crate) Uuid);

/// Two tokens that can be renewed, and whose they are.
#[derive(Clone)]
pub(crate) struct Pair {
    /// Absent where an app keeps tokens by itself: the refresh token then is all that tells one session from another.
    pub(crate) session: Option<SessionId>,
    /// How often the session was renewed.
    pub(crate) generation: u64,
    pub(crate) access: Secret,
    pub(crate) refresh: Secret,
    /// When the backend gave them, in milliseconds since 1970, where that is known.
    pub(crate) obtained_at: Option<u64>,
}

/// The place of one refresh token of one session in everything that is shared between users.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SessionKey([u8; 32]);

impl Pair {
    /// The tokens as a pair; `None` where there is no refresh token.
    pub(crate) fn of(session: Option<SessionId>, generation: u64, tokens: &Tokens) -> Option<Self> {
        let Tokens { access, refresh } = tokens.clone();
        Some(Self { session, generation, access, refresh: refresh?, obtained_at: None })
    }

    /// The same session after a renewal at a moment, in milliseconds since 1970. Where no new refresh token came the old one stays
    /// ([RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).
    pub(crate) fn renewed(&self, tokens: Tokens, now: u64) -> Self {
        let refresh = tokens.refresh.unwrap_or_else(|| self.refresh.clone());
        let generation = self.generation.saturating_add(1);
        Self { session: self.session, generation, access: tokens.access, refresh, obtained_at: Some(now) }
    }

    pub(crate) fn key(&self) -> SessionKey {
        let session = self.session.map_or([0; 16], |SessionId(id)| *id.as_bytes());
        let hash = Sha256::new().chain_update("twinfetch renewal").chain_update(session);
        SessionKey(hash.chain_update(self.refresh.expose()).finalize().into())
    }

    pub(crate) fn tokens(&self) -> Tokens {
        Tokens { access: self.access.clone(), refresh: Some(self.refresh.clone()) }
    }
}

impl SessionId {
    pub(crate) fn fresh() -> Self {
        Self(Uuid::new_v4())
    }

    /// A number of the session's own.
    pub(crate) fn random(self) -> u32 {
        self.0.as_fields().0
    }
}

#[cfg(feature = "redis")]
impl SessionKey {
    /// The key's bytes: the same in every process.
    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pair").field("generation", &self.generation).finish_non_exhaustive()
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SessionKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Pair, SessionId};
    use crate::{Secret, Tokens};

    fn pair(session: Option<SessionId>, refresh: &str) -> Pair {
        let tokens = Tokens { access: Secret::new("a"), refresh: Some(Secret::new(refresh)) };
        Pair::of(session, 0, &tokens).unwrap()
    }

    #[test]
    fn x_01_a_key_is_of_one_session_and_one_refresh_token() {
        let (ada, grace) = (SessionId::fresh(), SessionId::fresh());
        let keys = [(None, "r"), (Some(ada), "r"), (Some(grace), "r"), (Some(ada), "r2"), (None, "r2")]
            .map(|(session, refresh)| pair(session, refresh).key());
        for (index, key) in keys.iter().enumerate() {
            assert!(keys.iter().skip(index + 1).all(|other| other != key));
        }
        assert_eq!(pair(Some(ada), "r").key(), pair(Some(ada), "r").key());
    }

    #[test]
    fn nothing_of_a_token_is_shown() {
        let pair = pair(Some(SessionId::fresh()), "canary");
        assert!(!format!("{pair:?} {:?}", pair.key()).contains("canary"));
    }
}

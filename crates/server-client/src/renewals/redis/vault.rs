//! What Redis gets to see: hashes and sealed values.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use twinfetch_core::seal::{Encryption, Key, Keyring, KeyringError, SealVersion};
use twinfetch_core::secret::Secret;

use crate::renewals::ledger::Purpose;
use crate::renewals::pair::{Pair, SessionId};

/// Keys are derived for this and nothing else. No cookie can have the name: a space is not allowed there.
const PURPOSE: &str = "twinfetch successors in Redis";

/// How many characters tell one app from another.
const FINGERPRINT: usize = 16;

/// The names of keys and the seal of values.
pub(super) struct Vault {
    prefix: String,
    keyring: Keyring,
}

/// The keys that belong to one refresh token.
#[derive(Clone)]
pub(super) struct Names {
    /// The hash under which it goes.
    hash: String,
    /// The lock of who may spend it.
    pub(super) lock: String,
    /// What is known of its renewals.
    pub(super) record: String,
    /// Whether its session was ended, for those to whom that matters.
    ended: Option<String>,
}

impl Names {
    pub(super) fn all(&self) -> Vec<&str> {
        [self.lock.as_str(), self.record.as_str()].into_iter().chain(self.ended.as_deref()).collect()
    }
}

impl Vault {
    /// Derives the keys. Without a prefix the oldest secret makes one: that is how a fleet keeps to one while a newer secret is rolled out.
    pub(super) fn new(prefix: Option<String>, secrets: &[Secret]) -> Result<Self, KeyringError> {
        let keyring = Keyring::new(SealVersion::V5, secrets, PURPOSE)?;
        let prefix = prefix.map_or_else(|| fingerprint(secrets), Ok)?;
        Ok(Self { prefix, keyring })
    }

    /// The keys for a pair's refresh token.
    pub(super) fn names(&self, pair: &Pair, purpose: Purpose) -> Names {
        let hash = hash(&[b"renewal", pair.key().as_bytes()]);
        let ended = pair.session.filter(|_| purpose == Purpose::Stay).map(|session| self.ended(session));
        let name = |kind: &str| format!("{}:{kind}:{hash}", self.prefix);
        Names { lock: name("lock"), record: name("renewal"), ended, hash }
    }

    /// The key that says that a session was ended.
    pub(super) fn ended(&self, SessionId(id): SessionId) -> String {
        format!("{}:ended:{}", self.prefix, hash(&[b"session", id.as_bytes()]))
    }

    /// Which access token a pair has, without it.
    pub(super) fn tag(&self, names: &Names, pair: &Pair) -> String {
        hash(&[b"access", self.prefix.as_bytes(), names.hash.as_bytes(), pair.access.expose().as_bytes()])
    }

    /// Seals a pair for those who know which refresh token it came of.
    pub(super) fn seal(&self, names: &Names, pair: &Pair) -> Option<String> {
        let (access, refresh) = (pair.access.expose(), pair.refresh.expose());
        let content = json!({
            "of": names.hash,
            "generation": pair.generation,
            "access": access,
            "refresh": refresh,
            "obtained_at": pair.obtained_at,
        });
        let content = Secret::new(content.to_string());
        let mut iv = vec![0; self.keyring.iv_bytes()];
        getrandom::fill(&mut iv).ok()?;
        self.keyring.encode(content.expose(), &iv).ok()
    }

    /// Opens what was sealed for this refresh token, and nothing else: whoever may write to Redis cannot swap two users' tokens.
    pub(super) fn open(&self, names: &Names, session: Option<SessionId>, sealed: &str) -> Option<Pair> {
        // Redis ends its life; the claims have no times of their own.
        let claims = self.keyring.decode(sealed, 0).ok()?;
        let text = |name| claims.get(name).and_then(Value::as_str);
        let access = text("access").filter(|_| text("of") == Some(names.hash.as_str()))?;
        let generation = claims.get("generation").and_then(Value::as_u64)?;
        let (access, refresh) = (Secret::new(access), Secret::new(text("refresh")?));
        let obtained_at = claims.get("obtained_at").and_then(Value::as_u64);
        Some(Pair { session, generation, access, refresh, obtained_at })
    }
}

/// A hash of several parts, for this and nothing else.
fn hash(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new_with_prefix(PURPOSE);
    for part in parts {
        // With its length, so that no two lists of parts are one text.
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().iter().fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"))
}

/// What tells apps with other secrets from this one: an identifier of a key that is used for nothing.
fn fingerprint(secrets: &[Secret]) -> Result<String, KeyringError> {
    let oldest = secrets.last().map_or("", Secret::expose);
    let key = Key::derive(SealVersion::V5, oldest, "twinfetch prefix in Redis")?;
    let start: String = key.kid(Encryption::A256Gcm).chars().take(FINGERPRINT).collect();
    Ok(format!("twinfetch:{start}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tokens;

    fn vault(secrets: &[&str]) -> Vault {
        let secrets: Vec<Secret> = secrets.iter().copied().map(Secret::new).collect();
        Vault::new(None, &secrets).unwrap()
    }

    fn pair(name: &str) -> Pair {
        let [access, refresh] = ["access", "refresh"].map(|kind| Secret::new(format!("{kind}-{name}")));
        let pair = Pair::of(None, 7, &Tokens { access, refresh: Some(refresh) }).unwrap();
        Pair { obtained_at: Some(1_750_000_000_000), ..pair }
    }

    fn names(vault: &Vault, name: &str) -> Names {
        vault.names(&pair(name), Purpose::Stay)
    }

    fn opened(vault: &Vault, names: &Names, sealed: &str) -> Option<(u64, Option<u64>, Tokens)> {
        vault.open(names, None, sealed).map(|pair| (pair.generation, pair.obtained_at, pair.tokens()))
    }

    #[test]
    fn a_value_is_opened_for_its_own_refresh_token_only() {
        let vault = vault(&["s"]);
        let (own, other) = (names(&vault, "own"), names(&vault, "other"));
        let sealed = vault.seal(&own, &pair("new")).unwrap();
        assert_eq!(opened(&vault, &own, &sealed), Some((7, Some(1_750_000_000_000), pair("new").tokens())));
        assert_eq!(opened(&vault, &other, &sealed), None);
        for broken in ["", "x", &sealed[1..], &sealed.replace('.', "")] {
            assert_eq!(opened(&vault, &own, broken), None);
        }
    }

    #[test]
    fn secrets_rotate_and_strangers_open_nothing() {
        let [old, both, new] = [vault(&["old"]), vault(&["new", "old"]), vault(&["new"])];
        let own = names(&old, "own");
        assert_eq!(own.record, names(&both, "own").record);
        assert_ne!(own.record, names(&new, "own").record);
        let sealed = old.seal(&own, &pair("new")).unwrap();
        assert_eq!(opened(&both, &own, &sealed), Some((7, Some(1_750_000_000_000), pair("new").tokens())));
        assert_eq!(opened(&new, &own, &sealed), None);
    }

    #[test]
    fn x_03_the_seal_is_of_no_other_use() {
        let vault = vault(&["s"]);
        let own = names(&vault, "own");
        for salt in ["authjs.session-token", "__Host-twinfetch.session", "twinfetch.session"] {
            let cookie = Keyring::new(SealVersion::V5, &[Secret::new("s")], salt).unwrap();
            assert!(cookie.decode(&vault.seal(&own, &pair("new")).unwrap(), 0).is_err());
            let content = json!({ "of": own.hash, "generation": 0, "access": "a", "refresh": "r" }).to_string();
            assert_eq!(opened(&vault, &own, &cookie.encode(&content, &[7; 16]).unwrap()), None);
        }
    }

    #[test]
    fn names_are_hashes_under_the_prefix() {
        let explicit = Vault::new(Some("shop".to_owned()), &[Secret::new("s")]).unwrap();
        let own = names(&explicit, "canary");
        assert!(own.record.starts_with("shop:renewal:") && own.lock.starts_with("shop:lock:"));
        assert!(own.all().iter().all(|name| !name.contains("canary")));
        assert_ne!(names(&explicit, "other").record, own.record);
        assert!(names(&vault(&["s"]), "x").record.starts_with("twinfetch:"));
        assert!(Vault::new(None, &[]).is_err() && Vault::new(None, &[Secret::new("")]).is_err());
        let tags = [pair("one"), pair("other")].map(|pair| explicit.tag(&own, &pair));
        assert_ne!(tags[0], tags[1]);
    }
}

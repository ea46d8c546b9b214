//! What Redis gets to see: hashes and sealed values.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use twinfetch_core::seal::{Encryption, Key, Keyring, KeyringError, SealVersion};
use twinfetch_core::secret::Secret;
use twinfetch_core::session::Tokens;

/// Keys are derived for this and nothing else. No cookie can have the name: a space is not allowed there.
const PURPOSE: &str = "twinfetch successors in Redis";

/// How many characters tell one app from another.
const FINGERPRINT: usize = 16;

/// The names of keys and the seal of values.
pub(super) struct Vault {
    prefix: String,
    keyring: Keyring,
}

/// What belongs to one refresh token.
#[derive(Clone)]
pub(super) struct Names {
    /// The hash under which it goes.
    hash: String,
    /// The lock of who may spend it.
    pub(super) lock: String,
    /// What is known of its renewals.
    pub(super) record: String,
}

impl Vault {
    /// Derives the keys. Without a prefix the oldest secret makes one: that is how a fleet keeps to one while a newer secret is rolled out.
    pub(super) fn new(prefix: Option<String>, secrets: &[Secret]) -> Result<Self, KeyringError> {
        let keyring = Keyring::new(SealVersion::V5, secrets, PURPOSE)?;
        let prefix = prefix.map_or_else(|| fingerprint(secrets), Ok)?;
        Ok(Self { prefix, keyring })
    }

    /// The keys for a session's refresh token.
    pub(super) fn names(&self, session: &[u8]) -> Names {
        let mut digest = Sha256::new();
        for part in [PURPOSE.as_bytes(), self.prefix.as_bytes(), session] {
            // With its length, so that no two lists of parts are one text.
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        let hash = digest.finalize().iter().fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"));
        // The braces keep both on one node of a cluster.
        let record = format!("{}:{{{hash}}}", self.prefix);
        Names { lock: format!("{record}:lock"), record, hash }
    }

    /// Seals tokens for those who know which refresh token they came of.
    pub(super) fn seal(&self, names: &Names, tokens: &Tokens) -> Option<String> {
        let refresh = tokens.refresh.as_ref().map(Secret::expose);
        let content = json!({ "of": names.hash, "access": tokens.access.expose(), "refresh": refresh });
        let content = Secret::new(content.to_string());
        let mut iv = vec![0; self.keyring.iv_bytes()];
        getrandom::fill(&mut iv).ok()?;
        self.keyring.encode(content.expose(), &iv).ok()
    }

    /// Opens what was sealed for this refresh token, and nothing else: whoever may write to Redis cannot swap two users' tokens.
    pub(super) fn open(&self, names: &Names, sealed: &str) -> Option<Tokens> {
        // Redis ends its life; the claims have no times of their own.
        let claims = self.keyring.decode(sealed, 0).ok()?;
        let text = |name| claims.get(name).and_then(Value::as_str);
        let access = text("access").filter(|_| text("of") == Some(names.hash.as_str()))?;
        Some(Tokens { access: Secret::new(access), refresh: text("refresh").map(Secret::new) })
    }
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

    fn vault(secrets: &[&str]) -> Vault {
        let secrets: Vec<Secret> = secrets.iter().copied().map(Secret::new).collect();
        Vault::new(None, &secrets).unwrap()
    }

    fn tokens() -> Tokens {
        Tokens { access: Secret::new("canary-access"), refresh: Some(Secret::new("canary-refresh")) }
    }

    #[test]
    fn a_value_is_opened_for_its_own_refresh_token_only() {
        let vault = vault(&["s"]);
        let (own, other) = (vault.names(b"own"), vault.names(b"other"));
        let sealed = vault.seal(&own, &tokens()).unwrap();
        assert_eq!(vault.open(&own, &sealed), Some(tokens()));
        assert_eq!(vault.open(&other, &sealed), None);
        for broken in ["", "x", &sealed[1..], &sealed.replace('.', "")] {
            assert_eq!(vault.open(&own, broken), None);
        }
        let alone = Tokens { refresh: None, ..tokens() };
        assert_eq!(vault.open(&own, &vault.seal(&own, &alone).unwrap()), Some(alone));
    }

    #[test]
    fn secrets_rotate_and_strangers_open_nothing() {
        let [old, both, new] = [vault(&["old"]), vault(&["new", "old"]), vault(&["new"])];
        let names = old.names(b"session");
        assert_eq!(names.record, both.names(b"session").record);
        assert_ne!(names.record, new.names(b"session").record);
        let sealed = old.seal(&names, &tokens()).unwrap();
        assert_eq!(both.open(&names, &sealed), Some(tokens()));
        assert_eq!(new.open(&names, &sealed), None);
    }

    #[test]
    fn the_seal_is_of_no_other_use() {
        let vault = vault(&["s"]);
        let names = vault.names(b"session");
        let cookie = Keyring::new(SealVersion::V5, &[Secret::new("s")], "authjs.session-token").unwrap();
        assert!(cookie.decode(&vault.seal(&names, &tokens()).unwrap(), 0).is_err());
        let foreign = cookie.encode(&json!({ "of": names.hash, "access": "a" }).to_string(), &[7; 16]).unwrap();
        assert_eq!(vault.open(&names, &foreign), None);
    }

    #[test]
    fn names_are_hashes_under_the_prefix() {
        let explicit = Vault::new(Some("shop".to_owned()), &[Secret::new("s")]).unwrap();
        let names = explicit.names(b"canary");
        assert!(names.record.starts_with("shop:{") && names.lock == format!("{}:lock", names.record));
        assert!(!names.lock.contains("canary"));
        assert_ne!(explicit.names(b"other").record, names.record);
        assert!(vault(&["s"]).names(b"x").record.starts_with("twinfetch:"));
        assert!(Vault::new(None, &[]).is_err() && Vault::new(None, &[Secret::new("")]).is_err());
    }
}

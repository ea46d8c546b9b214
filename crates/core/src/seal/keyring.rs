use std::fmt;

use serde_json::Value;

use crate::secret::Secret;

use super::jwe::{self, Compact};
use super::{Claims, Encryption, Key, KeyringError, SealError, SealVersion};

/// The keys of one cookie: derived once, used for every request.
///
/// ```
/// use twinfetch_core::{seal::{Keyring, SealVersion}, secret::Secret};
/// let secrets = [Secret::new("new"), Secret::new("old")];
/// let keyring = Keyring::new(SealVersion::V5, &secrets, "authjs.session-token")?;
/// let token = keyring.encode(r#"{"sub":"42","exp":1750003600}"#, &[7; 16])?;
/// let claims = keyring.decode(&token, 1_750_000_000)?;
/// assert_eq!(claims.get("sub").and_then(|sub| sub.as_str()), Some("42"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Keyring {
    version: SealVersion,
    first: Key,
    others: Vec<Key>,
}

impl Keyring {
    /// Derives the keys of `secrets`, the newest first, for a salt: empty for a session of v4, the cookie's name for v5.
    ///
    /// # Errors
    ///
    /// There is no secret, an empty one, or more than one for v4; or the salt is too long.
    pub fn new(version: SealVersion, secrets: &[Secret], salt: &str) -> Result<Self, KeyringError> {
        let [first, others @ ..] = secrets else { return Err(KeyringError::NoSecret) };
        if version == SealVersion::V4 && !others.is_empty() {
            return Err(KeyringError::SeveralSecrets);
        }
        let derive = |secret: &Secret| Key::derive(version, secret.expose(), salt);
        Ok(Self { version, first: derive(first)?, others: others.iter().map(derive).collect::<Result<_, _>>()? })
    }

    /// Opens a token and checks its times; `now` is in Unix seconds.
    ///
    /// # Errors
    ///
    /// The token is refused; [`SealError`] says why.
    pub fn decode(&self, token: &str, now: u64) -> Result<Claims, SealError> {
        let token = Compact::parse(token)?;
        let encryption = token.encryption(match self.version {
            SealVersion::V4 => &[Encryption::A256Gcm],
            SealVersion::V5 => &[Encryption::A256CbcHs512, Encryption::A256Gcm],
        })?;
        let key = self.key(encryption, token.header.get("kid"))?;
        let plaintext = token.open(encryption, key.expose(encryption))?;
        Claims::read(&plaintext, &token.header, now)
    }

    /// Seals claims, which are JSON text, with the newest key. The initialisation vector must never be used twice.
    ///
    /// # Errors
    ///
    /// The vector has not the length of [`Keyring::iv_bytes`], or the token becomes too long.
    pub fn encode(&self, claims: &str, iv: &[u8]) -> Result<String, SealError> {
        let encryption = self.encryption();
        let header = match self.version {
            SealVersion::V4 => format!(r#"{{"alg":"dir","enc":"{}"}}"#, encryption.name()),
            SealVersion::V5 => {
                format!(r#"{{"alg":"dir","enc":"{}","kid":"{}"}}"#, encryption.name(), self.first.kid(encryption))
            }
        };
        jwe::write(encryption, self.first.expose(encryption), &header, (iv, claims.as_bytes()))
    }

    /// The length of the initialisation vector that [`Keyring::encode`] takes.
    pub fn iv_bytes(&self) -> usize {
        self.encryption().iv_bytes()
    }

    fn encryption(&self) -> Encryption {
        match self.version {
            SealVersion::V4 => Encryption::A256Gcm,
            SealVersion::V5 => Encryption::A256CbcHs512,
        }
    }

    /// The key for a token: v4 has one, v5 finds it by its identifier and takes the newest if the token names none.
    fn key(&self, encryption: Encryption, kid: Option<&Value>) -> Result<&Key, SealError> {
        let Some(kid) = kid.filter(|_| self.version == SealVersion::V5) else { return Ok(&self.first) };
        let kid = kid.as_str().ok_or(SealError::NoMatchingSecret)?;
        let mut keys = std::iter::once(&self.first).chain(&self.others);
        keys.find(|key| key.kid(encryption) == kid).ok_or(SealError::NoMatchingSecret)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = 1 + self.others.len();
        formatter.debug_struct("Keyring").field("version", &self.version).field("keys", &keys).finish_non_exhaustive()
    }
}

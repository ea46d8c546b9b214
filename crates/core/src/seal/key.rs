use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use super::{Encryption, KeyringError, SealVersion};

/// The encryption key which Auth.js derives from a secret and a salt.
#[derive(Clone)]
pub struct Key {
    bytes: Zeroizing<[u8; 64]>,
    long: String,
    short: String,
}

/// What `@panva/hkdf`, which Auth.js uses, lets pass.
const MAX_INFO_BYTES: usize = 1024;

impl Key {
    /// Derives a key: HKDF-SHA256 over the secret's bytes as they are ([RFC 5869](https://www.rfc-editor.org/rfc/rfc5869)).
    ///
    /// # Errors
    ///
    /// The secret is empty or the salt too long.
    pub fn derive(version: SealVersion, secret: &str, salt: &str) -> Result<Self, KeyringError> {
        if secret.is_empty() {
            return Err(KeyringError::EmptySecret);
        }
        let info = match (version, salt) {
            (SealVersion::V4, "") => "NextAuth.js Generated Encryption Key".to_owned(),
            (SealVersion::V4, salt) => format!("NextAuth.js Generated Encryption Key ({salt})"),
            (SealVersion::V5, salt) => format!("Auth.js Generated Encryption Key ({salt})"),
        };
        let mut bytes = Zeroizing::new([0; 64]);
        if info.len() > MAX_INFO_BYTES {
            return Err(KeyringError::SaltTooLong);
        }
        let derivation = Hkdf::<Sha256>::new(Some(salt.as_bytes()), secret.as_bytes());
        derivation.expand(info.as_bytes(), &mut *bytes).map_err(|_| KeyringError::SaltTooLong)?;
        let (long, short) = thumbprints(&bytes);
        Ok(Self { bytes, long, short })
    }

    /// Hands out the key's bytes, as many as the encryption takes. HKDF makes the shorter key a prefix of the longer one.
    pub fn expose(&self, encryption: Encryption) -> &[u8] {
        self.bytes.get(..encryption.key_bytes()).unwrap_or_default()
    }

    /// The identifier of the key: its JWK thumbprint ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)), by SHA-512
    /// for the long key and by SHA-256 for the short one.
    pub fn kid(&self, encryption: Encryption) -> &str {
        match encryption {
            Encryption::A256CbcHs512 => &self.long,
            Encryption::A256Gcm => &self.short,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(***)")
    }
}

fn thumbprints(key: &[u8; 64]) -> (String, String) {
    let jwk = |bytes: &[u8]| {
        let encoded = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes));
        Zeroizing::new(format!(r#"{{"k":"{}","kty":"oct"}}"#, *encoded))
    };
    let short = key.get(..32).unwrap_or_default();
    (
        URL_SAFE_NO_PAD.encode(Sha512::digest(jwk(key).as_bytes())),
        URL_SAFE_NO_PAD.encode(Sha256::digest(jwk(short).as_bytes())),
    )
}

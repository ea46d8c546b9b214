//! The cryptography of signed tokens: HMAC with a shared secret, and nothing else.

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use sha2::{Sha256, Sha384, Sha512};

/// What jsonwebtoken verifies with. It signs nothing and knows no public keys.
pub(super) static HMAC: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

struct Keyed<M> {
    algorithm: Algorithm,
    mac: M,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "jsonwebtoken calls it so")]
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    if key.family() != AlgorithmFamily::Hmac {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    let key = key.try_get_as_bytes()?;
    match algorithm {
        Algorithm::HS256 => keyed::<Hmac<Sha256>>(*algorithm, key),
        Algorithm::HS384 => keyed::<Hmac<Sha384>>(*algorithm, key),
        Algorithm::HS512 => keyed::<Hmac<Sha512>>(*algorithm, key),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

fn keyed<M: Mac + KeyInit + Clone + 'static>(algorithm: Algorithm, key: &[u8]) -> Result<Box<dyn JwtVerifier>> {
    let mac = <M as KeyInit>::new_from_slice(key).map_err(|_| ErrorKind::InvalidKeyFormat)?;
    Ok(Box::new(Keyed { algorithm, mac }))
}

impl<M: Mac + Clone> Verifier<Vec<u8>> for Keyed<M> {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> core::result::Result<(), signature::Error> {
        let mac = self.mac.clone().chain_update(message);
        mac.verify_slice(signature).map_err(|_| signature::Error::new())
    }
}

impl<M: Mac + Clone> JwtVerifier for Keyed<M> {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

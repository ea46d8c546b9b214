use jsonwebtoken::crypto::CryptoProvider;
use serde_json::Value;
use twinfetch_core::seal::jws::{Algorithm, DecodingKey, Verifier};
use twinfetch_core::seal::{SealError, TOLERANCE};

use crate::met;
use crate::report::{Disagreement, Outcome, Verdict};
use crate::vector::Vector;

#[cfg(not(target_arch = "wasm32"))]
const PROVIDER: &CryptoProvider = &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
#[cfg(target_arch = "wasm32")]
const PROVIDER: &CryptoProvider = &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;

/// Verifies a signed token with each of the algorithms which the vector allows.
pub(crate) fn play(vector: Vector<'_>) -> Verdict {
    if vector.number("clock_tolerance")? != u64::from(TOLERANCE) {
        return Ok(Outcome::Skipped("the tolerance is not ours".into()));
    }
    let mut got = Err(SealError::AlgorithmNotAllowed);
    for name in vector.list("allowed_algs")? {
        let name = name.as_str().unwrap_or_default();
        let Ok(algorithm) = name.parse::<Algorithm>() else {
            return Ok(Outcome::Skipped(format!("the algorithm {name} is not built")));
        };
        let key = key(vector.member("key")?, algorithm)?;
        let verifier = Verifier::new(PROVIDER, algorithm, key).map_err(|error| error.to_string())?;
        got = verifier.decode(vector.text("token")?, vector.number("now")?);
        if got.is_ok() {
            break;
        }
    }
    let expected = vector.member("expect")?;
    match (expected.truth("ok")?, got) {
        (true, Ok(claims)) => met("claims", claims_of(expected)?, claims.document()),
        (true, Err(error)) => Err(Disagreement::new("decision", "accepted", error.reason())),
        (false, Ok(_)) => Err(Disagreement::new("decision", "refused", "accepted")),
        (false, Err(_)) => Ok(Outcome::Passed),
    }
}

fn claims_of(expected: Vector<'_>) -> Result<&Value, String> {
    expected.member("jose").and_then(|jose| jose.value("claims")).or_else(|_| expected.value("claims"))
}

fn key(key: Vector<'_>, algorithm: Algorithm) -> Result<DecodingKey, String> {
    if let Some(secret) = key.optional_text("hmac_utf8")? {
        return Ok(DecodingKey::from_secret(secret.as_bytes()));
    }
    let pem = key.text("spki_pem")?.as_bytes();
    let parsed = match algorithm {
        Algorithm::EdDSA => DecodingKey::from_ed_pem(pem),
        Algorithm::ES256 | Algorithm::ES384 => DecodingKey::from_ec_pem(pem),
        _ => DecodingKey::from_rsa_pem(pem),
    };
    parsed.map_err(|error| format!("the key is not readable: {error}"))
}

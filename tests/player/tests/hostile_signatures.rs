//! Signed tokens that are not what they say.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use twinfetch_core::seal::jws::{Algorithm, DecodingKey, Verifier};
use twinfetch_core::seal::{Keyring, SealError, SealVersion};
use twinfetch_core::secret::Secret;

const NOW: u64 = 1_750_000_000;
const KEY: &[u8] = b"a shared secret of more than thirty-two bytes";

fn verifier() -> Verifier {
    Verifier::new(&DEFAULT_PROVIDER, Algorithm::HS256, DecodingKey::from_secret(KEY)).unwrap()
}

fn signed(header: &Value, claims: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &EncodingKey::from_secret(KEY), Algorithm::HS256);
    format!("{message}.{}", signature.unwrap())
}

#[test]
fn what_jsonwebtoken_signs_is_verified() {
    let claims = json!({ "sub": "42", "exp": NOW + 60 });
    let token = encode(&Header::default(), &claims, &EncodingKey::from_secret(KEY)).unwrap();
    assert_eq!(verifier().decode(&token, NOW).unwrap().document(), &claims);
    assert_eq!(verifier().decode(&token, NOW + 75).unwrap_err(), SealError::Expired);
}

/// RFC 7520, section 4.4. Its payload is prose, which is looked at only after the signature was found genuine.
#[test]
fn the_example_of_the_cookbook() {
    let example: Value = serde_json::from_str(include_str!("rfc7520/4_4.hmac-sha2_integrity_protection.json")).unwrap();
    let key = URL_SAFE_NO_PAD.decode(example["input"]["key"]["k"].as_str().unwrap()).unwrap();
    let token = example["output"]["compact"].as_str().unwrap();
    let genuine = Verifier::new(&DEFAULT_PROVIDER, Algorithm::HS256, DecodingKey::from_secret(&key)).unwrap();
    assert_eq!(genuine.decode(token, NOW), Err(SealError::PayloadNotObject));
    assert_eq!(verifier().decode(token, NOW), Err(SealError::DecryptionFailed));
}

#[test]
fn the_algorithm_is_the_callers() {
    for alg in
        [json!("none"), json!("NONE"), json!("noNE"), json!("hs256"), json!("HS512"), json!("RS256"), json!("HS256 ")]
    {
        let token = signed(&json!({ "alg": alg }), "{}");
        assert_eq!(verifier().decode(&token, NOW), Err(SealError::AlgorithmNotAllowed), "{alg}");
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert_eq!(verifier().decode(&unsigned, NOW), Err(SealError::AlgorithmNotAllowed), "{alg}");
    }
    for alg in [json!(null), json!(["HS256"]), json!("")] {
        assert_eq!(verifier().decode(&signed(&json!({ "alg": alg }), "{}"), NOW), Err(SealError::Malformed), "{alg}");
    }
}

#[test]
fn an_empty_signature_is_none() {
    let token = signed(&json!({ "alg": "HS256" }), "{}");
    let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
    assert_eq!(verifier().decode(&unsigned, NOW), Err(SealError::DecryptionFailed));
}

#[test]
fn extensions_are_refused() {
    for crit in [json!([]), json!(["b64"]), json!(["exp"]), json!("exp"), json!(null)] {
        let token = signed(&json!({ "alg": "HS256", "b64": false, "crit": crit }), "{}");
        assert_eq!(verifier().decode(&token, NOW), Err(SealError::NotSupported), "{crit}");
    }
}

#[test]
fn times_of_another_type_are_refused() {
    for claim in ["exp", "nbf", "iat"] {
        for value in [json!("1750003600"), json!(null), json!(true), json!([]), json!({})] {
            let token = signed(&json!({ "alg": "HS256" }), &json!({ claim: value }).to_string());
            assert_eq!(verifier().decode(&token, NOW), Err(SealError::ClaimInvalid { claim }), "{claim} {value}");
        }
    }
}

#[test]
fn signed_and_sealed_tokens_are_not_taken_for_each_other() {
    let keyring = Keyring::new(SealVersion::V5, &[Secret::new("secret")], "s").unwrap();
    let sealed = keyring.encode("{}", &[0; 16]).unwrap();
    assert_eq!(verifier().decode(&sealed, NOW), Err(SealError::Malformed));
    assert_eq!(keyring.decode(&signed(&json!({ "alg": "HS256" }), "{}"), NOW), Err(SealError::Malformed));
}

#[test]
fn a_key_of_another_kind_is_refused_at_once() {
    let made = Verifier::new(&DEFAULT_PROVIDER, Algorithm::RS256, DecodingKey::from_secret(KEY));
    assert_eq!(made.err(), Some(SealError::AlgorithmNotAllowed));
    assert!(!format!("{:?}", verifier()).contains("secret"));
}

use serde_json::Value;
use twinfetch_core::seal::{Encryption, Key, Keyring, SealError, json};

use crate::met;
use crate::report::{Disagreement, Outcome, Verdict};
use crate::vector::Vector;

/// Derives a key and compares it and its identifier.
pub(crate) fn key_derivation(vector: Vector<'_>) -> Verdict {
    let encryption = match vector.text("enc")? {
        "A256CBC-HS512" => Encryption::A256CbcHs512,
        "A256GCM" => Encryption::A256Gcm,
        other => return Ok(Outcome::Skipped(format!("the encryption {other} is not built"))),
    };
    let key = Key::derive(vector.version()?, vector.text("secret")?, vector.text("salt")?);
    let key = key.map_err(|error| error.to_string())?;
    met("key", &vector.bytes("key_hex")?.as_slice(), &key.expose(encryption))?;
    vector.optional_text("kid")?.map_or(Ok(Outcome::Passed), |kid| met("kid", &kid, &key.kid(encryption)))
}

/// Decodes a token and compares the claims, or the reason for which it was refused.
pub(crate) fn decode(vector: Vector<'_>) -> Verdict {
    let expected = vector.member("expect")?;
    let got = match vector.optional_text("token")?.filter(|token| !token.is_empty()) {
        Some(token) => open(vector, token)?,
        None => Ok(Value::Null),
    };
    let accepts = expected.truth("ok")?;
    match (vector.text("policy")?, got) {
        ("exact" | "may_reject", Ok(claims)) if accepts => met("claims", &claims_of(expected)?, &claims),
        ("may_reject", Err(_)) => Ok(Outcome::Passed),
        ("exact" | "must_reject_safe", Err(reason)) if !accepts => same_reason(expected, reason),
        ("exact", Err(reason)) => Err(Disagreement::new("decision", "accepted", reason)),
        ("exact" | "may_reject" | "must_reject_safe", Ok(_)) => {
            Err(Disagreement::new("decision", expected.optional_text("reason")?.unwrap_or("refused"), "accepted"))
        }
        (policy, _) => Ok(Outcome::Skipped(format!("the policy {policy} is not known"))),
    }
}

/// Writes a token and compares every byte, then reads it back.
pub(crate) fn encode(vector: Vector<'_>) -> Verdict {
    let keyring = Keyring::new(vector.version()?, &vector.secrets()?, vector.text("salt")?);
    let keyring = keyring.map_err(|error| error.to_string())?;
    let token = keyring.encode(vector.text("plaintext_utf8")?, &vector.bytes("iv_hex")?);
    met("token", &Ok(vector.text("token")?.to_owned()), &token)
}

/// The claims of a token, or the reason for which it is refused; refused too is what makes no keyring.
pub(crate) fn open(vector: Vector<'_>, token: &str) -> Result<Result<Value, &'static str>, String> {
    let (version, now) = (vector.version()?, vector.number("now")?);
    let Ok(keyring) = Keyring::new(version, &vector.secrets()?, vector.text("salt")?) else {
        return Ok(Err("other_error"));
    };
    let claims = keyring.decode(token, now);
    Ok(claims.map(twinfetch_core::seal::Claims::into_document).map_err(SealError::reason))
}

/// The claims, which are given as text only where a member of them is no Unicode.
fn claims_of(expected: Vector<'_>) -> Result<Value, String> {
    if let Ok(claims) = expected.value("claims") {
        return Ok(claims.clone());
    }
    json::parse(expected.text("claims_json")?.as_bytes()).map_err(|error| error.to_string())
}

/// A refusal counts whatever its reason: Auth.js looks at some things later than the core does.
fn same_reason(expected: Vector<'_>, reason: &str) -> Verdict {
    match expected.optional_text("reason")? {
        Some(theirs) if theirs != reason => {
            Ok(Outcome::PassedWith(format!("refused as {reason}, which Auth.js calls {theirs}")))
        }
        _ => Ok(Outcome::Passed),
    }
}

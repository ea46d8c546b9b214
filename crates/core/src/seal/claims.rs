use std::fmt;

use serde_json::{Map, Value};
use zeroize::Zeroize as _;

use super::{SealError, json};

/// How many seconds the clocks of two servers may differ.
pub const TOLERANCE: u8 = 15;

/// The claims of a token whose key and times were checked. They are wiped from memory when dropped.
#[derive(Clone, PartialEq)]
pub struct Claims(Value);

impl Claims {
    /// Reads the content of a token; `now` is in Unix seconds.
    pub(super) fn read(payload: &[u8], header: &Map<String, Value>, now: u64) -> Result<Self, SealError> {
        let claims = match json::parse(payload) {
            Ok(object @ Value::Object(_)) => Self(object),
            _ => return Err(SealError::PayloadNotObject),
        };
        claims.check_times(now)?;
        claims.check_copies(header)?;
        Ok(claims)
    }

    /// The claim of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The claims as one JSON object.
    pub fn document(&self) -> &Value {
        &self.0
    }

    /// The claims as one JSON object, which is no longer wiped when dropped.
    pub fn into_document(mut self) -> Value {
        self.0.take()
    }

    /// The moment until which the token is valid in Unix seconds, without tolerance.
    pub fn expires(&self) -> Option<f64> {
        self.get("exp")?.as_f64()
    }

    /// Whether the token says that it was issued at this moment in Unix seconds, or later.
    pub fn issued_since(&self, moment: u64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "seconds are exact in a double for millions of years")]
        self.get("iat").and_then(Value::as_f64).is_some_and(|issued| issued >= moment as f64)
    }

    /// The time claims, as `jose` checks them (RFC 7519, sections 4.1.4 to 4.1.6).
    fn check_times(&self, now: u64) -> Result<(), SealError> {
        #[expect(clippy::cast_precision_loss, reason = "seconds are exact in a double for millions of years")]
        let now = now as f64;
        self.moment("iat")?;
        if self.moment("nbf")?.is_some_and(|begin| begin > now + f64::from(TOLERANCE)) {
            return Err(SealError::NotYetValid);
        }
        if self.moment("exp")?.is_some_and(|end| end <= now - f64::from(TOLERANCE)) {
            return Err(SealError::Expired);
        }
        Ok(())
    }

    fn moment(&self, claim: &'static str) -> Result<Option<f64>, SealError> {
        let invalid = SealError::ClaimInvalid { claim };
        self.get(claim).map(|value| value.as_f64().filter(|moment| moment.is_finite()).ok_or(invalid)).transpose()
    }

    /// Claims that the header repeats have to be the same (RFC 7519, section 5.3).
    fn check_copies(&self, header: &Map<String, Value>) -> Result<(), SealError> {
        for claim in ["iss", "sub", "aud"] {
            if header.get(claim).is_some_and(|copy| self.get(claim) != Some(copy)) {
                return Err(SealError::ClaimInvalid { claim });
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Claims(***)")
    }
}

impl Drop for Claims {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Bool(_) | Value::Null | Value::Number(_) => {}
    }
}

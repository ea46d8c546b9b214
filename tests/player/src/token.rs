use serde_json::Value;
use twinfetch_core::cookie::Cookies;
use twinfetch_core::dialect::SealVersion;
use twinfetch_core::seal::Keyring;

use crate::met;
use crate::report::{Outcome, Verdict};
use crate::vector::Vector;

/// Finds the claims of a request as Auth.js' `getToken` does; what does not come from a cookie is not built.
pub(crate) fn play(vector: Vector<'_>) -> Verdict {
    let (headers, options) = (vector.member("headers")?, vector.member("options")?);
    let header = headers.optional_text("cookie")?;
    let expected = vector.member("expect")?;
    let expected = if expected.truth("ok")? { expected.value("claims")? } else { &Value::Null };
    if header.is_none() && !expected.is_null() {
        return Ok(Outcome::Skipped("a session sent as bearer token is not read".into()));
    }
    let version = vector.version()?;
    let name = match options.optional_text("cookieName")? {
        Some(name) => name.to_owned(),
        None => default_name(version, options.value("secureCookie").is_ok_and(|secure| secure == true)),
    };
    let salt = match (version, options.optional_text("salt")?) {
        (SealVersion::V4, _) => "",
        (SealVersion::V5, salt) => salt.unwrap_or(&name),
    };
    let cookies = Cookies::parse([header.unwrap_or_default().as_bytes()]);
    let keyring = Keyring::new(version, &vector.secrets()?, salt).map_err(|error| error.to_string())?;
    let raw = options.value("raw").is_ok_and(|raw| raw == true);
    let got = match cookies.session(&name) {
        Ok(Some(token)) if raw => Value::from(token),
        Ok(Some(token)) => {
            let claims = keyring.decode(&token, vector.number("now")?);
            claims.map_or(Value::Null, twinfetch_core::seal::Claims::into_document)
        }
        _ => Value::Null,
    };
    met("claims", expected, &got)
}

fn default_name(version: SealVersion, secure: bool) -> String {
    let name = match version {
        SealVersion::V4 => "next-auth.session-token",
        SealVersion::V5 => "authjs.session-token",
    };
    format!("{}{name}", if secure { "__Secure-" } else { "" })
}

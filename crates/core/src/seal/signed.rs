use crate::cookie::Cookies;
use crate::dialect::{JwsAlgorithm, RequiredClaim};
use crate::document::Document as _;
use crate::secret::Secret;

use super::hmac::HMAC;
use super::jws::{Algorithm, DecodingKey, Verifier};
use super::{Claims, KeyringError, SealError, SessionError};

/// Reads the session of an app that issues signed tokens, from the cookies of a request or from its bearer token.
///
/// ```
/// use twinfetch_core::{cookie::Cookies, dialect::JwsAlgorithm, seal::{SealError, SessionError, Signed}, secret::Secret};
/// let signed = Signed::new(JwsAlgorithm::Hs256, &[Secret::new("new"), Secret::new("old")], "token")?;
/// let cookies = Cookies::parse([b"token=forged".as_slice()]);
/// let refusal = signed.read(&cookies, None, 1_750_000_000, |_| Ok(())).unwrap_err();
/// assert_eq!(refusal, SessionError::Seal(SealError::Malformed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Signed {
    names: Vec<String>,
    verifiers: Vec<Verifier>,
    access: Option<RequiredClaim>,
    ends: bool,
}

impl Signed {
    /// Takes the one algorithm, the secrets with the newest first, and the cookie's name; a name which has a prefix already
    /// is looked for as it is.
    ///
    /// # Errors
    ///
    /// There is no secret, or an empty one.
    pub fn new(algorithm: JwsAlgorithm, secrets: &[Secret], cookie: &str) -> Result<Self, KeyringError> {
        if secrets.is_empty() {
            return Err(KeyringError::NoSecret);
        }
        let algorithm = match algorithm {
            JwsAlgorithm::Hs256 => Algorithm::HS256,
            JwsAlgorithm::Hs384 => Algorithm::HS384,
            JwsAlgorithm::Hs512 => Algorithm::HS512,
        };
        let verifier = |secret: &Secret| {
            let key =
                Some(secret.expose().as_bytes()).filter(|key| !key.is_empty()).ok_or(KeyringError::EmptySecret)?;
            Verifier::new(&HMAC, algorithm, DecodingKey::from_secret(key)).map_err(|_| KeyringError::EmptySecret)
        };
        let prefixes: &[&str] = if cookie.starts_with("__") { &[""] } else { &["__Secure-", "__Host-", ""] };
        Ok(Self {
            names: prefixes.iter().map(|prefix| format!("{prefix}{cookie}")).collect(),
            verifiers: secrets.iter().map(verifier).collect::<Result<_, _>>()?,
            access: None,
            ends: false,
        })
    }

    /// Tells an access token from other tokens under the same secret.
    #[must_use]
    pub fn access(mut self, access: Option<RequiredClaim>) -> Self {
        self.access = access;
        self
    }

    /// Refuses a token that never ends.
    #[must_use]
    pub fn ends(mut self, ends: bool) -> Self {
        self.ends = ends;
        self
    }

    /// The names under which the cookie is looked for.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The claims and the token of a request, `None` without one; `now` is in Unix seconds, and `accepts` has the last word.
    ///
    /// A bearer token is meant, a cookie comes by itself: where both come, the bearer token alone counts. Of several
    /// cookies the first one that is accepted does.
    ///
    /// # Errors
    ///
    /// Tokens came, but all are refused; this is about the first.
    pub fn read(
        &self,
        cookies: &Cookies<'_>,
        bearer: Option<&str>,
        now: u64,
        accepts: impl Fn(&Claims) -> Result<(), SealError>,
    ) -> Result<Option<(Claims, Secret)>, SessionError> {
        let cookies = self.names.iter().filter(|_| bearer.is_none()).filter_map(|name| cookies.value(name));
        let tokens = bearer.map(Into::into).into_iter().chain(cookies.filter(|value| !value.is_empty()));
        let mut refusal = None;
        for token in tokens {
            let claims = self.verify(&token, now).and_then(|claims| accepts(&claims).map(|()| claims));
            match claims {
                Ok(claims) => return Ok(Some((claims, Secret::new(token)))),
                Err(cause) => refusal = refusal.or(Some(SessionError::Seal(cause))),
            }
        }
        refusal.map_or(Ok(None), Err)
    }

    /// The claims of an access token; `now` is in Unix seconds.
    ///
    /// # Errors
    ///
    /// The token is refused; [`SealError`] says why.
    pub fn verify(&self, token: &str, now: u64) -> Result<Claims, SealError> {
        let mut refusal = SealError::NoMatchingSecret;
        for verifier in &self.verifiers {
            match verifier.decode(token, now) {
                Err(SealError::DecryptionFailed) => refusal = SealError::DecryptionFailed,
                other => return other.and_then(|claims| self.check(claims)),
            }
        }
        Err(refusal)
    }

    fn check(&self, claims: Claims) -> Result<Claims, SealError> {
        if self.ends && claims.get("exp").is_none() {
            return Err(SealError::ClaimInvalid { claim: "exp" });
        }
        let is_access = |access: &RequiredClaim| {
            let kind = claims.document().at(access.at.as_str()).and_then(|kind| kind.text());
            kind.as_deref() == Some(access.equals)
        };
        if self.access.as_ref().is_some_and(|access| !is_access(access)) {
            return Err(SealError::NotAccess);
        }
        Ok(claims)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use serde_json::{Value, json};
    use sha2::{Sha256, Sha512};

    use super::*;
    use crate::dialect::{Dialect, Seal};

    const NOW: u64 = 1_750_000_000;

    fn token(header: &Value, claims: &Value, secret: &str) -> String {
        let signed = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let mac = if header["alg"] == "HS512" {
            let mac = Hmac::<Sha512>::new_from_slice(secret.as_bytes()).unwrap();
            mac.chain_update(&signed).finalize().into_bytes().to_vec()
        } else {
            let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
            mac.chain_update(&signed).finalize().into_bytes().to_vec()
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    fn hs256(claims: &Value, secret: &str) -> String {
        token(&json!({ "alg": "HS256", "typ": "JWT" }), claims, secret)
    }

    fn signed() -> Signed {
        let Seal::Jws { algorithm, access, .. } = Dialect::dual_token().seal else { panic!("no jws") };
        let secrets = [Secret::new("new"), Secret::new("old")];
        Signed::new(algorithm, &secrets, "t").unwrap().access(access).ends(true)
    }

    fn good() -> Value {
        json!({ "sub": "ada", "type": "access", "iat": NOW - 10, "exp": NOW + 10 })
    }

    fn read(cookie: &str, bearer: Option<&str>) -> Result<Option<String>, SessionError> {
        let cookies = Cookies::parse([cookie.as_bytes()]);
        let found = signed().read(&cookies, bearer, NOW, |_| Ok(()))?;
        Ok(found.map(|(claims, _)| claims.get("sub").unwrap().as_str().unwrap().to_owned()))
    }

    #[test]
    fn a_cookie_is_read_under_each_of_its_names_and_secrets() {
        for name in ["t", "__Secure-t", "__Host-t"] {
            for secret in ["new", "old"] {
                assert_eq!(read(&format!("{name}={}", hs256(&good(), secret)), None), Ok(Some("ada".into())));
            }
        }
        assert_eq!(read("other=1", None), Ok(None));
        assert_eq!(read("t=", None), Ok(None));
    }

    #[test]
    fn a_bearer_token_alone_counts_beside_a_cookie() {
        let (ada, grace) = (hs256(&good(), "new"), json!({ "sub": "grace", "type": "access", "exp": NOW + 10 }));
        let cookie = format!("t={ada}");
        assert_eq!(read(&cookie, Some(&hs256(&grace, "new"))), Ok(Some("grace".into())));
        assert_eq!(read(&cookie, Some("x")), Err(SessionError::Seal(SealError::Malformed)));
    }

    #[test]
    fn the_algorithm_is_the_dialects_own() {
        for alg in ["HS512", "none", "RS256", "hs256"] {
            let token = token(&json!({ "alg": alg }), &good(), "new");
            assert_eq!(signed().verify(&token, NOW).unwrap_err(), SealError::AlgorithmNotAllowed, "{alg}");
        }
        let unsigned = hs256(&good(), "new").rsplit_once('.').unwrap().0.to_owned() + ".";
        assert_eq!(signed().verify(&unsigned, NOW).unwrap_err(), SealError::DecryptionFailed);
        assert_eq!(signed().verify(&hs256(&good(), "other"), NOW).unwrap_err(), SealError::DecryptionFailed);
        for (algorithm, name) in [(JwsAlgorithm::Hs512, "HS512"), (JwsAlgorithm::Hs256, "HS256")] {
            let signed = Signed::new(algorithm, &[Secret::new("s")], "t").unwrap();
            assert!(signed.verify(&token(&json!({ "alg": name }), &good(), "s"), NOW).is_ok());
        }
    }

    #[test]
    fn the_kind_and_the_times_of_a_token_are_checked() {
        let refusal = |change: &dyn Fn(&mut Value)| {
            let mut claims = good();
            change(&mut claims);
            signed().verify(&hs256(&claims, "new"), NOW).err()
        };
        assert_eq!(refusal(&|_| {}), None);
        assert_eq!(refusal(&|claims| claims["type"] = "refresh".into()), Some(SealError::NotAccess));
        assert_eq!(refusal(&|claims| claims["type"] = json!(["access"])), Some(SealError::NotAccess));
        assert_eq!(refusal(&|claims| claims["type"] = Value::Null), Some(SealError::NotAccess));
        assert_eq!(refusal(&|claims| claims["exp"] = (NOW - 14).into()), None);
        assert_eq!(refusal(&|claims| claims["exp"] = (NOW - 15).into()), Some(SealError::Expired));
        assert_eq!(refusal(&|claims| claims["nbf"] = (NOW + 15).into()), None);
        assert_eq!(refusal(&|claims| claims["nbf"] = (NOW + 16).into()), Some(SealError::NotYetValid));
        for claim in ["exp", "nbf", "iat"] {
            let invalid = Some(SealError::ClaimInvalid { claim });
            assert_eq!(refusal(&|claims| claims[claim] = (NOW + 5).to_string().into()), invalid);
        }
        let endless = |claims: &mut Value| drop(claims.as_object_mut().unwrap().remove("exp"));
        assert_eq!(refusal(&endless), Some(SealError::ClaimInvalid { claim: "exp" }));
    }

    #[test]
    fn the_callers_word_is_the_last() {
        let token = hs256(&good(), "new");
        let cookies = Cookies::parse([]);
        let read = |cut_off: u64| {
            let accepts = |claims: &Claims| if claims.issued_since(cut_off) { Ok(()) } else { Err(SealError::Revoked) };
            signed().read(&cookies, Some(&token), NOW, accepts).map(|found| found.is_some())
        };
        assert_eq!(read(NOW - 10), Ok(true));
        assert_eq!(read(NOW - 9), Err(SessionError::Seal(SealError::Revoked)));
        let timeless = hs256(&json!({ "type": "access", "exp": NOW }), "new");
        assert!(!signed().verify(&timeless, NOW).unwrap().issued_since(0));
    }

    #[test]
    fn without_secrets_there_is_nothing_to_verify_with() {
        assert_eq!(Signed::new(JwsAlgorithm::Hs256, &[], "t").unwrap_err(), KeyringError::NoSecret);
        let empty = [Secret::new("a"), Secret::new("")];
        assert_eq!(Signed::new(JwsAlgorithm::Hs256, &empty, "t").unwrap_err(), KeyringError::EmptySecret);
    }
}

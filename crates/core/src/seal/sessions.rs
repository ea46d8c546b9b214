use std::fmt;

use crate::cookie::{Broken, Cookies};
use crate::secret::Secret;

use super::{Claims, Keyring, KeyringError, SealError, SealVersion};

/// Reads the session of an app from the cookies of a request.
///
/// An app under HTTPS prefixes its cookie's name. So `__Secure-`, `__Host-` and the plain name are looked for in this
/// order, each with the keys for that name, chunks before a bare cookie. The first one that opens counts: a leftover
/// signs nobody out.
#[derive(Clone, Debug)]
pub struct Sessions {
    keyrings: Vec<(String, Keyring)>,
}

impl Sessions {
    /// Derives the keys for a cookie; a name which has a prefix already is looked for as it is.
    ///
    /// # Errors
    ///
    /// The secrets or the name make no keyring.
    pub fn new(version: SealVersion, secrets: &[Secret], cookie: &str) -> Result<Self, KeyringError> {
        let prefixes: &[&str] = if cookie.starts_with("__") { &[""] } else { &["__Secure-", "__Host-", ""] };
        let keyring = |prefix: &&str| {
            let name = format!("{prefix}{cookie}");
            let salt = match version {
                SealVersion::V4 => "",
                SealVersion::V5 => &name,
            };
            let keyring = Keyring::new(version, secrets, salt)?;
            Ok((name, keyring))
        };
        Ok(Self { keyrings: prefixes.iter().map(keyring).collect::<Result<_, _>>()? })
    }

    /// The claims of the request's session, `None` without one; `now` is in Unix seconds.
    ///
    /// # Errors
    ///
    /// Session cookies are there, but all are in pieces or refused; this is about the first.
    pub fn read(&self, cookies: &Cookies<'_>, now: u64) -> Result<Option<Claims>, SessionError> {
        let mut refusal = None;
        for (name, keyring) in &self.keyrings {
            let bare = cookies.value(name).filter(|value| !value.is_empty()).map(Ok);
            for value in [cookies.session(name).transpose(), bare].into_iter().flatten() {
                let token = value.map_err(SessionError::Cookie);
                match token.and_then(|token| keyring.decode(&token, now).map_err(SessionError::Seal)) {
                    Ok(claims) => return Ok(Some(claims)),
                    Err(error) => refusal = refusal.or(Some(error)),
                }
            }
        }
        refusal.map_or(Ok(None), Err)
    }
}

/// Why the session cookie of a request gives no claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionError {
    /// The cookies do not make a value.
    Cookie(Broken),
    /// The value is refused.
    Seal(SealError),
}

impl fmt::Display for SessionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cookie(cause) => cause.fmt(formatter),
            Self::Seal(cause) => cause.fmt(formatter),
        }
    }
}

impl std::error::Error for SessionError {}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_750_000_000;

    fn secrets() -> [Secret; 1] {
        [Secret::new("secret")]
    }

    fn token(salt: &str, claims: &str) -> String {
        Keyring::new(SealVersion::V5, &secrets(), salt).unwrap().encode(claims, &[3; 16]).unwrap()
    }

    fn read(header: &str) -> Result<Option<String>, SessionError> {
        let sessions = Sessions::new(SealVersion::V5, &secrets(), "s").unwrap();
        let claims = sessions.read(&Cookies::parse([header.as_bytes()]), NOW)?;
        Ok(claims.and_then(|claims| Some(claims.get("sub")?.as_str()?.to_owned())))
    }

    #[test]
    fn every_prefix_has_its_own_keys() {
        for name in ["s", "__Secure-s", "__Host-s"] {
            let header = format!("{name}={}", token(name, r#"{"sub":"ada"}"#));
            assert_eq!(read(&header), Ok(Some("ada".into())));
        }
        let other = format!("s={}", token("__Secure-s", "{}"));
        assert_eq!(read(&other), Err(SessionError::Seal(SealError::NoMatchingSecret)));
    }

    #[test]
    fn the_secure_name_comes_first() {
        let (plain, secure) = (token("s", r#"{"sub":"ada"}"#), token("__Secure-s", r#"{"sub":"grace"}"#));
        assert_eq!(read(&format!("s={plain}; __Secure-s={secure}")), Ok(Some("grace".into())));
    }

    #[test]
    fn a_leftover_signs_nobody_out() {
        let plain = token("s", r#"{"sub":"ada"}"#);
        for leftover in ["__Secure-s=garbage", "__Secure-s.1=half", "s.0=old", "s.4=old", "s-backup=x", "__Host-s="] {
            assert_eq!(read(&format!("{leftover}; s={plain}")), Ok(Some("ada".into())), "{leftover}");
        }
    }

    #[test]
    fn no_cookie_is_no_session_and_a_bad_one_is_an_error() {
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("s=garbage"), Err(SessionError::Seal(SealError::Malformed)));
        assert_eq!(read("s.1=x"), Err(SessionError::Cookie(Broken::ChunkMissing { index: 0 })));
        let expired = token("s", r#"{"exp":1}"#);
        assert_eq!(read(&format!("s={expired}")), Err(SessionError::Seal(SealError::Expired)));
    }
}

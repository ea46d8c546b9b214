//! A session that this server keeps by itself: two tokens, sealed in a cookie which is twinfetch's own.

mod opened;

pub(crate) use opened::Opened;

use std::time::Duration;

use http::HeaderValue;
use serde::Serialize;
use serde_json::Value;
use twinfetch_core::cookie::{Cookies, SessionCookie};
use twinfetch_core::error::{Code, Error as Reason};
use twinfetch_core::seal::{Claims, Keyring, KeyringError, SealError, SealVersion, SessionError};
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Tokens, is_bearer};
use uuid::Uuid;

use crate::relay;
use crate::renewals::{Pair, SessionId};

/// The cookie's name without a prefix.
pub(crate) const NAME: &str = "twinfetch.session";

/// How long a session lives unless the app says it: as in Auth.js.
pub(crate) const MAX_AGE: Duration = Duration::from_hours(30 * 24);

/// No browser keeps a cookie for longer (RFC 6265bis §5.5).
pub(crate) const LONGEST_AGE: Duration = Duration::from_hours(400 * 24);

/// What tells the content from every other that may be sealed with the same secrets.
const PURPOSE: &str = "twinfetch session";

/// As Auth.js v5 cuts its cookies.
const CHUNK_SIZE: usize = 3936;

/// How the sessions of one app are kept.
pub(crate) struct OwnSession {
    cookie: SessionCookie,
    keyring: Keyring,
    max_age: u64,
}

/// One session that is kept so, beside its tokens.
#[derive(Clone)]
pub(crate) struct Owned {
    pub(crate) id: SessionId,
    /// How often it was renewed.
    pub(crate) generation: u64,
    /// In Unix seconds. No renewal moves it, so that none makes the session live longer.
    pub(crate) signed_in_at: u64,
    /// When the tokens came from the backend, in Unix seconds.
    pub(crate) obtained_at: u64,
    /// The cookies of this kind that the browser has, which new ones replace.
    pub(crate) received: Vec<String>,
}

/// What is sealed, in the words of JWT where it has some.
#[derive(Serialize)]
struct Content<'a> {
    purpose: &'static str,
    sid: String,
    generation: u64,
    auth_time: u64,
    iat: u64,
    exp: u64,
    access_token: &'a str,
    refresh_token: Option<&'a str>,
}

impl OwnSession {
    /// Derives the keys; `secure` cookies are for HTTPS only, and then no sibling host can set them either.
    pub(crate) fn new(name: &str, secure: bool, secrets: &[Secret], max_age: Duration) -> Result<Self, KeyringError> {
        let prefix = if secure && !name.starts_with("__") { "__Host-" } else { "" };
        let name = format!("{prefix}{name}");
        let keyring = Keyring::new(SealVersion::V5, secrets, &name)?;
        let cookie = SessionCookie { name, chunk_size: CHUNK_SIZE, secure };
        Ok(Self { cookie, keyring, max_age: max_age.as_secs() })
    }

    /// Begins a session of somebody who signs in; `now` is in Unix seconds.
    pub(crate) fn begin(&self, received: &Cookies<'_>, now: u64) -> Owned {
        let received = self.names(received);
        Owned { id: SessionId::fresh(), generation: 0, signed_in_at: now, obtained_at: now, received }
    }

    /// The session of a request, `None` without one.
    pub(crate) fn read(&self, cookies: &Cookies<'_>, now: u64) -> Result<Option<(Owned, Tokens)>, SessionError> {
        let Some(token) = cookies.session(&self.cookie.name).map_err(SessionError::Cookie)? else { return Ok(None) };
        let claims = self.keyring.decode(&token, now).map_err(SessionError::Seal)?;
        let (owned, tokens) =
            content(&claims).map_err(|claim| SessionError::Seal(SealError::ClaimInvalid { claim }))?;
        Ok(Some((Owned { received: self.names(cookies), ..owned }, tokens)))
    }

    /// The `Set-Cookie` lines by which a browser keeps a session: all of it, or none.
    pub(crate) fn write(&self, owned: &Owned, tokens: &Tokens) -> Result<Vec<HeaderValue>, Reason> {
        let exp = owned.signed_in_at.saturating_add(self.max_age);
        let content = Content {
            purpose: PURPOSE,
            sid: owned.id.0.to_string(),
            generation: owned.generation,
            auth_time: owned.signed_in_at,
            iat: owned.obtained_at,
            exp,
            access_token: tokens.access.expose(),
            refresh_token: tokens.refresh.as_ref().map(Secret::expose),
        };
        let content = Secret::new(serde_json::to_string(&content).map_err(|_| too_large())?);
        let mut iv = vec![0; self.keyring.iv_bytes()];
        getrandom::fill(&mut iv).map_err(|_| Reason::new(Code::ServerFailed))?;
        let sealed = self.keyring.encode(content.expose(), &iv).map_err(|_| too_large())?;
        let cookies = self.cookie.write(&owned.received(), &sealed, Some(exp)).map_err(|_| too_large())?;
        Ok(cookies.iter().filter_map(relay::line).collect())
    }

    /// The lines which delete what a browser has of a session.
    pub(crate) fn clear(&self, received: &Cookies<'_>) -> Vec<HeaderValue> {
        self.cookie.clear(received).iter().filter_map(relay::line).collect()
    }

    fn names(&self, received: &Cookies<'_>) -> Vec<String> {
        received.session_names(&self.cookie.name).into_iter().map(str::to_owned).collect()
    }
}

impl Owned {
    /// The same session with a newer pair.
    pub(crate) fn renewed(&self, newer: &Pair) -> Self {
        let obtained_at = newer.obtained_at.map_or(self.obtained_at, |at| at / 1_000);
        Self { generation: newer.generation, obtained_at, ..self.clone() }
    }

    /// The cookies of this kind that the browser has, without their values.
    pub(crate) fn received(&self) -> Cookies<'_> {
        self.received.iter().map(|name| (name.as_str(), "")).collect()
    }
}

/// Reads what was sealed, or says which claim is not as it was written.
fn content(claims: &Claims) -> Result<(Owned, Tokens), &'static str> {
    let text = |name: &'static str| claims.get(name).and_then(Value::as_str).ok_or(name);
    let number = |name: &'static str| claims.get(name).and_then(Value::as_u64).ok_or(name);
    if text("purpose")? != PURPOSE {
        return Err("purpose");
    }
    // A session without an end is none of ours.
    number("exp")?;
    let id = Uuid::try_parse(text("sid")?).map_err(|_| "sid")?;
    let access = Some(text("access_token")?).filter(|token| is_bearer(token)).ok_or("access_token")?;
    let refresh = match claims.get("refresh_token") {
        None | Some(Value::Null) => None,
        Some(_) => Some(Secret::new(text("refresh_token")?)),
    };
    let owned = Owned {
        id: SessionId(id),
        generation: number("generation")?,
        signed_in_at: number("auth_time")?,
        obtained_at: number("iat")?,
        received: Vec::new(),
    };
    Ok((owned, Tokens { access: Secret::new(access), refresh }))
}

/// What cannot be sealed cannot be kept.
fn too_large() -> Reason {
    Reason::new(Code::SessionTooLarge)
}

//! Cookies for the browser: those that the backend sets and the dialect knows, and the app's own.

use std::time::UNIX_EPOCH;

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use twinfetch_core::cookie::{Cookies, SessionCookie, SetCookie};
use twinfetch_core::session::Tokens;

use crate::client::ServerClient;
use crate::visitor::{forwarded, mirrored};

/// The lines for cookies that the dialect knows. `Domain` is the backend's and falls away: each cookie is the app's own.
pub(crate) fn known(lines: &[HeaderValue], client: &ServerClient) -> Vec<HeaderValue> {
    let known = |line: &HeaderValue| {
        let (name, _) = pair(line)?;
        is_known(name, client).then(|| without_domain(line)).flatten()
    };
    lines.iter().filter_map(known).collect()
}

/// Name and value of a line, the value as it is on the wire.
pub(crate) fn pair(line: &HeaderValue) -> Option<(&str, &str)> {
    let line = line.to_str().ok()?;
    let (name, value) = line.split(';').next()?.split_once('=')?;
    Some((name.trim(), value.trim()))
}

/// The cookie with an access token that this server can verify, for an app which signs its users in by itself.
pub(crate) fn access_cookie(tokens: Option<&Tokens>, client: &ServerClient) -> Option<HeaderValue> {
    let name = client.access_cookie()?;
    let Some(tokens) = tokens else { return line(&deletion(name)) };
    let now = client.now();
    let Some(claims) = client.seal().verify(&tokens.access, now) else {
        tracing::warn!("the backend's token is not one that this server can verify, so that no cookie is made of it");
        return None;
    };
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast of a double stops at its bounds"
    )]
    let max_age = claims.expires().map(|end| (end - now).max(0.0) as u64);
    let secure = client.is_secure();
    line(&SetCookie { max_age, secure, ..SetCookie::new(name, tokens.access.expose()) })
}

/// The lines which delete what a browser has of a session.
pub(crate) fn deletions(cookies: &Cookies<'_>, client: &ServerClient) -> Vec<HeaderValue> {
    let names = client.session_names().iter().flat_map(|name| {
        let cookie = SessionCookie { name: name.clone(), chunk_size: 1, secure: name.starts_with("__") };
        cookie.clear(cookies)
    });
    let passed_on = forwarded(client.dialect()).unwrap_or_default().iter();
    let passed_on = passed_on.filter(|name| cookies.iter().any(|(known, _)| known == **name));
    let lines = names.chain(passed_on.map(|name| deletion(name))).filter_map(|cookie| line(&cookie));
    lines.chain(client.own_session().into_iter().flat_map(|own_session| own_session.clear(cookies))).collect()
}

/// Appends lines to a response. Whatever the app itself says of a cookie stays.
pub(crate) fn append(headers: &mut HeaderMap, lines: Vec<HeaderValue>) {
    for line in lines {
        let Some((name, _)) = pair(&line) else { continue };
        let said = headers.get_all(SET_COOKIE).iter().any(|said| pair(said).is_some_and(|(known, _)| known == name));
        if !said {
            headers.append(SET_COOKIE, line);
        }
    }
}

/// Of several lines for one cookie, the last.
pub(crate) fn last_of_each(lines: Vec<HeaderValue>) -> Vec<HeaderValue> {
    let mut last: Vec<HeaderValue> = Vec::new();
    for line in lines {
        last.retain(|known| pair(known).map(|(name, _)| name) != pair(&line).map(|(name, _)| name));
        last.push(line);
    }
    last
}

/// Whether a cookie is the session's, or a part of it.
pub(crate) fn is_of_session(name: &str, client: &ServerClient) -> bool {
    let one = Cookies::from_iter([(name, "")]);
    client.session_names().iter().any(|known| !one.session_names(known).is_empty())
}

fn is_known(name: &str, client: &ServerClient) -> bool {
    is_of_session(name, client)
        || forwarded(client.dialect()).unwrap_or_default().contains(&name)
        || mirrored(client.dialect()) == Some(name)
}

fn without_domain(line: &HeaderValue) -> Option<HeaderValue> {
    let kept: Vec<&str> = line.to_str().ok()?.split(';').map(str::trim).filter(|part| !is_domain(part)).collect();
    HeaderValue::from_str(&kept.join("; ")).ok().map(sensitive)
}

fn is_domain(part: &str) -> bool {
    part.split('=').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("domain"))
}

fn deletion(name: &str) -> SetCookie {
    SetCookie { max_age: Some(0), secure: name.starts_with("__"), ..SetCookie::new(name, "") }
}

pub(crate) fn line(cookie: &SetCookie) -> Option<HeaderValue> {
    HeaderValue::from_str(&cookie.to_string()).ok().map(sensitive)
}

fn sensitive(mut line: HeaderValue) -> HeaderValue {
    line.set_sensitive(true);
    line
}

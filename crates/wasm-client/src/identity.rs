//! What a session endpoint's answer says, for both drivers of this crate.

use twinfetch_core::address::{BaseUrl, Path};
use twinfetch_core::dialect::{Dialect, Identity, Site};
use twinfetch_core::document::Document as _;
use twinfetch_core::error::Error;
use twinfetch_core::head::Head;
use twinfetch_core::session::{Authenticated, Session, Standing, identify};
use twinfetch_core::token;
use wasm_bindgen::prelude::*;

use crate::document::JsDocument;

/// Where the session is read.
pub(crate) fn url(dialect: &Dialect, app: &BaseUrl, backend: &BaseUrl) -> Result<String, Error> {
    let Identity::Endpoint { site, path, .. } = &dialect.identity;
    let base = match site {
        Site::App => app,
        Site::Backend => backend,
    };
    Ok(base.join(&Path::parse(path.as_str(), base)?))
}

/// The session that an answer tells.
pub(crate) fn session(dialect: &Dialect, head: &Head, document: Option<JsDocument>) -> Result<Session<JsValue>, Error> {
    let Identity::Endpoint { absent, session: fields, .. } = &dialect.identity;
    let standing = identify(fields, absent, head, document.as_ref().filter(|_| head.is_json()))?;
    Ok(match (standing, document) {
        (Standing::Authenticated(access_token), Some(JsDocument(claims))) => {
            let user =
                JsDocument(claims.clone()).at(fields.user.as_str()).and_then(|user| user.json()).unwrap_or_default();
            let expires_at = access_token.as_ref().and_then(|token| expires_at(token.expose()));
            Session::Authenticated(Authenticated { claims, user, access_token, expires_at })
        }
        _ => Session::Anonymous,
    })
}

/// When an access token says that it ends, in milliseconds since 1970.
fn expires_at(token: &str) -> Option<u64> {
    let plain = |character| match character {
        '-' => '+',
        '_' => '/',
        other => other,
    };
    let payload: String = token::payload(token)?.chars().map(plain).collect();
    token::expires_at(&JsDocument::parse(&decode_base64(&payload).ok()?).ok()?)
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = atob)]
    fn decode_base64(text: &str) -> Result<JsValue, JsValue>;
}

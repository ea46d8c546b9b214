//! What a session document says, for both drivers of this crate.

use twinfetch_core::dialect::{Dialect, Identity};
use twinfetch_core::document::Document as _;
use twinfetch_core::session::{Authenticated, Session, Standing, Tokens};
use twinfetch_core::token::{self, Lifetime};
use wasm_bindgen::prelude::*;

use crate::document::JsDocument;

/// The session that a document tells; `tokens` are those which the client keeps.
pub(crate) fn session(
    dialect: &Dialect,
    standing: Standing,
    JsDocument(claims): JsDocument,
    tokens: Option<&Tokens>,
) -> Session<JsValue> {
    let Identity::Endpoint { session: fields, .. } = &dialect.identity;
    match standing {
        Standing::Authenticated(access_token) => {
            let user =
                JsDocument(claims.clone()).at(fields.user.as_str()).and_then(|user| user.json()).unwrap_or_default();
            let access_token = access_token.or_else(|| Some(tokens?.access.clone()));
            let expires_at = access_token.as_ref().and_then(|token| expires_at(token.expose()));
            Session::Authenticated(Authenticated { claims, user, access_token, expires_at })
        }
        Standing::Anonymous => Session::Anonymous,
    }
}

/// When an access token says that it ends, in milliseconds since 1970.
pub(crate) fn expires_at(token: &str) -> Option<u64> {
    lifetime(token).map(|lifetime| lifetime.expires_at)
}

/// How long an access token says that it lives.
pub(crate) fn lifetime(token: &str) -> Option<Lifetime> {
    let plain = |character| match character {
        '-' => '+',
        '_' => '/',
        other => other,
    };
    let payload: String = token::payload(token)?.chars().map(plain).collect();
    Lifetime::of(&JsDocument::parse(&decode_base64(&payload).ok()?).ok()?)
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = atob)]
    fn decode_base64(text: &str) -> Result<JsValue, JsValue>;
}

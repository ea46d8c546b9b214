//! What JavaScript gets: plain objects.

use js_sys::{Array, Object, Reflect};
use twinfetch_core::call::{Content, Encoding, Request};
use twinfetch_core::dialect::{Dialect, Identity};
use twinfetch_core::document::Document;
use twinfetch_core::error::Error;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Session, Tokens};
use twinfetch_core::verb::LinkToken;
use wasm_bindgen::prelude::*;

use crate::document::JsDocument;
use crate::identity::expires_at;

pub(super) fn text(text: Option<&str>) -> JsValue {
    text.map_or(JsValue::UNDEFINED, JsValue::from_str)
}

pub(super) fn set(object: &Object, name: &str, value: &JsValue) {
    if !value.is_undefined() {
        drop(Reflect::set(object, &JsValue::from_str(name), value));
    }
}

pub(super) fn request_value(value: &Object, request: &Request) {
    let headers = Array::new();
    let pair = |name: &str, value: &str| headers.push(&Array::of2(&JsValue::from_str(name), &JsValue::from_str(value)));
    for (name, value) in &request.headers {
        pair(name, value);
    }
    if let Some(authorization) = &request.authorization {
        pair("authorization", authorization.expose());
    }
    set(value, "method", &JsValue::from_str(request.method.as_str()));
    set(value, "url", &JsValue::from_str(&request.url));
    set(value, "headers", &headers);
    set(value, "credentials", &JsValue::from_str(request.credentials.as_str()));
    match &request.content {
        Content::Nothing => {}
        Content::Caller => set(value, "body", &JsValue::TRUE),
        Content::Members(members) => {
            let body = Object::new();
            for (name, text) in &members.list {
                set(&body, name, &JsValue::from_str(text.expose()));
            }
            set(value, "body", &body);
            set(value, "form", &(members.encoding == Encoding::Form).into());
        }
    }
    set(value, "follow", &request.may_be_redirected_anywhere().into());
}

pub(super) fn session_value(session: &Session<JsValue>, dialect: &Dialect) -> JsValue {
    let value = Object::new();
    let status = match session {
        Session::Authenticated(session) => {
            let Identity::Endpoint { session: fields, .. } = &dialect.identity;
            let claims = JsDocument(session.claims.clone());
            set(&value, "user", &claims.at(fields.user.as_str()).map_or(JsValue::UNDEFINED, |user| user.0));
            set(&value, "accessToken", &text(session.access_token.as_ref().map(Secret::expose)));
            let expires = fields.expires.as_ref().and_then(|pointer| claims.at(pointer.as_str()));
            set(&value, "expires", &expires.map_or(JsValue::UNDEFINED, |expires| expires.0));
            set(&value, "claims", &claims.0);
            "authenticated"
        }
        Session::Anonymous => "anonymous",
        Session::Unknown(error) => {
            set(&value, "error", &failure(error));
            "unknown"
        }
    };
    set(&value, "status", &JsValue::from_str(status));
    value.into()
}

pub(super) fn tokens_value(tokens: Option<&Tokens>) -> JsValue {
    let Some(tokens) = tokens else { return JsValue::UNDEFINED };
    let value = Object::new();
    set(&value, "access", &JsValue::from_str(tokens.access.expose()));
    set(&value, "refresh", &text(tokens.refresh.as_ref().map(Secret::expose)));
    set(&value, "expires", &moment(expires_at(tokens.access.expose())));
    value.into()
}

pub(super) fn link_value(link: &LinkToken) -> JsValue {
    let value = Object::new();
    set(&value, "token", &JsValue::from_str(link.token.expose()));
    set(&value, "expires", &moment(link.expires_at));
    value.into()
}

#[expect(clippy::cast_precision_loss, reason = "a moment in milliseconds is exact for 200,000 years")]
fn moment(at: Option<u64>) -> JsValue {
    at.map(|at| at as f64).into()
}

pub(super) fn failure(error: &Error) -> JsValue {
    let value = Object::new();
    set(&value, "kind", &JsValue::from_str(error.kind().name()));
    set(&value, "code", &JsValue::from_str(error.code().name()));
    set(&value, "message", &JsValue::from_str(error.message()));
    set(&value, "retryable", &error.retryable().into());
    set(&value, "status", &error.status().into());
    set(&value, "requestId", &text(error.request_id()));
    set(&value, "retryAfter", &moment(error.retry_after()));
    value.into()
}

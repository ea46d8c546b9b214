//! What JavaScript gets: plain objects.

use js_sys::{Array, Object, Reflect};
use twinfetch_core::call::Request;
use twinfetch_core::dialect::{Dialect, Identity};
use twinfetch_core::document::Document;
use twinfetch_core::error::Error;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::Session;
use wasm_bindgen::prelude::*;

use crate::document::JsDocument;

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
    set(value, "body", &request.with_body.into());
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

pub(super) fn failure(error: &Error) -> JsValue {
    let value = Object::new();
    set(&value, "kind", &JsValue::from_str(error.kind().name()));
    set(&value, "code", &JsValue::from_str(error.code().name()));
    set(&value, "message", &JsValue::from_str(error.message()));
    set(&value, "retryable", &error.retryable().into());
    set(&value, "status", &error.status().into());
    set(&value, "requestId", &text(error.request_id()));
    #[expect(clippy::cast_precision_loss, reason = "a wait is at most an hour")]
    set(&value, "retryAfter", &error.retry_after().map(|wait| wait as f64).into());
    value.into()
}

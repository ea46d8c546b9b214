//! What JavaScript gets: plain objects.

use js_sys::Array;
use twinfetch_core::call::{Content, Encoding, Request};
use twinfetch_core::dialect::{Dialect, Identity};
use twinfetch_core::document::Document;
use twinfetch_core::download::Pace;
use twinfetch_core::error::Error;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Session, Tokens};
use twinfetch_core::verb::LinkToken;
use wasm_bindgen::prelude::*;

use crate::document::JsDocument;
use crate::identity::expires_at;

#[wasm_bindgen]
extern "C" {
    /// A plain object that is being filled. Its texts go to JavaScript as they are, without a handle for each.
    #[wasm_bindgen(js_name = Object)]
    pub(super) type Record;

    #[wasm_bindgen(constructor, js_class = "Object")]
    pub(super) fn new() -> Record;

    #[wasm_bindgen(method, structural, indexing_setter)]
    pub(super) fn text(this: &Record, name: &str, value: &str);

    #[wasm_bindgen(method, structural, indexing_setter)]
    pub(super) fn number(this: &Record, name: &str, value: f64);

    #[wasm_bindgen(method, structural, indexing_setter)]
    pub(super) fn flag(this: &Record, name: &str, value: bool);

    #[wasm_bindgen(method, structural, indexing_setter)]
    pub(super) fn set(this: &Record, name: &str, value: &JsValue);

    /// A list of two texts.
    #[wasm_bindgen(js_namespace = Array, js_name = of)]
    pub(super) fn pair(first: &str, second: &str) -> JsValue;
}

impl Record {
    pub(super) fn some_text(&self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// A moment in milliseconds since 1970, or a time.
    #[expect(clippy::cast_precision_loss, reason = "a moment in milliseconds is exact for 200,000 years")]
    pub(super) fn some_time(&self, name: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.number(name, value as f64);
        }
    }

    pub(super) fn some_value(&self, name: &str, value: Option<JsDocument>) {
        if let Some(JsDocument(value)) = value {
            self.set(name, &value);
        }
    }
}

pub(super) fn request_value(value: &Record, request: &Request) {
    let headers = Array::new();
    for (name, text) in &request.headers {
        headers.push(&pair(name, text));
    }
    if let Some(authorization) = &request.authorization {
        headers.push(&pair("authorization", authorization.expose()));
    }
    value.text("method", request.method.as_str());
    value.text("url", &request.url);
    value.set("headers", &headers);
    value.text("credentials", request.credentials.as_str());
    match &request.content {
        Content::Nothing => {}
        Content::Caller => value.flag("body", true),
        Content::Members(members) => {
            let body = Record::new();
            for (name, text) in &members.list {
                body.text(name, text.expose());
            }
            value.set("body", &body);
            value.flag("form", members.encoding == Encoding::Form);
        }
    }
}

pub(super) fn session(session: Option<&Session<JsValue>>, dialect: &Dialect) -> JsValue {
    let Some(session) = session else { return JsValue::UNDEFINED };
    let value = Record::new();
    let status = match session {
        Session::Authenticated(session) => {
            let Identity::Endpoint { session: fields, .. } = dialect.identity;
            let claims = JsDocument(session.claims.clone());
            value.some_value("user", claims.at(fields.user.as_str()));
            value.some_text("accessToken", session.access_token.as_ref().map(Secret::expose));
            value.some_value("expires", fields.expires.and_then(|pointer| claims.at(pointer.as_str())));
            value.set("claims", &claims.0);
            "authenticated"
        }
        Session::Anonymous => "anonymous",
        Session::Unknown(error) => {
            value.set("error", &failure(error));
            "unknown"
        }
    };
    value.text("status", status);
    value.into()
}

pub(super) fn tokens(tokens: Option<&Tokens>) -> JsValue {
    let Some(tokens) = tokens else { return JsValue::UNDEFINED };
    let value = Record::new();
    value.text("access", tokens.access.expose());
    value.some_text("refresh", tokens.refresh.as_ref().map(Secret::expose));
    value.some_time("expires", expires_at(tokens.access.expose()));
    value.into()
}

pub(super) fn pace(pace: Option<Pace>) -> JsValue {
    let Some(pace) = pace else { return JsValue::UNDEFINED };
    let value = Record::new();
    for (name, number) in [("rate", pace.rate), ("remaining", pace.remaining)] {
        if let Some(number) = number {
            value.number(name, number);
        }
    }
    value.into()
}

pub(super) fn link(value: &Record, link: &LinkToken) {
    value.text("token", link.token.expose());
    value.some_time("expires", link.expires_at);
}

pub(super) fn failure(error: &Error) -> JsValue {
    let value = Record::new();
    value.text("kind", error.kind().name());
    value.text("code", error.code().name());
    value.text("message", error.message());
    value.flag("retryable", error.retryable());
    value.some_time("status", error.status().map(u64::from));
    value.some_text("requestId", error.request_id());
    value.some_time("retryAfter", error.retry_after());
    value.text("sent", error.sent().name());
    value.number("attempts", error.attempts().into());
    if let Some(problem) = error.problem() {
        let told = Record::new();
        told.text("type", &problem.kind);
        told.some_text("title", problem.title.as_deref());
        told.some_text("detail", problem.detail.as_deref());
        told.some_text("instance", problem.instance.as_deref());
        value.set("problem", &told);
    }
    value.into()
}

//! Sending a request with the browser's `fetch`.

use gloo_net::http::{Headers, Method as GlooMethod, RequestBuilder, Response};
use js_sys::{Array, Promise, Reflect};
use twinfetch_core::call::{Content, Credentials, Method, Request};
use twinfetch_core::error::Code;
use twinfetch_core::head::Head;
use twinfetch_core::verb::Verb;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestCache, RequestCredentials, RequestInit, RequestRedirect};

use crate::attempt::Attempt;
use crate::body::Body;
use crate::document::JsDocument;
use crate::pieces::{collect, member, text};
use crate::session::now;

/// What goes with a request besides what the core decided.
pub(crate) struct Sending<'a> {
    pub(crate) body: Option<&'a Body>,
    pub(crate) cache: Option<RequestCache>,
    /// The verb that it is sent for.
    pub(crate) verb: Option<Verb>,
}

/// Sends a request and waits for the head of its response.
pub(crate) async fn send(request: &Request, sending: &Sending<'_>, attempt: &Attempt<'_>) -> Result<Response, Code> {
    let request = build(request, sending, &attempt.signal()).ok_or(Code::CallInvalid)?;
    // Asked before: what fails while the network goes may have been received.
    let unreached = unreached();
    let promise = fetch(&request).map_err(|_| attempt.unanswered(unreached))?;
    let response = JsFuture::from(promise).await.map_err(|_| attempt.unanswered(unreached))?;
    attempt.answered();
    // Not `Request::send`: it panics when a polyfill answers, or when a rejection is no `Error`.
    Ok(Response::from(response.unchecked_into::<web_sys::Response>()))
}

/// What the core needs of a response's head.
pub(crate) fn head(response: &Response) -> Head {
    let headers = response.headers();
    Head::new(response.status(), now(), |name| headers.get(name))
}

/// Reads a whole body as a JSON document; an empty body is none.
pub(crate) async fn document(response: Response, attempt: &Attempt<'_>) -> Result<Option<JsDocument>, Code> {
    let pieces = Array::new();
    collect(&pieces, &response.into(), &attempt.own, |_| ()).await.map_err(|code| attempt.unread(code))?;
    let text = text(&pieces).await.ok_or(Code::ResponseTooLarge)?;
    if text.is_falsy() {
        return Ok(None);
    }
    JsDocument::parse(&text).map(Some).map_err(|_| Code::MalformedBody)
}

/// Why nothing came, as far as a browser says it.
fn unreached() -> Code {
    let is_online = member(&member(&js_sys::global(), "navigator"), "onLine");
    if is_online == JsValue::FALSE { Code::Offline } else { Code::NetworkFailed }
}

fn build(request: &Request, sending: &Sending<'_>, signal: &AbortSignal) -> Option<web_sys::Request> {
    // Not gloo-net's own: its setter panics, and a mirrored cookie may be no text for a header.
    let headers = web_sys::Headers::new().ok()?;
    for (name, value) in &request.headers {
        headers.set(name, value).ok()?;
    }
    if let Some(authorization) = &request.authorization {
        headers.set("authorization", authorization.expose()).ok()?;
    }
    let members = match &request.content {
        Content::Members(members) => Some(Body::of_members(members, sending.body).ok()?),
        Content::Caller | Content::Nothing => None,
    };
    let body = members.as_ref().or_else(|| sending.body.filter(|_| matches!(request.content, Content::Caller)));
    if let Some(content_type) =
        body.and_then(|body| body.content_type).filter(|_| headers.has("content-type") == Ok(false))
    {
        headers.set("content-type", content_type).ok()?;
    }
    let mut builder = RequestBuilder::new(&request.url)
        .method(method(request.method))
        .headers(Headers::from_raw(headers))
        .redirect(RequestRedirect::Manual)
        .abort_signal(Some(signal));
    builder = builder.credentials(match request.credentials {
        Credentials::Include => RequestCredentials::Include,
        Credentials::Omit => RequestCredentials::Omit,
        Credentials::SameOrigin => RequestCredentials::SameOrigin,
    });
    if let Some(cache) = sending.cache {
        builder = builder.cache(cache);
    }
    let built = match body {
        Some(body) if body.is_stream() => return with_stream(&builder.build().ok()?.into(), body),
        Some(body) => builder.body(body.value.clone()),
        None => builder.build(),
    };
    built.ok().map(web_sys::Request::from)
}

/// The request with a stream as body, which needs a member that neither gloo-net nor web-sys knows.
fn with_stream(request: &web_sys::Request, body: &Body) -> Option<web_sys::Request> {
    let init = RequestInit::new();
    init.set_body(&body.value);
    Reflect::set(&init, &JsValue::from_str("duplex"), &JsValue::from_str("half")).ok()?;
    web_sys::Request::new_with_request_and_init(request, &init).ok()
}

const fn method(method: Method) -> GlooMethod {
    match method {
        Method::Delete => GlooMethod::DELETE,
        Method::Get => GlooMethod::GET,
        Method::Head => GlooMethod::HEAD,
        Method::Patch => GlooMethod::PATCH,
        Method::Post => GlooMethod::POST,
        Method::Put => GlooMethod::PUT,
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fetch(request: &web_sys::Request) -> Result<Promise, JsValue>;
}

//! Reading a browser's request, and writing what it gets instead of an answer of the backend.

use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HOST, ORIGIN, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use serde_json::json;
use twinfetch_core::address::Path;
use twinfetch_core::call::Method;
use twinfetch_core::error::{Code, Error as Reason};
use twinfetch_core::head::Head;
use twinfetch_core::proxy::{Headers, SameOrigin};

use super::{ProxyBody, Settings};
use crate::error::Error;
use crate::incoming::REQUEST_ID;
use crate::status;

impl Settings {
    /// Whether a request may be forwarded, and as what.
    pub(super) fn admit(&self, parts: &Parts) -> Result<(Method, Path), Reason> {
        let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
        let path = self.allowed.check(target)?;
        let method = Method::parse(parts.method.as_str()).map_err(|_| {
            let head = Head { status: 405, ..Head::default() };
            Reason::new(Code::Rejected).with_head(&head)
        })?;
        if self.checks_origin {
            let headers = &parts.headers;
            let sender = SameOrigin {
                fetch_site: single(headers, &FETCH_SITE),
                origin: single(headers, &ORIGIN),
                own: self.origin.as_ref(),
                host: parts.uri.authority().map(http::uri::Authority::as_str).or_else(|| single(headers, &HOST)),
                custom_header: headers.contains_key(&self.custom_header),
            };
            sender.check(method)?;
        }
        Ok((method, path))
    }
}

/// The headers that go on.
pub(super) fn passing(rule: &Headers, headers: &HeaderMap) -> HeaderMap {
    let connection = headers.get_all(CONNECTION).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let connection = connection.collect::<Vec<_>>().join(",");
    let passing = headers.iter().filter(|(name, _)| rule.passes(name.as_str(), &connection));
    passing.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The answer to a request that the backend did not answer: a message for the user.
pub(super) fn refuse(error: &Error, request_id: &str) -> Response<ProxyBody> {
    let mut response = Response::new(ProxyBody::text(json!({ "message": error.message() }).to_string()));
    *response.status_mut() =
        error.status().filter(http::StatusCode::is_server_error).unwrap_or_else(|| status::of(error));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(wait) = error.retry_after() {
        headers.insert(RETRY_AFTER, wait.as_secs().into());
    }
    mark(headers, error.request_id().unwrap_or(request_id));
    response
}

/// Adds what every answer says.
pub(crate) fn mark(headers: &mut HeaderMap, request_id: &str) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// A header that is there once; twice, or as no text, it is nothing to believe.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(first.to_str().ok().filter(|_| values.next().is_none()).unwrap_or_default())
}

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

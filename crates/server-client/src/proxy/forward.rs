//! The loop that forwards one request.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{Either, pending, select};
use http::header::{AUTHORIZATION, CONTENT_LENGTH, COOKIE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method as Verb, Request, Response, StatusCode};
use http_body::Body;
use tokio::time::{Instant, sleep, timeout_at};
use twinfetch_core::address::Path;
use twinfetch_core::call::Method;
use twinfetch_core::dialect::Csrf;
use twinfetch_core::error::{Code, Error as Reason};
use twinfetch_core::head::Head;
use twinfetch_core::proxy::{Failure as Outcome, Spent, Upload as Turn};

use super::incoming::{mark, passing, refuse};
use super::upload::Upload;
use super::{ProxyBody, Settings};
use crate::api::Api;
use crate::error::{BoxError, Called, Error};
use crate::incoming::REQUEST_ID;
use crate::transport::{Failure, Incoming, Outgoing};

/// One request with all that each attempt sends.
struct Forwarding<'a, B> {
    settings: &'a Settings,
    method: Method,
    path: Path,
    headers: HeaderMap,
    /// Absent where there is no body.
    upload: Option<Upload<B>>,
    called: Arc<Called>,
}

/// What a wait without a limit comes to.
const FOREVER: Duration = Duration::from_hours(24 * 365);

/// Forwards a request, and answers it whatever happens.
pub(super) async fn forward<B>(settings: &Settings, request: Request<B>) -> Response<ProxyBody>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (parts, body) = request.into_parts();
    let api = match parts.extensions.get::<Api>() {
        Some(api) if api.client().is(&settings.client) => api.clone(),
        _ => settings.client.incoming(&parts.headers),
    };
    let request_id = api.request_id_or_fresh();
    let (method, path) = match settings.admit(&parts) {
        Ok(admitted) => admitted,
        Err(reason) => {
            // The path is not the app's, so that it is nothing to repeat.
            tracing::warn!(code = reason.code().name(), request_id, "a request was not forwarded");
            return refuse(&Error::new(reason), &request_id);
        }
    };
    let called = Arc::new(Called {
        method: method.as_str(),
        route: path.route().to_owned(),
        origin: settings.client.base().origin().as_str().to_owned(),
        request_id,
    });
    let asked = Asked { settings, api: &api, method, path, headers: &parts.headers, called };
    let upload = (!body.is_end_stream()).then(|| Upload::new(body));
    let mut response = asked.answer(upload).await.unwrap_or_else(|error| {
        let called = &asked.called;
        refuse(&error.of(called), &called.request_id)
    });
    // What a renewal has for the browser, where no layer adds it.
    api.relay(response.headers_mut());
    response
}

/// What a browser asks, but for the body.
struct Asked<'a> {
    settings: &'a Settings,
    api: &'a Api,
    method: Method,
    path: Path,
    headers: &'a HeaderMap,
    called: Arc<Called>,
}

impl<'a> Asked<'a> {
    /// Forwards it. What was refused is asked once more with a newer token, where there is one and no body that is gone.
    async fn answer<B>(&'a self, upload: Option<Upload<B>>) -> Result<Response<ProxyBody>, Error>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.api.freshen().await;
        let (is_repeatable, generation) = (upload.is_none(), self.api.generation());
        let answer = self.forward(upload).await;
        match &answer {
            Ok(refused) if refused.status() == StatusCode::UNAUTHORIZED && is_repeatable => {
                if self.api.is_renewed_since(generation).await? { self.forward::<B>(None).await } else { answer }
            }
            _ => answer,
        }
    }

    async fn forward<B>(&'a self, upload: Option<Upload<B>>) -> Result<Response<ProxyBody>, Error>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let Self { settings, api, method, path, headers: received, called } = self;
        let mut headers = headers(settings, api, (*method, received), called).inspect_err(|error| {
            let Called { method, route, request_id, .. } = &**called;
            tracing::warn!(method, route, request_id, code = error.code().name(), "a request was not forwarded");
        })?;
        if upload.is_none() && matches!(method, Method::Patch | Method::Post | Method::Put) {
            // Without it some servers wait for a body, or refuse with 411 (RFC 9110 §8.6).
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let (method, path, called) = (*method, path.clone(), Arc::clone(called));
        Forwarding { settings, method, path, headers, upload, called }.perform().await
    }
}

fn headers(
    settings: &Settings,
    api: &Api,
    (method, headers): (Method, &HeaderMap),
    called: &Called,
) -> Result<HeaderMap, Error> {
    let unusable = |_| Error::new(Reason::new(Code::SessionMalformed));
    let mut headers = passing(&settings.requests, headers);
    let presented = api.present()?;
    let bearer = presented.token.map(|token| format!("Bearer {}", token.expose()));
    let cookie = presented.cookie.map(|cookie| cookie.expose().to_owned());
    for (name, value) in [(AUTHORIZATION, bearer), (COOKIE, cookie)] {
        let Some(value) = value else { continue };
        let mut value = HeaderValue::try_from(value).map_err(unusable)?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    // The proxy has seen for itself that the request comes from the app's own pages.
    if let (false, Some(Csrf::Mirrored { header, .. }), Some(value)) =
        (method.is_safe(), &settings.client.dialect().csrf, presented.mirrored)
    {
        let name = HeaderName::try_from(*header).map_err(|_| Error::new(Reason::new(Code::ConfigInvalid)))?;
        let mut value = HeaderValue::try_from(value).map_err(unusable)?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    headers.insert(REQUEST_ID, HeaderValue::try_from(&called.request_id).map_err(unusable)?);
    Ok(headers)
}

impl<B> Forwarding<'_, B>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    async fn perform(self) -> Result<Response<ProxyBody>, Error> {
        let mut attempt = 1;
        self.settings.client.budget(false).deposit();
        loop {
            let answer = self.attempt().await;
            let (outcome, class) = match &answer {
                Ok(response) if response.status().is_server_error() => (
                    Outcome::Answered(
                        response.status().as_u16(),
                        head(response, self.settings.client.milliseconds()).retry_after,
                    ),
                    "status",
                ),
                Ok(_) => return self.relay(answer),
                Err(failure) => (Outcome::Unanswered(failure.code), failure.cause.class),
            };
            let spent = self.upload.as_ref().map_or(Spent::Nothing, Upload::spent);
            let wait = self.settings.retries.wait(attempt, self.method, spent, outcome);
            // What this server and its visitors repeat comes out of one budget.
            let wait = wait.filter(|_| self.settings.client.budget(false).spend());
            self.tell(attempt, class, &answer);
            let Some(wait) = wait else { return self.relay(answer) };
            drop(answer);
            sleep(wait).await;
            attempt += 1;
        }
    }

    /// Sends the request once and waits for the response's head.
    async fn attempt(&self) -> Result<Response<Incoming>, Failure> {
        let outgoing = Outgoing {
            method: Verb::from_bytes(self.method.as_str().as_bytes()).unwrap_or_default(),
            url: self.settings.client.base().join(&self.path),
            headers: self.headers.clone(),
            body: self.upload.clone(),
        };
        let begun = Instant::now();
        let mut answer = pin!(self.settings.client.transport().forward(outgoing));
        loop {
            let deadline = self.deadline(begun);
            match timeout_at(deadline, select(answer.as_mut(), pin!(self.moved()))).await {
                Ok(Either::Left((answer, _))) => return answer.map_err(|cause| self.blame(cause)),
                Ok(Either::Right(_)) => {}
                Err(_) if self.deadline(begun) > deadline => {}
                Err(_) => return Err(self.blame(Failure::new(Code::ResponseTimedOut, "no response head in time"))),
            }
        }
    }

    async fn moved(&self) {
        match &self.upload {
            Some(upload) => upload.moved().await,
            None => pending().await,
        }
    }

    fn deadline(&self, begun: Instant) -> Instant {
        let (turn, progress) = self.upload.as_ref().map_or((Turn::Sent, begun), Upload::turn);
        let wait = self.settings.patience.deadline(progress.saturating_duration_since(begun), turn);
        begun.checked_add(wait).unwrap_or_else(|| begun + FOREVER)
    }

    /// Tells a failure of the browser from one of the backend.
    fn blame(&self, cause: Failure) -> Failure {
        let Some(upload) = &self.upload else { return cause };
        if upload.failed() {
            return Failure::new(Code::Aborted, "the upload broke off");
        }
        match (cause.code, upload.turn()) {
            (Code::ResponseTimedOut, (Turn::Awaited, _)) => {
                Failure::new(Code::Aborted, "no next piece of the upload in time")
            }
            _ => cause,
        }
    }

    /// Makes the backend's answer the browser's.
    fn relay(&self, answer: Result<Response<Incoming>, Failure>) -> Result<Response<ProxyBody>, Error> {
        let response =
            answer.map_err(|Failure { code, cause }| Error::new(Reason::new(code)).with_cause(Some(cause)))?;
        let head = head(&response, self.settings.client.milliseconds());
        let (parts, incoming) = response.into_parts();
        if parts.status.is_server_error() || parts.status.is_informational() {
            return Err(Error::new(Reason::new(Code::ServerFailed).with_head(&head)));
        }
        let mut headers = passing(&self.settings.responses, &parts.headers);
        if let Some(location) = parts.headers.get(LOCATION) {
            let target = location.to_str().ok();
            let target = target.and_then(|location| self.settings.allowed.location(&self.path, location));
            match target.and_then(|target| HeaderValue::try_from(target).ok()) {
                Some(target) => drop(headers.insert(LOCATION, target)),
                None if is_redirect(parts.status) => {
                    tracing::warn!(method = self.called.method, route = self.called.route, "a redirect was refused");
                    return Err(Error::new(Reason::new(Code::RedirectRefused).with_head(&head)));
                }
                None => {}
            }
        }
        if let Some(length) = parts.headers.get(CONTENT_LENGTH).filter(|_| self.method == Method::Head) {
            headers.insert(CONTENT_LENGTH, length.clone());
        }
        mark(&mut headers, head.request_id.as_deref().unwrap_or(&self.called.request_id));
        let idle = self.settings.patience.idle;
        let mut response = Response::new(ProxyBody::passing(incoming, idle, Arc::clone(&self.called)));
        *response.status_mut() = parts.status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    fn tell(&self, attempt: usize, class: &str, answer: &Result<Response<Incoming>, Failure>) {
        let Called { method, route, request_id, .. } = &*self.called;
        let status = answer.as_ref().ok().map(|response| response.status().as_u16());
        let detail = answer.as_ref().err().map(|failure| failure.cause.words.as_str());
        tracing::warn!(method, route, request_id, attempt, class, status, detail, "an attempt failed");
    }
}

fn head(response: &Response<Incoming>, now: u64) -> Head {
    let headers = response.headers();
    Head::new(response.status().as_u16(), now, |name| headers.get(name)?.to_str().ok().map(str::to_owned))
}

const fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301..=303 | 307 | 308)
}

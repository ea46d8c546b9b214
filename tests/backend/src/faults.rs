//! Answers that a test puts in the place of the real ones.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use anyhow::ensure;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::backend::Backend;

/// What to answer instead, and how many times.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Fault {
    path: String,
    status: u16,
    #[serde(default = "Fault::json")]
    content_type: String,
    #[serde(default)]
    body: String,
    #[serde(default = "Fault::once")]
    times: u32,
    /// Further headers, such as `retry-after`.
    #[serde(default)]
    headers: HashMap<String, String>,
}

impl Fault {
    fn json() -> String {
        "application/json".to_owned()
    }

    fn once() -> u32 {
        1
    }

    /// The answer, if its parts make one.
    fn response(&self) -> anyhow::Result<Response> {
        ensure!((200..600).contains(&self.status), "status {} cannot end an exchange", self.status);
        let mut response = Response::builder()
            .status(StatusCode::from_u16(self.status)?)
            .header(header::CONTENT_TYPE, HeaderValue::from_str(&self.content_type)?);
        for (name, value) in &self.headers {
            response = response.header(HeaderName::try_from(name)?, HeaderValue::from_str(value)?);
        }
        Ok(response.body(Body::from(self.body.clone()))?)
    }
}

/// The faults that wait, one per path.
#[derive(Default)]
pub(crate) struct Faults {
    waiting: Mutex<HashMap<String, Fault>>,
}

impl Faults {
    /// Lets the next answers of the fault's path be the fault's, unless it cannot be sent.
    pub(crate) fn set(&self, fault: Fault) -> anyhow::Result<()> {
        fault.response()?;
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(fault.path.clone(), fault);
        Ok(())
    }

    /// Lets all paths answer for themselves again.
    pub(crate) fn clear(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Takes one answer from the fault that waits for this path.
    fn take(&self, path: &str) -> Option<Fault> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = waiting.get_mut(path)?;
        let Some(rest) = fault.times.checked_sub(1) else {
            waiting.remove(path);
            return None;
        };
        fault.times = rest;
        Some(fault.clone())
    }
}

/// Answers with the fault that waits for this path, else lets the request pass.
pub(crate) async fn answer(State(backend): State<Backend>, request: Request, next: Next) -> Response {
    match backend.faults.take(request.uri().path()) {
        Some(fault) => fault.response().unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response()),
        None => next.run(request).await,
    }
}

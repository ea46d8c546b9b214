//! The ledger of calls: how often which call came, and as whom.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;

use crate::backend::Backend;
use crate::digest;
use crate::tokens::bearer;

/// What makes two calls the same one in the ledger; the query does not.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub(crate) struct Call {
    method: String,
    path: String,
    /// Whose valid credential came along.
    user: Option<String>,
    /// Which Bearer token came along, valid or not.
    bearer_sha256: Option<String>,
}

/// A call and how often it came.
#[derive(Debug, Serialize)]
pub(crate) struct Counted {
    #[serde(flatten)]
    call: Call,
    count: u64,
}

/// The calls since the start or the last reset.
#[derive(Default)]
pub(crate) struct Calls {
    counts: Mutex<BTreeMap<Call, u64>>,
}

impl Calls {
    /// All calls, by method and path.
    pub(crate) fn counted(&self) -> Vec<Counted> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|(call, &count)| Counted { call: call.clone(), count }).collect()
    }

    /// Forgets all calls.
    pub(crate) fn reset(&self) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn add(&self, call: Call) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(call).or_default() += 1;
    }
}

/// Enters the call before it is answered.
pub(crate) async fn count(State(backend): State<Backend>, request: Request, next: Next) -> Response {
    let token = bearer(request.headers());
    backend.calls.add(Call {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        user: backend.system.user(&backend, request.headers()),
        bearer_sha256: token.map(|token| digest::sha256(token.as_bytes())),
    });
    next.run(request).await
}

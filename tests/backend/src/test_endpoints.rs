//! What only a test may ask: which calls came, and that some answers go wrong.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, put};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::faults::Fault;
use crate::system::System;

/// `/test/calls`, `/test/fault` and what the system adds; they need no token and are not counted.
pub(crate) fn routes(system: System) -> Router<Backend> {
    system
        .test_routes()
        .route("/test/calls", get(calls).delete(reset_calls))
        .route("/test/fault", put(set_fault).delete(clear_faults))
}

async fn calls(State(backend): State<Backend>) -> Json<Value> {
    Json(json!({ "calls": backend.calls.counted() }))
}

async fn reset_calls(State(backend): State<Backend>) -> StatusCode {
    backend.calls.reset();
    StatusCode::NO_CONTENT
}

async fn set_fault(
    State(backend): State<Backend>,
    Json(fault): Json<Fault>,
) -> Result<StatusCode, (StatusCode, String)> {
    match backend.faults.set(fault) {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err((StatusCode::BAD_REQUEST, error.to_string())),
    }
}

async fn clear_faults(State(backend): State<Backend>) -> StatusCode {
    backend.faults.clear();
    StatusCode::NO_CONTENT
}

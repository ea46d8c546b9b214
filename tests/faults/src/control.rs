//! The control endpoint: servers are started, told their scripts, asked for their records, and ended.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use twinfetch_faults::{Counts, FaultServer, Script};

type Servers = Arc<Mutex<BTreeMap<u16, Arc<FaultServer>>>>;

/// A test that waits longer than this for a request has lost it.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/servers", post(start))
        .route("/servers/{port}", get(record).put(play).delete(stop))
        .route("/servers/{port}/counts", get(counts))
        .with_state(Servers::default())
}

async fn start(State(servers): State<Servers>, Json(script): Json<Script>) -> Response {
    match FaultServer::start(script).await {
        Ok(server) => {
            let (port, url) = (server.port(), server.url());
            all(&servers).insert(port, Arc::new(server));
            (StatusCode::CREATED, Json(json!({ "port": port, "url": url }))).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn play(
    State(servers): State<Servers>,
    Path(port): Path<u16>,
    Json(script): Json<Script>,
) -> Result<StatusCode, StatusCode> {
    named(&servers, port)?.play(script);
    Ok(StatusCode::NO_CONTENT)
}

async fn record(State(servers): State<Servers>, Path(port): Path<u16>) -> Result<Response, StatusCode> {
    Ok(Json(named(&servers, port)?.record()).into_response())
}

async fn stop(State(servers): State<Servers>, Path(port): Path<u16>) -> Result<StatusCode, StatusCode> {
    all(&servers).remove(&port).map(|_| StatusCode::NO_CONTENT).ok_or(StatusCode::NOT_FOUND)
}

/// What has to be reached before the counts are answered.
#[derive(Deserialize)]
struct Wanted {
    requests: Option<u64>,
    played: Option<u64>,
    open: Option<u64>,
}

async fn counts(
    State(servers): State<Servers>,
    Path(port): Path<u16>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Counts>, StatusCode> {
    let server = named(&servers, port)?;
    let reached = server.until(|counts| {
        wanted.requests.is_none_or(|requests| counts.requests >= requests)
            && wanted.played.is_none_or(|played| counts.played >= played)
            && wanted.open.is_none_or(|open| counts.open == open)
    });
    tokio::time::timeout(LONGEST_WAIT, reached).await.map(Json).map_err(|_| StatusCode::REQUEST_TIMEOUT)
}

fn named(servers: &Servers, port: u16) -> Result<Arc<FaultServer>, StatusCode> {
    all(servers).get(&port).cloned().ok_or(StatusCode::NOT_FOUND)
}

fn all(servers: &Servers) -> MutexGuard<'_, BTreeMap<u16, Arc<FaultServer>>> {
    servers.lock().unwrap_or_else(PoisonError::into_inner)
}

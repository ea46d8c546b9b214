//! `/api/v1/journeys`: what the system is for, behind its sign-in.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::caller::Caller;
use super::failure::Failure;
use crate::backend::Backend;

/// A journey of one user.
#[derive(Debug, Serialize)]
pub(super) struct Journey {
    id: i64,
    title: String,
}

/// A journey to be.
#[derive(Deserialize)]
pub(super) struct NewJourney {
    title: String,
}

/// The caller's own journeys.
pub(super) async fn list(caller: Caller, State(backend): State<Backend>) -> Result<Json<Vec<Journey>>, Failure> {
    let read = move |connection: &mut Connection| {
        let mut journeys = connection.prepare("SELECT id, title FROM journeys WHERE user = ?1 ORDER BY id")?;
        let journeys = journeys.query_map([caller.0.sub], |row| Ok(Journey { id: row.get(0)?, title: row.get(1)? }))?;
        Ok(journeys.collect::<rusqlite::Result<Vec<_>>>()?)
    };
    Ok(Json(backend.database.run(read).await?))
}

/// Adds a journey of the caller's.
pub(super) async fn create(
    caller: Caller,
    State(backend): State<Backend>,
    new: Result<Json<NewJourney>, JsonRejection>,
) -> Result<(StatusCode, Json<Journey>), Failure> {
    let title = new?.0.title.trim().to_owned();
    if title.is_empty() {
        return Err(Failure::bad_request("标题不能为空"));
    }
    let insert = "INSERT INTO journeys (user, title) VALUES (?1, ?2) RETURNING id, title";
    let write = move |connection: &mut Connection| {
        Ok(connection
            .query_row(insert, (caller.0.sub, title), |row| Ok(Journey { id: row.get(0)?, title: row.get(1)? }))?)
    };
    Ok((StatusCode::CREATED, Json(backend.database.run(write).await?)))
}

//! `/api/posts`: short texts that all users share. Posts are only ever added.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::Response;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use super::Wrapping;
use crate::backend::Backend;
use crate::failure::Failure;

pub(crate) const TABLE: &str = "CREATE TABLE IF NOT EXISTS posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;";

/// A post as it is sent, and as it is a row of the export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Post {
    pub(super) id: i64,
    title: String,
    body: String,
    author: String,
    created_at: String,
}

impl Post {
    /// Up to `count` posts that come after one id and not after another, oldest first.
    pub(super) fn between(connection: &Connection, after: i64, last: i64, count: i64) -> rusqlite::Result<Vec<Self>> {
        let read = "SELECT id, title, body, author, created_at FROM posts
            WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3";
        connection.prepare_cached(read)?.query_map([after, last, count], Self::from_row)?.collect()
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            title: row.get(1)?,
            body: row.get(2)?,
            author: row.get(3)?,
            created_at: row.get(4)?,
        })
    }
}

/// What one writes.
#[derive(Debug, Deserialize)]
pub(super) struct Draft {
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: String,
}

/// `GET /api/posts`: all posts, newest first.
pub(super) async fn list<S: Wrapping>(_: S::Caller, State(backend): State<Backend>) -> Result<Response, Failure<S>> {
    let read = "SELECT id, title, body, author, created_at FROM posts ORDER BY id DESC";
    let all = move |connection: &mut Connection| {
        Ok(connection.prepare_cached(read)?.query_map([], Post::from_row)?.collect::<Result<Vec<_>, _>>()?)
    };
    Ok(S::wrap(StatusCode::OK, backend.database.run(all).await?))
}

/// `POST /api/posts`: adds a post by the caller.
pub(super) async fn create<S: Wrapping>(
    caller: S::Caller,
    State(backend): State<Backend>,
    draft: Result<Json<Draft>, JsonRejection>,
) -> Result<Response, Failure<S>> {
    let Json(Draft { title, body }) = draft?;
    let title = title.trim().to_owned();
    if title.is_empty() {
        return Err(Failure::bad_request("the title must not be empty"));
    }
    let write = "INSERT INTO posts (title, body, author) VALUES (?1, ?2, ?3)
        RETURNING id, title, body, author, created_at";
    let author = S::author(caller);
    let add =
        move |connection: &mut Connection| Ok(connection.query_row(write, (title, body, author), Post::from_row)?);
    Ok(S::wrap(StatusCode::CREATED, backend.database.run(add).await?))
}

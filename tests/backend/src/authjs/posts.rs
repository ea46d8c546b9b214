//! `/api/posts`: short texts that all users share. Posts are only ever added.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use super::caller::Caller;
use super::failure::Failure;
use crate::backend::Backend;

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
pub(super) async fn list(_: Caller, State(backend): State<Backend>) -> Result<Json<Vec<Post>>, Failure> {
    let read = "SELECT id, title, body, author, created_at FROM posts ORDER BY id DESC";
    let all = move |connection: &mut Connection| {
        Ok(connection.prepare_cached(read)?.query_map([], Post::from_row)?.collect::<Result<_, _>>()?)
    };
    Ok(Json(backend.database.run(all).await?))
}

/// `POST /api/posts`: adds a post by the caller.
pub(super) async fn create(
    caller: Caller,
    State(backend): State<Backend>,
    draft: Result<Json<Draft>, JsonRejection>,
) -> Result<(StatusCode, Json<Post>), Failure> {
    let Json(Draft { title, body }) = draft?;
    let title = title.trim().to_owned();
    if title.is_empty() {
        return Err(Failure::bad_request("the title must not be empty"));
    }
    let write = "INSERT INTO posts (title, body, author) VALUES (?1, ?2, ?3)
        RETURNING id, title, body, author, created_at";
    let add = move |connection: &mut Connection| {
        Ok(connection.query_row(write, (title, body, caller.username), Post::from_row)?)
    };
    Ok((StatusCode::CREATED, Json(backend.database.run(add).await?)))
}

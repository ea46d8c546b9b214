//! The one password, and since when it is so.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use rusqlite::Connection;
use serde::Deserialize;

use super::failure::Failure;
use crate::accounts;
use crate::backend::Backend;
use crate::database::Database;
use crate::tokens;

/// The password of system S3's one user, until a test changes it.
pub const PASSWORD: &str = "admin123";

const TABLE: &str = "CREATE TABLE IF NOT EXISTS single_user (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    password_hash TEXT NOT NULL,
    password_updated_at INTEGER NOT NULL
) STRICT;";

/// Brings the table and the first password into being.
pub(crate) fn prepare(connection: &Connection) -> anyhow::Result<()> {
    connection.execute_batch(TABLE)?;
    let insert = "INSERT INTO single_user VALUES (1, ?1, 0) ON CONFLICT DO NOTHING";
    connection.execute(insert, [accounts::hash(PASSWORD)?])?;
    Ok(())
}

/// Whether this is the password.
pub(super) async fn is(database: &Database, password: String) -> anyhow::Result<bool> {
    let read = "SELECT password_hash FROM single_user";
    let hash = database.run(move |connection| Ok(connection.query_row(read, [], |row| row.get(0))?)).await?;
    accounts::is_password(password, hash).await
}

/// When the password became what it is, in seconds since 1970.
pub(super) async fn updated_at(database: &Database) -> anyhow::Result<u64> {
    let read = "SELECT password_updated_at FROM single_user";
    let seconds: i64 = database.run(move |connection| Ok(connection.query_row(read, [], |row| row.get(0))?)).await?;
    Ok(u64::try_from(seconds)?)
}

/// Another password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Change {
    password: Option<String>,
    /// When the password became so, in seconds since 1970; without it, now.
    updated_at: Option<u32>,
}

/// `PUT /test/password`: changes the password, or only the time at which it became so.
pub(super) async fn change(
    State(backend): State<Backend>,
    change: Result<Json<Change>, JsonRejection>,
) -> Result<StatusCode, Failure> {
    let Json(Change { password, updated_at }) = change?;
    let updated_at = updated_at.map_or_else(|| tokens::now().cast_signed(), i64::from);
    let write = move |connection: &mut Connection| {
        if let Some(password) = password {
            connection.execute("UPDATE single_user SET password_hash = ?1", [accounts::hash(&password)?])?;
        }
        connection.execute("UPDATE single_user SET password_updated_at = ?1", [updated_at])?;
        Ok(())
    };
    backend.database.run(write).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Who signed in so far, by issuer and subject: an address may change hands, these two do not.

use chrono::{SecondsFormat, Utc};
use rusqlite::OptionalExtension as _;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::database::Database;

/// What a provider says of somebody.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Identity {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) email: Option<String>,
    pub(super) nickname: Option<String>,
    pub(super) avatar_url: Option<String>,
    pub(super) preferred_language: Option<String>,
}

/// What a user is told of the own account.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub(super) id: String,
    pub(super) email: Option<String>,
    phone: Option<String>,
    nickname: Option<String>,
    avatar_url: Option<String>,
    preferred_language: Option<String>,
    created_at: String,
    updated_at: String,
}

impl User {
    /// The user whom the provider means, brought up to date, or a new one.
    pub(super) async fn synchronised(database: &Database, identity: Identity) -> anyhow::Result<Self> {
        let write = "INSERT INTO users
            (id, issuer, subject, email, nickname, avatar_url, preferred_language, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
            ON CONFLICT (issuer, subject) DO UPDATE SET email = excluded.email, nickname = excluded.nickname,
                avatar_url = excluded.avatar_url, preferred_language = excluded.preferred_language,
                updated_at = excluded.updated_at
            RETURNING id, email, phone, nickname, avatar_url, preferred_language, created_at, updated_at";
        let Identity { issuer, subject, email, nickname, avatar_url, preferred_language } = identity;
        let now = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
        let row = (Uuid::new_v4().to_string(), issuer, subject, email, nickname, avatar_url, preferred_language, now);
        database.run(move |connection| Ok(connection.query_row(write, row, Self::from_row)?)).await
    }

    /// The user with this id.
    pub(super) async fn by_id(database: &Database, id: String) -> anyhow::Result<Option<Self>> {
        let read = "SELECT id, email, phone, nickname, avatar_url, preferred_language, created_at, updated_at
            FROM users WHERE id = ?1";
        database.run(move |connection| Ok(connection.query_row(read, [id], Self::from_row).optional()?)).await
    }

    fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            email: row.get(1)?,
            phone: row.get(2)?,
            nickname: row.get(3)?,
            avatar_url: row.get(4)?,
            preferred_language: row.get(5)?,
            created_at: row.get(6)?,
            updated_at: row.get(7)?,
        })
    }
}

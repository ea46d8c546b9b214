//! Who has which role, and the list of them.

use axum::extract::State;
use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;

use super::answer::Answer;
use super::caller::Caller;
use super::failure::Failure;
use super::permissions::{self, EDITOR, READER, SUPER_ADMINISTRATOR};
use crate::accounts::{self, SeededAccount};
use crate::backend::Backend;
use crate::database::Database;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS members (
    account INTEGER PRIMARY KEY REFERENCES accounts (id),
    role TEXT NOT NULL,
    avatar TEXT NOT NULL,
    last_sign_in INTEGER
) STRICT;";

/// The super administrator of system S2; no other system has one.
pub const ADMINISTRATOR: SeededAccount =
    SeededAccount { username: "admin", password: "Admin@123456", email: "admin@example.com" };

/// One who has an account and a role.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Member {
    pub(super) id: i64,
    pub(super) email: String,
    pub(super) username: String,
    pub(super) avatar: String,
    pub(super) role_id: String,
}

impl Member {
    /// The member with this account.
    pub(super) async fn by_account(database: &Database, id: String) -> anyhow::Result<Option<Self>> {
        let read = format!("{MEMBERS} WHERE id = ?1");
        database.run(move |connection| Ok(connection.query_row(&read, [id], Self::from_row).optional()?)).await
    }

    /// Remembers that the member signed in now.
    pub(super) async fn signed_in(&self, database: &Database, now: u64) -> anyhow::Result<()> {
        let (id, write) = (self.id, "UPDATE members SET last_sign_in = ?2 WHERE account = ?1");
        database.run(move |connection| Ok(connection.execute(write, (id, now.cast_signed())).map(drop)?)).await
    }

    fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            email: row.get(1)?,
            username: row.get(2)?,
            avatar: row.get(3)?,
            role_id: row.get(4)?,
        })
    }
}

const MEMBERS: &str = "SELECT id, email, username, avatar, role FROM accounts JOIN members ON account = id";

/// Brings the table, the administrator and the roles into being.
pub(crate) fn prepare(connection: &Connection) -> anyhow::Result<()> {
    connection.execute_batch(TABLE)?;
    accounts::seed(connection, &[ADMINISTRATOR])?;
    for (username, role) in [("admin", SUPER_ADMINISTRATOR), ("ada", EDITOR), ("grace", READER)] {
        connection.execute(
            "INSERT INTO members (account, role, avatar)
                SELECT id, ?2, '/avatars/' || username || '.jpg' FROM accounts WHERE username = ?1
                ON CONFLICT DO NOTHING",
            (username, role),
        )?;
    }
    Ok(())
}

/// `GET /account/users`: all members, for those who may read them.
pub(super) async fn list(caller: Caller, State(backend): State<Backend>) -> Result<Answer<Vec<Member>>, Failure> {
    if !permissions::may(&caller.0, "account.user.read") {
        return Err(Failure::new(StatusCode::FORBIDDEN, "没有权限"));
    }
    let read = |connection: &mut Connection| {
        let mut members = connection.prepare(&format!("{MEMBERS} ORDER BY id"))?;
        let members = members.query_map([], Member::from_row)?;
        Ok(members.collect::<rusqlite::Result<Vec<_>>>()?)
    };
    Ok(Answer::of(backend.database.run(read).await?))
}

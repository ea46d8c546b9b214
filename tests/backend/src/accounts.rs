//! Who may sign in.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use rusqlite::{Connection, OptionalExtension as _};

use crate::database::Database;

pub(crate) const TABLE: &str = "CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL
) STRICT;";

/// An account that every database has from the start.
#[derive(Clone, Copy, Debug)]
pub struct SeededAccount {
    /// The name to sign in with.
    pub username: &'static str,
    /// The password to sign in with; no secret, this is a backend for tests.
    pub password: &'static str,
    /// The address that the session shows.
    pub email: &'static str,
}

/// The accounts that every database has from the start.
pub const SEEDED_ACCOUNTS: [SeededAccount; 2] = [
    SeededAccount { username: "ada", password: "lovelace-1843", email: "ada@example.com" },
    SeededAccount { username: "grace", password: "hopper-1906", email: "grace@example.com" },
];

/// One who has an account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) email: String,
}

/// What one calls oneself to sign in.
#[derive(Clone, Debug)]
pub(crate) enum Name {
    Email(String),
    Username(String),
}

/// An account to be.
pub(crate) struct NewAccount {
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) password: String,
}

impl Account {
    /// The account whose password this is.
    pub(crate) async fn by_password(database: &Database, name: Name, password: String) -> anyhow::Result<Option<Self>> {
        let found = database.run(move |connection| Ok(with_hash(connection, &name)?)).await?;
        tokio::task::spawn_blocking(move || {
            if let Some((account, hash)) = found {
                Ok(matches(&password, &hash)?.then_some(account))
            } else {
                // The same work as for an account that exists: the time taken does not tell who has one.
                hash(&password)?;
                Ok(None)
            }
        })
        .await?
    }

    /// The account with this id.
    pub(crate) async fn by_id(database: &Database, id: String) -> anyhow::Result<Option<Self>> {
        let read = "SELECT id, username, email FROM accounts WHERE id = ?1";
        database.run(move |connection| Ok(connection.query_row(read, [id], Self::from_row).optional()?)).await
    }

    /// Opens an account, unless the name or the address is taken.
    pub(crate) async fn open(database: &Database, new: NewAccount) -> anyhow::Result<Option<Self>> {
        let password_hash = tokio::task::spawn_blocking(move || hash(&new.password)).await??;
        let insert = "INSERT INTO accounts (username, email, password_hash) VALUES (?1, ?2, ?3)
            ON CONFLICT DO NOTHING RETURNING id, username, email";
        let row = (new.username, new.email, password_hash);
        database.run(move |connection| Ok(connection.query_row(insert, row, Self::from_row).optional()?)).await
    }

    fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: row.get::<_, i64>(0)?.to_string(), username: row.get(1)?, email: row.get(2)? })
    }
}

/// Writes the seeded accounts that are not there yet.
pub(crate) fn seed(connection: &Connection, accounts: &[SeededAccount]) -> anyhow::Result<()> {
    for seeded in accounts {
        connection.execute(
            "INSERT INTO accounts (username, email, password_hash) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            (seeded.username, seeded.email, hash(seeded.password)?),
        )?;
    }
    Ok(())
}

fn with_hash(connection: &Connection, name: &Name) -> rusqlite::Result<Option<(Account, String)>> {
    let (read, name) = match name {
        Name::Email(email) => ("SELECT id, username, email, password_hash FROM accounts WHERE email = ?1", email),
        Name::Username(name) => ("SELECT id, username, email, password_hash FROM accounts WHERE username = ?1", name),
    };
    connection.query_row(read, [name], |row| Ok((Account::from_row(row)?, row.get(3)?))).optional()
}

/// Whether this is the password behind the hash.
pub(crate) async fn is_password(password: String, hash: String) -> anyhow::Result<bool> {
    tokio::task::spawn_blocking(move || matches(&password, &hash)).await?
}

/// Argon2id of a real but cheap cost: 1 MiB and one pass, so that a test suite is not about hashing.
pub(crate) fn hash(password: &str) -> anyhow::Result<String> {
    let cost = Params::new(1024, 1, 1, None)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost);
    Ok(argon2.hash_password(password.as_bytes())?.to_string())
}

fn matches(password: &str, hash: &str) -> anyhow::Result<bool> {
    let hash = PasswordHash::new(hash)?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

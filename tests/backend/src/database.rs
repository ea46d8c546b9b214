//! The store: one `SQLite` connection, used from blocking threads only.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use rusqlite::{Connection, OptionalExtension as _};

use crate::system::System;
use crate::{accounts, deny_list, resources};

const SETTINGS: &str = "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;";

/// A handle to the store; all handles share one connection.
#[derive(Clone)]
pub(crate) struct Database {
    connection: Arc<Mutex<Connection>>,
}

impl Database {
    /// Opens the file, or a store that lives as long as the process, and brings a system's tables into being.
    pub(crate) async fn open(file: Option<&Path>, system: System) -> anyhow::Result<Self> {
        let connection = match file {
            Some(file) => Connection::open(file).with_context(|| format!("cannot open database {}", file.display()))?,
            None => Connection::open_in_memory()?,
        };
        let database = Self { connection: Arc::new(Mutex::new(connection)) };
        database
            .run(move |connection| {
                connection.execute_batch(SETTINGS)?;
                connection.execute_batch(accounts::TABLE)?;
                connection.execute_batch(deny_list::TABLE)?;
                connection.execute_batch(resources::POSTS_TABLE)?;
                accounts::seed(connection, &accounts::SEEDED_ACCOUNTS)?;
                system.prepare(connection)
            })
            .await?;
        Ok(database)
    }

    /// Does some work with the connection where blocking is allowed.
    pub(crate) async fn run<T, F>(&self, work: F) -> anyhow::Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> anyhow::Result<T> + Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        tokio::task::spawn_blocking(move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner)))
            .await?
    }

    /// The key that signs a system's tokens: drawn once per database, so that a restart on the same file keeps its
    /// sessions, and one for each system, so that none takes another's tokens.
    pub(crate) async fn signing_key(&self, system: System) -> anyhow::Result<Vec<u8>> {
        self.run(move |connection| {
            let name = format!("{}.signing_key", system.name());
            let read = "SELECT value FROM settings WHERE name = ?1";
            if let Some(key) = connection.query_row(read, [&name], |row| row.get(0)).optional()? {
                return Ok(key);
            }
            let mut key = vec![0; 32];
            getrandom::fill(&mut key)?;
            connection.execute("INSERT INTO settings (name, value) VALUES (?1, ?2)", (name, &key))?;
            Ok(key)
        })
        .await
    }
}

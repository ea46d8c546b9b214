//! Tokens that are dead before they expire, by their id: in Redis, or in the database where there is none.

use anyhow::Context as _;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use std::time::Duration;

use crate::database::Database;
use crate::tokens;

pub(crate) const TABLE: &str = "CREATE TABLE IF NOT EXISTS denied (
    id TEXT PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT;";

/// How long an answer of Redis is waited for; without one nothing is believed to be alive.
const PATIENCE: Duration = Duration::from_secs(2);

/// A handle to the list.
#[derive(Clone)]
pub(crate) enum DenyList {
    Database(Database),
    Redis(ConnectionManager),
}

impl DenyList {
    /// The list in Redis.
    pub(crate) async fn in_redis(url: &str) -> anyhow::Result<Self> {
        // The URL may hold a password, so the error does not say it.
        let client = redis::Client::open(url).context("REDIS_URL is not of the form redis://localhost:6379")?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_with_config(client, config).await.context("cannot reach Redis")?;
        Ok(Self::Redis(connection))
    }

    /// Puts a token on the list for the rest of its life; says whether this call was the first to do so.
    ///
    /// Of any number of callers at the same time exactly one is the first.
    pub(crate) async fn deny(&self, id: impl ToString, until: u64) -> anyhow::Result<bool> {
        let (id, now) = (id.to_string(), tokens::now());
        match self {
            Self::Database(database) => database.run(move |connection| Ok(enter(connection, &id, until, now)?)).await,
            Self::Redis(connection) => {
                let seconds = until.saturating_sub(now).max(1);
                let mut set = redis::cmd("SET");
                set.arg(format!("twinfetch:denied:{id}")).arg(1).arg("NX").arg("EX").arg(seconds);
                let answer = set.query_async::<Option<String>>(&mut connection.clone()).await;
                Ok(answer.context("Redis did not answer")?.is_some())
            }
        }
    }
}

fn enter(connection: &rusqlite::Connection, id: &str, until: u64, now: u64) -> rusqlite::Result<bool> {
    connection.execute("DELETE FROM denied WHERE until <= ?1", [now.cast_signed()])?;
    let enter = "INSERT INTO denied (id, until) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    Ok(connection.execute(enter, (id, until.cast_signed()))? == 1)
}

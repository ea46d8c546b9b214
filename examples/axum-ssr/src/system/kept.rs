//! Who signed in here and whose tokens stay here: by a random id, which is all that the browser has.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use twinfetch_server_client::SignedIn;

use super::System;

/// How long a session is kept that nobody uses: as long as its refresh token is good.
const IDLE: Duration = Duration::from_hours(7 * 24);

/// How many are kept; of more, the one that was used longest ago goes.
const MOST: usize = 10_000;

/// The sessions of one system, in memory: they end with the process. More than one process needs a store that they share,
/// and that renews a token once for all of them.
#[derive(Default)]
pub(super) struct Store(Mutex<HashMap<String, Entry>>);

struct Entry {
    signed_in: SignedIn,
    used: Instant,
}

impl Store {
    /// Keeps somebody under a new id. One that the browser brought is never used again: somebody else may know it.
    pub(super) fn add(&self, signed_in: SignedIn) -> anyhow::Result<String> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).context("the operating system gives no random bytes")?;
        let id = bytes.iter().fold(String::new(), |mut id, byte| {
            // Writing to a string does not fail.
            let _ = write!(id, "{byte:02x}");
            id
        });
        let mut entries = self.lock();
        entries.retain(|_, entry| entry.used.elapsed() < IDLE && entry.signed_in.tokens().is_some());
        if entries.len() >= MOST {
            let oldest = entries.iter().min_by_key(|(_, entry)| entry.used).map(|(id, _)| id.clone());
            oldest.and_then(|oldest| entries.remove(&oldest));
        }
        entries.insert(id.clone(), Entry { signed_in, used: Instant::now() });
        Ok(id)
    }

    /// Who has this id; nobody whose session is over.
    pub(super) fn find(&self, id: &str) -> Option<SignedIn> {
        let mut entries = self.lock();
        let entry = entries.get_mut(id)?;
        if entry.used.elapsed() >= IDLE || entry.signed_in.tokens().is_none() {
            entries.remove(id);
            return None;
        }
        entry.used = Instant::now();
        Some(entry.signed_in.clone())
    }

    /// Forgets an id.
    pub(super) fn remove(&self, id: &str) {
        self.lock().remove(id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl System {
    /// The id that a request brings.
    pub(super) fn id_in(&self, headers: &HeaderMap) -> Option<String> {
        let name = self.cookie_name();
        let headers = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
        let pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(known, _)| *known == name).map(|(_, id)| id.to_owned()).next()
    }

    /// The line that gives a browser its id, or takes it away. Without `Max-Age` it goes with the browser's own session.
    pub(super) fn id_cookie(&self, id: Option<&str>) -> anyhow::Result<HeaderValue> {
        let end = if id.is_some() { "" } else { "; Max-Age=0" };
        let secure = if self.origin.starts_with("http:") { "" } else { "; Secure" };
        let (name, path, id) = (self.cookie_name(), self.path(), id.unwrap_or_default());
        let line = format!("{name}={id}; Path={path}; HttpOnly; SameSite=Lax{secure}{end}");
        let mut line = HeaderValue::try_from(line).context("an id is made of digits")?;
        line.set_sensitive(true);
        Ok(line)
    }

    fn cookie_name(&self) -> String {
        format!("axum-ssr.{}", self.about.name)
    }
}

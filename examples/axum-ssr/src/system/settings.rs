//! The systems with the settings that this process was given.

use std::env;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context as _;
use twinfetch_server_client::ServerClient;

use super::System;
use super::kept::Store;
use super::list::{About, SYSTEMS};

/// The systems whose secret is known; without it nobody's session can be read.
pub(crate) fn all(origin: &str) -> anyhow::Result<Vec<Arc<System>>> {
    let mut systems = Vec::new();
    for about in &SYSTEMS {
        let Some(secrets) = setting(about, "SECRET") else {
            tracing::info!(system = about.name, "left out: its secret is not set");
            continue;
        };
        systems.push(Arc::new(System::new(about, &secrets, origin)?));
    }
    Ok(systems)
}

impl System {
    fn new(about: &'static About, secrets: &str, origin: &str) -> anyhow::Result<Self> {
        let dialect = (about.dialect)();
        let mut client = ServerClient::builder()
            .dialect(dialect.clone())
            .base_url(setting(about, "URL").unwrap_or_else(|| about.backend.to_owned()))
            .secrets(secrets.split(',').map(str::trim))
            .app_url(origin);
        if let Some(seconds) = setting(about, "ISSUED_AFTER") {
            let seconds = seconds.parse().with_context(|| format!("{seconds:?} are no seconds since 1970"))?;
            let moment = UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
            client = client.issued_after(move |_| moment);
        }
        let (client, origin) = (client.build()?, origin.to_owned());
        Ok(Self { about, dialect, client, kept: Store::default(), origin })
    }
}

/// A variable such as `S1_URL`.
fn setting(about: &About, name: &str) -> Option<String> {
    let variable = format!("{}_{name}", about.name.to_ascii_uppercase());
    env::var(variable).ok().filter(|value| !value.trim().is_empty())
}

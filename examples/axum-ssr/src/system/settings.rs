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
        let variable = |name: &str| env::var(format!("{}_{name}", about.name.to_ascii_uppercase())).ok();
        let Some(system) = System::new(about, variable, origin)? else {
            tracing::info!(system = about.name, "left out: its secret is not set");
            continue;
        };
        systems.push(Arc::new(system));
    }
    Ok(systems)
}

impl System {
    /// Makes the client of a system that is set up: with `SECRET`, and what else is not as it is by default.
    fn new(
        about: &'static About,
        setting: impl Fn(&str) -> Option<String>,
        origin: &str,
    ) -> anyhow::Result<Option<Self>> {
        let setting = |name| setting(name).filter(|value| !value.trim().is_empty());
        let Some(secrets) = setting("SECRET") else { return Ok(None) };
        let dialect = (about.dialect)();
        let mut client = ServerClient::builder()
            .dialect(dialect)
            .base_url(setting("URL").unwrap_or_else(|| about.backend.to_owned()))
            .secrets(secrets.split(',').map(str::trim))
            .app_url(origin);
        if let Some(seconds) = setting("ISSUED_AFTER") {
            let seconds =
                seconds.parse().with_context(|| format!("ISSUED_AFTER is no number of seconds: {seconds:?}"))?;
            let moment = UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
            client = client.issued_after(move |_| moment);
        }
        let (client, origin) = (client.build()?, origin.to_owned());
        Ok(Some(Self { about, dialect, client, kept: Store::default(), origin }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
    use tower_service::Service as _;
    use twinfetch_backend::Options;

    use super::{SYSTEMS, System};
    use crate::system::pages;

    const ORIGIN: &str = "http://localhost:3001";

    #[test]
    fn a_system_without_a_secret_is_left_out_and_a_moment_is_a_number() {
        let about = &SYSTEMS[2];
        for secret in [None, Some(" ".to_owned())] {
            let system = System::new(about, |name| secret.clone().filter(|_| name == "SECRET"), ORIGIN);
            assert!(system.unwrap().is_none());
        }
        let refusal = System::new(about, |_| Some("http://localhost:1".to_owned()), ORIGIN).err().unwrap();
        assert!(refusal.to_string().starts_with("ISSUED_AFTER"), "{refusal}");
    }

    #[tokio::test]
    async fn a_token_of_before_the_moment_is_nobodys() {
        let system = twinfetch_backend::System::SingleUser;
        let secrets = vec!["of the test".to_owned()];
        let options = Options { system, secrets, ..Options::default() };
        let backend = twinfetch_backend::serve(options).await.unwrap();
        let served = |moment: &'static str| {
            let setting = |name: &str| match name {
                "SECRET" => Some("of the test".to_owned()),
                "URL" => Some(backend.url().to_owned()),
                _ => Some(moment.to_owned()),
            };
            pages(Arc::new(System::new(&SYSTEMS[2], setting, ORIGIN).unwrap().unwrap())).unwrap()
        };
        let (mut always, mut later) = (served("0"), served("4102444800"));
        let cookie = sign_in(&mut always).await;
        assert!(shown(&mut always, &cookie).await.contains(r#"data-status="authenticated""#));
        assert!(shown(&mut later, &cookie).await.contains(r#"data-status="anonymous""#));
    }

    async fn sign_in(pages: &mut Router) -> String {
        let form = Request::post("/sign-in").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = pages.call(form.body(Body::from("password=admin123")).unwrap()).await.unwrap();
        let line = answer.headers()[SET_COOKIE].to_str().unwrap();
        line.split(';').next().unwrap().to_owned()
    }

    async fn shown(pages: &mut Router, cookie: &str) -> String {
        let request = Request::get("/").header(COOKIE, cookie).body(Body::empty()).unwrap();
        let body = pages.call(request).await.unwrap().into_body();
        String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap()
    }
}

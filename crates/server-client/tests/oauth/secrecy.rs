//! Canaries in every secret place of a sign-in appear in no log and no `Debug` text.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::fake::{Fake, Signed};
use crate::visit::{Visit, callback, settings};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn nothing_secret_is_written_anywhere() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_max_level(tracing::Level::TRACE);
    subscriber.with_writer(log.clone()).init();
    let mut shown = Vec::new();
    let mut secrets = vec!["canary".to_owned(), "Canary".to_owned()];

    let fake = Fake::new().await;
    let builder = settings(fake.url());
    shown.push(format!("{builder:?}"));
    let oauth = builder.build().unwrap();
    shown.push(format!("{oauth:?}"));
    for (signed, answer) in [
        (Signed::Rightly, None),
        (Signed::ClientSecret, None),
        (Signed::Rightly, Some((200, json!({ "access_token": "canary-access-token" })))),
        (Signed::Rightly, Some((400, json!({ "error": "canary-error", "error_description": "canary" })))),
        (Signed::Rightly, Some((302, json!("canary")))),
    ] {
        (fake.script().signed, fake.script().answer) = (signed, answer);
        let visit = Visit::begin(&oauth, Some("/canary-return?canary")).await;
        secrets.extend([
            visit.state(),
            visit.parameter("nonce"),
            visit.parameter("code_challenge"),
            visit.cookie.clone(),
        ]);
        let code = fake.authorize(&visit);
        for query in [
            format!("code={code}&state={}", visit.state()),
            format!("code={code}&state={}", visit.state()),
            format!("error=canary-error&error_description=canary&state={}", visit.state()),
            format!("code={code}&state=canary-state"),
            format!("code={code}&state={}&iss=canary", visit.state()),
        ] {
            match visit.back(&oauth, &query).await {
                Ok(signed_in) => {
                    let identity = signed_in.identity();
                    let identity = format!("{identity:?} {signed_in:?}").replace("canary-sub", "");
                    shown.push(format!("{identity} {:?}", signed_in.headers()));
                }
                Err(error) => shown.push(format!("{error:?} {error} {} {:?}", error.log_detail(), error.headers())),
            }
        }
        shown.push(format!("{:?}", callback(&oauth, "code=canary", "twinfetch.sign-in=canary.canary..a.b").await));
    }

    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("signed in") && logged.contains("no sign-in: id_token_invalid, alg"), "{logged}");
    assert!(logged.contains("hyper"), "the log of the libraries is watched too");
    for (place, text) in [("the log", logged), ("what was shown", shown.join("\n"))] {
        let line = text.lines().find(|line| secrets.iter().any(|secret| line.contains(secret)));
        assert_eq!(line, None, "in {place}");
    }
}

//! Canaries in every secret place appear in no log and no `Debug` text.

use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;
use twinfetch_core::seal::SealVersion;
use twinfetch_server_client::{Api, Dialect, Secret, ServerClient, Tokens};

use crate::scripted::{Then, nobody, raw};
use crate::stage::{ADA, COOKIE_NAME, Stage, claims_of, seal, with_cookie};

const CANARY: &str = "canary";

/// Keeps what is logged.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What is logged in this process from the first call on.
    pub(crate) fn of_all_tests() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        let start = || {
            let log = Self::default();
            let subscriber = tracing_subscriber::fmt().with_ansi(false).with_max_level(tracing::Level::TRACE);
            subscriber.with_writer(log.clone()).init();
            log
        };
        LOG.get_or_init(start).clone()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

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

fn client(url: &str) -> ServerClient {
    ServerClient::builder().base_url(url).secrets(["canary-secret"]).build().unwrap()
}

fn api(url: &str) -> Api {
    let claims = claims_of(ADA, "canary-token");
    let sealed = seal(SealVersion::V5, "canary-secret", COOKIE_NAME, &claims);
    client(url).incoming(&with_cookie(&format!("{COOKIE_NAME}={sealed}; other=canary-cookie")))
}

fn answer(head: &str, body: &str) -> String {
    let (json, length) = ("content-type: application/json", body.len());
    format!("HTTP/1.1 {head}\r\n{json}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
}

#[tokio::test]
async fn nothing_secret_is_written_anywhere() {
    let log = Log::of_all_tests();
    let mut shown = Vec::new();

    let (unfit, _unfit) = raw(answer("200 OK", "[\"canary-body\"]"), Then::Close).await;
    let (failing, _failing) = raw(answer("500 X", "{\"message\":\"canary-body\"}"), Then::Close).await;
    let (moved, _moved) = raw(answer("302 X\r\nlocation: http://evil.test/?canary", ""), Then::Close).await;
    for url in [unfit, failing, moved, nobody().await] {
        let api = api(&url);
        let session = api.session().await.unwrap();
        assert_eq!(session.authenticated().unwrap().access_token().unwrap().expose(), "canary-token");
        let read = api.get::<Vec<u8>>("/x").query("canary-name", "canary-value").header("x-key", "canary-header");
        let write = api.post::<Vec<u8>>("/x?canary-query").json(&json!({ "canary": "canary" }));
        shown.push(format!("{read:?} {write:?} {session:?} {api:?}"));
        for error in [read.await.unwrap_err(), write.await.unwrap_err()] {
            shown.push(format!("{error:?} {error} {}", error.log_detail()));
        }
        let read = api.get::<Value>("/x").query("canary-name", "canary-value").reply().await;
        shown.push(format!("{:?}", read.map(|reply| reply.status)));
    }
    let tampered = client("http://localhost:1").incoming(&with_cookie(&format!("{COOKIE_NAME}=canary.canary..a.b")));
    shown.push(format!("{:?} {:?}", tampered.session().await, tampered.session_refusal()));
    let refused = api("http://localhost:1").get::<Value>("/x").header("cookie", "canary").await.unwrap_err();
    let header = api("http://localhost:1").get::<Value>("/x").header("x-key", "canary\r\n").await.unwrap_err();
    shown.push(format!("{refused:?} {header:?}"));
    // The real backend as well, so that an accepted call is in the log.
    let stage = Stage::new().await;
    let _: Vec<Value> = stage.signed_in(ADA).await.get("/api/posts").query("canary", "canary").await.unwrap();

    let logged = log.text();
    let lines_of_the_client = logged.lines().filter(|line| line.contains("twinfetch_server_client"));
    assert!(lines_of_the_client.clone().count() > 10, "{logged}");
    assert!(logged.contains("route=\"/x\"") && logged.contains("status=500") && logged.contains("request_id="));
    assert!(logged.contains("hyper"), "the log of the libraries is watched too");
    for (place, text) in [("the log", logged), ("what was shown", shown.join("\n"))] {
        let line = text.lines().find(|line| line.contains(CANARY) || line.contains(ADA.password));
        assert_eq!(line, None, "in {place}");
    }
}

#[tokio::test]
async fn nothing_secret_of_a_sign_in_is_written_anywhere() {
    let log = Log::of_all_tests();
    let pair = json!({ "accessToken": "canary-access", "refreshToken": "canary-refresh" });
    let accepted = json!({ "success": true, "data": pair, "message": "canary-message" }).to_string();
    let refused = json!({ "success": false, "data": pair, "message": "no" }).to_string();
    let cookie = "\r\nset-cookie: accessToken=canary-cookie";
    let (accepting, _accepting) = raw(answer(&format!("200 OK{cookie}"), &accepted), Then::Close).await;
    let (refusing, _refusing) = raw(answer(&format!("401 X{cookie}"), &refused), Then::Close).await;
    let (failing, _failing) = raw(answer("500 X", &accepted), Then::Close).await;
    let mut shown = Vec::new();
    for url in [accepting, refusing, failing, nobody().await] {
        let client = ServerClient::builder().base_url(&url).dialect(Dialect::dual_token()).secrets(["canary-secret"]);
        let client = client.build().unwrap();
        let api = client.incoming(&with_cookie("accessToken=canary-visitor"));
        let credentials = json!({ "email": "canary-name", "password": "canary-password" });
        let tokens = Tokens { access: Secret::new("canary-a"), refresh: Some(Secret::new("canary-r")) };
        let kept = api.with_tokens(tokens.clone());
        shown.push(format!("{tokens:?} {kept:?} {:?}", kept.api().get::<Value>("/x?canary").await.err()));
        shown.push(format!("{:?} {:?}", api.sign_in(&credentials).await, api.register(&credentials).await));
        shown.push(format!("{:?} {:?}", api.refresh("canary-given").await, api.permissions().await));
        shown.push(format!("{:?} {:?}", kept.refresh().await, kept.api().create_link_token().await));
        shown.push(format!("{:?} {:?} {:?}", kept.api().sign_out().await, api.sign_out().await, api.set_cookies()));
        let link = "/x?token=canary-link".parse().unwrap();
        let single = ServerClient::builder().base_url(&url).dialect(Dialect::single_user()).secrets(["canary-secret"]);
        shown.push(format!("{:?}", single.build().unwrap().background().sign_in_with_link(&link).await));
    }
    let logged = log.text();
    assert!(logged.contains("verb=\"signIn\"") && logged.contains("POST /auth/login"), "{logged}");
    for (place, text) in [("the log", logged), ("what was shown", shown.join("\n"))] {
        let line = text.lines().find(|line| line.contains(CANARY));
        assert_eq!(line, None, "in {place}");
    }
}

//! Canaries in every secret place, shown to the guard in every way in which a caller might print what the client gives.
//!
//! The guard looks for them when a test is over: `twinfetch_canary`.

use serde_json::{Value, json};
use twinfetch_canary::{canary, logged, show, show_error, shown};
use twinfetch_core::seal::SealVersion;
use twinfetch_server_client::{Api, Dialect, Error, Secret, ServerClient, Tokens};

use crate::scripted::{Then, nobody, raw};
use crate::stage::{ADA, COOKIE_NAME, Stage, claims_of, seal, with_cookie};

fn api(url: &str, token: &str) -> Api {
    let secret = canary("secret");
    let client = ServerClient::builder().base_url(url).secrets([secret]).build().unwrap();
    let sealed = seal(SealVersion::V5, secret, COOKIE_NAME, &claims_of(ADA, token));
    client.incoming(&with_cookie(&format!("{COOKIE_NAME}={sealed}; other={}", canary("cookie"))))
}

fn answer(head: &str, body: &Value) -> String {
    let body = body.to_string();
    let (json, length) = ("content-type: application/json", body.len());
    format!("HTTP/1.1 {head}\r\n{json}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
}

fn show_failure(error: &Error) {
    show_error(error);
    shown(&error.log_detail());
}

fn show_result<T: std::fmt::Debug>(result: &Result<T, Error>) {
    show(result);
    if let Err(error) = result {
        show_failure(error);
    }
}

#[tokio::test]
async fn nothing_secret_is_written_anywhere() {
    let secret = || canary("body");
    let cookie = format!("\r\nset-cookie: sid={}", canary("cookie"));
    let (unfit, _unfit) = raw(answer(&format!("200 OK{cookie}"), &json!([secret()])), Then::Close).await;
    let (failing, _failing) = raw(answer("500 X", &json!({ "message": secret() })), Then::Close).await;
    let location = format!("302 X\r\nlocation: http://evil.test/?{}", canary("query"));
    let (moved, _moved) = raw(answer(&location, &Value::Null), Then::Close).await;
    for url in [unfit, failing, moved, nobody().await] {
        let token = canary("access");
        let api = api(&url, token);
        let session = api.session().await.unwrap();
        assert_eq!(session.authenticated().unwrap().access_token().unwrap().expose(), token);
        let query = [canary("name"), canary("value")];
        let read = || api.get::<Vec<u8>>("/x").query(query[0], query[1]).header("x-key", canary("header"));
        let write = api.post::<Vec<u8>>(&format!("/x?{}", canary("query"))).json(&json!({ secret(): secret() }));
        show(&(read(), &write, &session, &api));
        show_failure(&read().await.unwrap_err());
        show_failure(&write.await.unwrap_err());
        let read = api.get::<Value>("/x").query(query[0], query[1]).reply().await;
        show_result(&read.map(|reply| reply.status));
    }
    let client = ServerClient::builder().secrets([canary("secret")]).build().unwrap();
    let tampered = format!("{COOKIE_NAME}={}.{}..a.b", canary("cookie"), canary("cookie"));
    let tampered = client.incoming(&with_cookie(&tampered));
    show(&(tampered.session().await, tampered.session_refusal()));
    let api = api("http://localhost:1", canary("access"));
    show_failure(&api.get::<Value>("/x").header("cookie", canary("header")).await.unwrap_err());
    let broken = format!("{}\r\n", canary("header"));
    show_failure(&api.get::<Value>("/x").header("x-key", broken).await.unwrap_err());
    // The real backend as well, so that an accepted call is in the log.
    let stage = Stage::new().await;
    let signed_in = stage.signed_in(ADA).await;
    let _: Vec<Value> = signed_in.get("/api/posts").query(canary("name"), canary("value")).await.unwrap();

    let logged = logged();
    assert!(logged.lines().filter(|line| line.contains("twinfetch_server_client")).count() > 10, "{logged}");
    assert!(logged.contains("route=\"/x\"") && logged.contains("status=500") && logged.contains("request_id="));
    assert!(
        logged.contains("TRACE hyper") && logged.contains("log.target=\"reqwest"),
        "the log of the libraries is watched too: {logged}"
    );
}

#[tokio::test]
async fn nothing_secret_of_a_sign_in_is_written_anywhere() {
    let pair = json!({ "accessToken": canary("access"), "refreshToken": canary("refresh") });
    let accepted = json!({ "success": true, "data": pair, "message": canary("message") });
    let refused = json!({ "success": false, "data": pair, "message": "no" });
    let cookie = format!("\r\nset-cookie: accessToken={}", canary("cookie"));
    let (accepting, _accepting) = raw(answer(&format!("200 OK{cookie}"), &accepted), Then::Close).await;
    let (refusing, _refusing) = raw(answer(&format!("401 X{cookie}"), &refused), Then::Close).await;
    let (failing, _failing) = raw(answer("500 X", &accepted), Then::Close).await;
    for url in [accepting, refusing, failing, nobody().await] {
        let client = ServerClient::builder().base_url(&url).dialect(Dialect::dual_token()).secrets([canary("secret")]);
        let client = client.build().unwrap();
        let api = client.incoming(&with_cookie(&format!("accessToken={}", canary("visitor"))));
        let credentials = json!({ "email": canary("name"), "password": canary("password") });
        let tokens = Tokens { access: Secret::new(canary("access")), refresh: Some(Secret::new(canary("refresh"))) };
        let kept = api.with_tokens(tokens.clone());
        show(&(tokens, &kept));
        show_result(&kept.api().get::<Value>(&format!("/x?{}", canary("query"))).await.map(|_| ()));
        show_result(&api.sign_in(&credentials).await);
        show_result(&api.register(&credentials).await);
        show_result(&api.refresh(canary("given")).await);
        show_result(&api.permissions().await);
        show_result(&kept.refresh().await);
        show_result(&kept.api().create_link_token().await);
        show_result(&kept.api().sign_out().await);
        show_result(&api.sign_out().await);
        show(&api.set_cookies());
        let link = format!("/x?token={}", canary("link")).parse().unwrap();
        let single = ServerClient::builder().base_url(&url).dialect(Dialect::single_user()).secrets([canary("secret")]);
        show_result(&single.build().unwrap().background().sign_in_with_link(&link).await);
    }
    let logged = logged();
    assert!(logged.contains("verb=\"signIn\"") && logged.contains("POST /auth/login"), "{logged}");
}

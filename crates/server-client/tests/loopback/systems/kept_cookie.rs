//! S1.8: what the browser keeps of a sign-in at a server.

use axum::Router;
use axum::routing::post;
use http::HeaderMap;
use serde_json::{Value, json};
use twinfetch_backend::System;
use twinfetch_canary::canary;
use twinfetch_server_client::{Api, ApiLayer, Error};

use super::{Running, attributes, cookie, set_cookies, visit};
use crate::stage::ADA;

async fn start() -> Running {
    Running::of(System::DualToken).await
}

fn ada() -> Value {
    json!({ "email": ADA.email, "password": ADA.password })
}

#[tokio::test]
async fn s1_8_the_browser_keeps_the_access_token_in_a_cookie_until_the_sign_out() {
    async fn enter(api: Api) -> Result<String, Error> {
        let signed_in = api.sign_in(&ada()).await?;
        let me: Value = signed_in.api().get("/auth/me").await?;
        Ok(me["email"].as_str().unwrap().to_owned())
    }
    async fn who(api: Api) -> Result<String, Error> {
        let session = api.session().await?;
        Ok(session.authenticated().map_or(String::new(), |session| session.claims()["username"].to_string()))
    }
    async fn leave(api: Api) -> Result<String, Error> {
        let told = api.sign_out().await?.server_told;
        assert!(!api.session().await?.is_authenticated());
        Ok(told.to_string())
    }
    let running = start().await;
    let app = Router::new().route("/enter", post(enter)).route("/who", post(who)).route("/leave", post(leave));
    let app = app.layer(ApiLayer::new(running.client.clone()));

    let response = visit(&app, "/enter", "").await;
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    let [line] = &set_cookies(response.headers())[..] else { panic!("not one cookie") };
    let [http_only, max_age, path, same_site] = attributes(line)[..] else { panic!("{line}") };
    assert_eq!((http_only, path, same_site), ("HttpOnly", "Path=/", "SameSite=Lax"));
    let seconds: u64 = max_age.strip_prefix("Max-Age=").unwrap().parse().unwrap();
    assert!((880..=900).contains(&seconds), "{max_age}");
    assert_eq!(text(visit(&app, "/enter", "").await).await, ADA.email);

    let kept = cookie(line);
    assert_eq!(text(visit(&app, "/who", kept).await).await, "\"ada\"");
    assert!(set_cookies(visit(&app, "/who", kept).await.headers()).is_empty());

    let response = visit(&app, "/leave", kept).await;
    assert_eq!(set_cookies(response.headers()), ["accessToken=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]);
    assert_eq!(text(visit(&app, "/who", "").await).await, "");
}

#[tokio::test]
async fn s1_8_a_cookie_is_secure_unless_the_app_is_known_to_go_without() {
    let running = start().await;
    for (app, secure) in [(Some("http://localhost:3000"), false), (Some("https://app.example"), true), (None, true)] {
        let client = running.client(System::DualToken, |builder| match app {
            Some(app) => builder.app_url(app),
            None => builder,
        });
        let api = client.incoming(&HeaderMap::new());
        let signed_in = api.sign_in(&ada()).await.unwrap();
        let mut headers = HeaderMap::new();
        signed_in.relay(&mut headers);
        let lines = set_cookies(&headers);
        assert_eq!(attributes(&lines[0]).contains(&"Secure"), secure, "{app:?}");
        assert_eq!(
            lines,
            set_cookies(&{
                let mut headers = HeaderMap::new();
                api.relay(&mut headers);
                api.relay(&mut headers);
                headers
            })
        );
    }
}

#[tokio::test]
async fn s1_8_a_token_that_this_server_could_not_read_back_becomes_no_cookie() {
    let running = start().await;
    let stranger = running.client(System::DualToken, |builder| builder.secrets([canary("secret")]));
    let signed_in = stranger.incoming(&HeaderMap::new()).sign_in(&ada()).await.unwrap();
    assert!(signed_in.set_cookies().is_empty());
    assert!(signed_in.api().get::<Value>("/auth/me").await.is_ok());
}

async fn text(response: axum::response::Response) -> String {
    String::from_utf8(axum::body::to_bytes(response.into_body(), 4096).await.unwrap().to_vec()).unwrap()
}

//! S2: a token in a cookie, and permissions.

use std::time::{Duration, SystemTime};

use axum::Router;
use axum::routing::post;
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE};
use serde_json::{Value, json};
use twinfetch_backend::{ADMINISTRATOR, Refusals, SeededAccount, System};
use twinfetch_canary::canary;
use twinfetch_core::seal::{SealError, SessionError};
use twinfetch_server_client::{Api, ApiLayer, Code, Error, Kind, SignedIn};

use super::{Running, SECRET, attributes, claims, cookie, now, set_cookies, sign, visit};
use crate::stage::{ADA, GRACE};

async fn start() -> Running {
    Running::of(System::CookieJwt).await
}

fn credentials(account: SeededAccount) -> Value {
    json!({ "email": account.email, "password": account.password })
}

async fn signed_in(running: &Running, account: SeededAccount) -> SignedIn {
    running.client.background().sign_in(&credentials(account)).await.unwrap()
}

async fn token(running: &Running, account: SeededAccount) -> String {
    signed_in(running, account).await.tokens().unwrap().access.expose().to_owned()
}

#[tokio::test]
async fn s2_1_a_sign_in_gives_the_browser_the_backends_cookie() {
    async fn enter(api: Api) -> Result<(), Error> {
        let me: Value = api.sign_in(&credentials(ADA)).await?.api().get("/auth/session").await?;
        assert_eq!(me["user"]["email"], ADA.email);
        Ok(())
    }
    let running = start().await;
    let app = Router::new().route("/enter", post(enter)).layer(ApiLayer::new(running.client.clone()));
    let response = visit(&app, "/enter", "").await;
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    let [line] = &set_cookies(response.headers())[..] else { panic!("not one cookie") };
    assert_eq!(attributes(line), ["HttpOnly", "Max-Age=86400", "Path=/", "SameSite=Strict"]);
    let session = running.incoming(cookie(line)).session().await.unwrap();
    assert_eq!(session.authenticated().unwrap().claims()["email"], ADA.email);
}

#[tokio::test]
async fn s2_1_a_wrong_password_signs_nobody_in() {
    let running = start().await;
    let api = running.client.incoming(&HeaderMap::new());
    let error = api.sign_in(&json!({ "email": ADA.email, "password": canary("password") })).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::SignInRefused, "邮箱或密码错误"));
    assert!(api.set_cookies().is_empty());
}

#[tokio::test]
async fn s2_2_the_cookie_and_the_bearer_token_are_verified_with_no_network() {
    let running = start().await;
    let (ada, grace) = (token(&running, ADA).await, token(&running, GRACE).await);
    running.forget_calls().await;
    let headers = |cookie: Option<&str>, bearer: Option<&str>| {
        let cookie = cookie.map(|token| (COOKIE, format!("token={token}").parse().unwrap()));
        let bearer = bearer.map(|token| (AUTHORIZATION, format!("Bearer {token}").parse().unwrap()));
        cookie.into_iter().chain(bearer).collect::<HeaderMap>()
    };
    for (headers, expected) in [
        (headers(Some(&ada), None), ADA),
        (headers(None, Some(&grace)), GRACE),
        (headers(Some(&ada), Some(&grace)), GRACE),
    ] {
        let session = running.client.incoming(&headers).session().await.unwrap();
        assert_eq!(session.authenticated().unwrap().user::<Value>().unwrap()["email"], expected.email);
    }
    assert_eq!(running.calls().await, Vec::<Value>::new());
    let api = running.client.incoming(&headers(Some(&ada), Some(&grace)));
    let me: Value = api.get("/auth/session").await.unwrap();
    assert_eq!(me["user"]["email"], GRACE.email);
    let api = running.client.incoming(&headers(Some(&ada), Some("garbage")));
    assert!(!api.session().await.unwrap().is_authenticated());
    assert_eq!(api.session_refusal(), Some(SessionError::Seal(SealError::Malformed)));
}

#[tokio::test]
async fn s2_2_nobody_is_signed_in_without_a_token_and_the_backend_says_the_same() {
    let running = start().await;
    for cookie in ["theme=dark", "token=", "tokens=x"] {
        let api = running.incoming(cookie);
        assert!(!api.session().await.unwrap().is_authenticated());
        let error = api.get::<Value>("/auth/session").await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::Unauthorized, "未登录"));
    }
}

#[tokio::test]
async fn s2_3_what_a_user_may_do_is_asked_once_per_request() {
    let running = start().await;
    let (ada, grace) = (token(&running, ADA).await, token(&running, GRACE).await);
    let ada = running.incoming(&format!("token={ada}"));
    let listed = ada.permissions().await.unwrap();
    assert!(listed.codes().iter().any(|code| code == "account.user.read"), "{listed:?}");
    let (first, second) = tokio::join!(ada.can("account.user.read"), ada.can("account.user.everything"));
    assert_eq!((first.unwrap(), second.unwrap()), (true, false));
    assert_eq!(running.count("/auth/permissions").await, 1);

    let grace = running.incoming(&format!("token={grace}"));
    assert!(!grace.can("account.user.read").await.unwrap());
    assert_eq!(grace.get::<Value>("/account/users").await.unwrap_err().kind(), Kind::Forbidden);
    assert_eq!(running.count("/auth/permissions").await, 2);

    let _post: Value = ada.post("/api/posts").json(&json!({ "title": "x" })).await.unwrap();
    assert!(ada.can("account.user.read").await.unwrap());
    assert_eq!(running.count("/auth/permissions").await, 3);
}

#[tokio::test]
async fn s2_3_a_super_administrator_may_do_everything_by_the_claim_alone() {
    let running = start().await;
    let signed_in = signed_in(&running, ADMINISTRATOR).await;
    let token = signed_in.tokens().unwrap().access.expose().to_owned();
    assert_eq!(claims(&token)["isSurperAdmin"], true);
    running.forget_calls().await;
    let visitor = running.incoming(&format!("token={token}"));
    let service = running.client.background().bearer(&token);
    for api in [visitor.clone(), service, signed_in.api()] {
        assert!(api.can("whatever.there.is").await.unwrap());
    }
    assert_eq!(running.calls().await, Vec::<Value>::new());
    assert!(visitor.permissions().await.unwrap().can("whatever.there.is"));
    let _users: Value = visitor.get("/account/users").await.unwrap();

    let claim = json!({ "isSurperAdmin": true, "exp": now() + 60 });
    let forged = running.incoming(&format!("token={}", sign(&claim, "another")));
    assert!(!forged.can("whatever.there.is").await.unwrap());
}

#[tokio::test]
async fn s2_3_permissions_that_cannot_be_asked_are_unknown_not_refused() {
    let running = start().await;
    let api = running.incoming(&format!("token={}", token(&running, ADA).await));
    running.fault(json!({ "path": "/auth/permissions", "status": 500, "body": "{}" })).await;
    assert_eq!(api.can("account.user.read").await.unwrap_err().kind(), Kind::Status);
    assert!(api.can("account.user.read").await.unwrap());
    let nobody = running.client.incoming(&HeaderMap::new());
    assert!(!nobody.can("account.user.read").await.unwrap());
    assert_eq!(nobody.permissions().await.unwrap_err().kind(), Kind::Unauthorized);
    let left = signed_in(&running, ADMINISTRATOR).await;
    left.api().sign_out().await.unwrap();
    running.forget_calls().await;
    assert!(!left.api().can("account.user.read").await.unwrap());
    assert!(!running.client.background().can("account.user.read").await.unwrap());
    assert_eq!(running.calls().await, Vec::<Value>::new());
}

#[tokio::test]
async fn s2_4_a_sign_out_is_always_heard_and_takes_the_cookie_away() {
    let running = start().await;
    for cookie in [format!("token={}", token(&running, ADA).await), "token=garbage".to_owned()] {
        let api = running.incoming(&cookie);
        assert!(api.sign_out().await.unwrap().server_told);
        let mut headers = HeaderMap::new();
        api.relay(&mut headers);
        let [line] = &set_cookies(&headers)[..] else { panic!("not one cookie") };
        assert!(line.starts_with("token=;") && line.contains("Max-Age=0") && line.contains("Path=/"), "{line}");
        assert!(!api.session().await.unwrap().is_authenticated());
        assert_eq!(api.get::<Value>("/auth/session").await.unwrap_err().kind(), Kind::Unauthorized);
    }
    let nobody = running.client.incoming(&HeaderMap::new());
    assert!(nobody.sign_out().await.unwrap().server_told);
    assert_eq!(running.count("/auth/logout").await, 3);
}

#[tokio::test]
async fn s2_4_a_server_that_cannot_be_told_leaves_no_cookie_in_the_browser() {
    let running = start().await;
    let cookie = format!("theme=dark; __Secure-token={0}; token={0}", token(&running, ADA).await);
    let client = running.shut_down().await;
    let api = client.incoming(&crate::stage::with_cookie(&cookie));
    let out = api.sign_out().await.unwrap();
    assert_eq!((out.server_told, out.cause.unwrap().kind()), (false, Kind::Network));
    let lines: Vec<_> = api.set_cookies().iter().map(|line| line.to_str().unwrap().to_owned()).collect();
    assert_eq!(
        lines,
        [
            "__Secure-token=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax",
            "token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
        ]
    );
}

#[tokio::test]
async fn s2_5_a_token_ends_with_its_day_and_is_not_renewed() {
    let running = start().await;
    let token = token(&running, ADA).await;
    assert_eq!(claims(&token)["exp"].as_u64().unwrap() - claims(&token)["iat"].as_u64().unwrap(), 24 * 3600);
    for (hours, alive) in [(23, true), (25, false)] {
        let clock = move || SystemTime::now() + Duration::from_hours(hours);
        let client = running.client(System::CookieJwt, |builder| builder.clock(clock));
        let api = client.incoming(&crate::stage::with_cookie(&format!("token={token}")));
        assert_eq!(api.session().await.unwrap().is_authenticated(), alive, "{hours}");
        assert_eq!(api.session_refusal().is_none(), alive);
    }
    let expired = json!({ "id": 1, "exp": now() - 5 });
    let api = running.incoming(&format!("token={}", sign(&expired, SECRET)));
    assert!(api.session().await.unwrap().is_authenticated(), "clocks may differ by 15 s");
    running.forget_calls().await;
    assert_eq!(api.get::<Value>("/api/posts").await.unwrap_err().kind(), Kind::Unauthorized);
    assert_eq!(running.calls().await.len(), 1);
    assert_eq!(api.refresh("x").await.unwrap_err().kind(), Kind::Config);
}

#[tokio::test]
async fn s2_6_a_code_other_than_0_is_an_error_under_any_status() {
    let options = twinfetch_backend::Options { refusals: Refusals::WithOk, ..Running::options(System::CookieJwt) };
    let running = Running::with(options).await;
    let nobody = running.client.incoming(&HeaderMap::new());
    let error = nobody.get::<Value>("/auth/session").await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::EnvelopeRefused, "未登录"));
    let wrong = json!({ "email": ADA.email, "password": canary("password") });
    let error = nobody.sign_in(&wrong).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.message()), (200, "邮箱或密码错误"));
    let api = running.incoming(&format!("token={}", token(&running, ADA).await));
    let _posts: Vec<Value> = api.get("/api/posts").await.unwrap();
    let error = api.post::<Value>("/api/posts").json(&json!({})).await.unwrap_err();
    assert_eq!(error.code(), Code::EnvelopeRefused);
}

#[tokio::test]
async fn s2_7_a_failure_of_the_server_says_nothing_of_its_cause() {
    let running = start().await;
    let api = running.incoming(&format!("token={}", token(&running, ADA).await));
    let told = json!({ "code": -1, "message": "connection to 10.0.0.7 refused" });
    let headers = json!({ "x-request-id": "r-42" });
    running
        .fault(json!({ "path": "/account/users", "status": 500, "body": told.to_string(), "headers": headers }))
        .await;
    let error = api.get::<Value>("/account/users").await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::Status, Code::ServerFailed.message()));
    assert!(!format!("{error:?} {}", error.log_detail()).contains("10.0.0.7"));
    assert!(error.log_detail().contains("/account/users"), "{}", error.log_detail());
    let _users: Value = api.get("/account/users").await.unwrap();
}

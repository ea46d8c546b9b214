//! S3: one user, a token, links that sign their bearer in.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::extract::Request;
use http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_service::Service as _;
use twinfetch_backend::{PASSWORD, System};
use twinfetch_canary::canary;
use twinfetch_core::seal::{SealError, SessionError};
use twinfetch_server_client::{Code, Kind, Proxy, SignedIn};

use super::{Running, SECRET, attributes, claims, now, sign};
use crate::stage::with_cookie;

async fn start() -> Running {
    Running::of(System::SingleUser).await
}

async fn signed_in(running: &Running) -> SignedIn {
    running.client.background().sign_in(&json!({ "password": PASSWORD })).await.unwrap()
}

async fn token(running: &Running) -> String {
    signed_in(running).await.tokens().unwrap().access.expose().to_owned()
}

#[tokio::test]
async fn s3_1_the_password_signs_in_for_as_long_as_was_asked() {
    let running = start().await;
    let lifetime = |token: &str| claims(token)["exp"].as_u64().unwrap() - claims(token)["iat"].as_u64().unwrap();
    assert_eq!(lifetime(&token(&running).await), 12 * 3600);
    let short = running.client.background().sign_in(&json!({ "password": PASSWORD, "ttl": 60 })).await.unwrap();
    assert_eq!(lifetime(short.tokens().unwrap().access.expose()), 60);
    assert_eq!(short.tokens().unwrap().refresh, None);
}

#[tokio::test]
async fn s3_1_a_wrong_password_or_lifetime_is_refused() {
    let running = start().await;
    let background = running.client.background();
    let error = background.sign_in(&json!({ "password": canary("password") })).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::SignInRefused, "密码错误"));
    let error = background.sign_in(&json!({ "password": PASSWORD, "ttl": 7201 })).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap()), (Kind::Rejected, StatusCode::BAD_REQUEST));
}

#[tokio::test]
async fn s3_2_the_user_is_told_and_signed_out() {
    let running = start().await;
    let signed_in = signed_in(&running).await;
    let session = signed_in.api().session().await.unwrap();
    let user: Value = session.authenticated().unwrap().user().unwrap();
    assert_eq!(user, json!({ "username": "admin", "roles": ["admin"] }));
    assert!(signed_in.api().sign_out().await.unwrap().server_told);
    assert_eq!(signed_in.tokens(), None);
    assert_eq!(signed_in.api().get::<Value>("/auth/me").await.unwrap_err().kind(), Kind::Unauthorized);
}

#[tokio::test]
async fn s3_2_the_token_is_forgotten_also_when_the_server_cannot_be_told() {
    let running = start().await;
    let token = token(&running).await;
    let client = running.shut_down().await;
    let api = client.incoming(&with_cookie(&format!("token={token}")));
    assert!(!api.sign_out().await.unwrap().server_told);
    assert!(api.set_cookies()[0].to_str().unwrap().starts_with("token=; Max-Age=0"));
    assert!(!api.session().await.unwrap().is_authenticated());
}

#[tokio::test]
async fn s3_3_a_link_signs_its_bearer_in_and_leaves_the_address() {
    let running = start().await;
    let link = signed_in(&running).await.api().create_link_token().await.unwrap();
    let ends_in = link.expires.unwrap().duration_since(SystemTime::now()).unwrap();
    assert!((3500..=3600).contains(&ends_in.as_secs()), "{ends_in:?}");

    let api = running.client.incoming(&HeaderMap::new());
    let address: Uri = format!("/posts?page=2&token={}", link.token.expose()).parse().unwrap();
    let linked = api.sign_in_with_link(&address).await.unwrap().unwrap();
    assert_eq!(linked.location, "/posts?page=2");
    let _me: Value = linked.signed_in.api().get("/auth/me").await.unwrap();
    let kept = api.set_cookies()[0].to_str().unwrap().to_owned();
    assert!(attributes(&kept).contains(&"HttpOnly"), "{kept}");
    let session = running.incoming(super::cookie(&kept)).session().await.unwrap();
    assert_eq!(session.authenticated().unwrap().claims()["sub"], "admin");
}

#[tokio::test]
async fn s3_3_a_bad_link_signs_nobody_in() {
    let running = start().await;
    let api = running.client.incoming(&HeaderMap::new());
    for address in ["/posts", "/posts?token=", "/posts?tokens=x"] {
        assert!(api.sign_in_with_link(&address.parse().unwrap()).await.unwrap().is_none(), "{address}");
    }
    let ended = sign(&json!({ "sub": "admin", "iat": now() - 90, "exp": now() - 60 }), SECRET);
    for token in ["forged".to_owned(), ended] {
        let address = format!("/posts?token={token}").parse().unwrap();
        assert_eq!(api.sign_in_with_link(&address).await.unwrap_err().code(), Code::SignInRefused);
    }
    assert!(api.set_cookies().is_empty());
    let error = api.create_link_token().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unauthorized);
    // A browser would take what is left of it for the name of a host.
    let link = signed_in(&running).await.api().create_link_token().await.unwrap();
    let address = format!("http://app.test//evil.test/?token={}", link.token.expose()).parse().unwrap();
    assert_eq!(api.sign_in_with_link(&address).await.unwrap().unwrap().location, "/");
}

#[tokio::test]
async fn s3_3_a_link_is_judged_by_the_backend_where_the_secret_is_not_known() {
    let running = start().await;
    let link = signed_in(&running).await.api().create_link_token().await.unwrap();
    let stranger = running.client(System::SingleUser, twinfetch_server_client::Builder::without_secrets);
    let api = stranger.incoming(&HeaderMap::new());
    let linked = api.sign_in_with_link(&format!("/?token={}", link.token.expose()).parse().unwrap()).await.unwrap();
    assert!(linked.unwrap().signed_in.api().get::<Value>("/auth/me").await.is_ok());
    let forged = api.sign_in_with_link(&"/?token=forged".parse().unwrap()).await.unwrap_err();
    assert_eq!(forged.code(), Code::SignInRefused);
}

#[tokio::test]
async fn s3_4_a_token_from_before_the_password_was_changed_is_refused_on_both_sides() {
    let running = start().await;
    let token = token(&running).await;
    let issued = claims(&token)["iat"].as_u64().unwrap();
    for (updated_at, alive) in [(issued, true), (issued + 1, false)] {
        running.test("PUT", "/test/password", Some(json!({ "updatedAt": updated_at }))).await;
        let moment = UNIX_EPOCH + Duration::from_secs(updated_at) + Duration::from_millis(500);
        let client = running.client(System::SingleUser, |builder| {
            builder.issued_after(move |claims| (claims["sub"] == "admin").then_some(moment))
        });
        let api = client.incoming(&with_cookie(&format!("token={token}")));
        assert_eq!(api.session().await.unwrap().is_authenticated(), alive);
        let revoked = (!alive).then_some(SessionError::Seal(SealError::Revoked));
        assert_eq!(api.session_refusal(), revoked);
        let backend = running.client.background().bearer(&token).get::<Value>("/auth/me").await;
        assert_eq!(backend.is_ok(), alive);
    }
}

#[tokio::test]
async fn s3_4_a_token_that_does_not_say_when_it_was_issued_is_refused() {
    let running = start().await;
    let client = running.client(System::SingleUser, |builder| builder.issued_after(|_| Some(UNIX_EPOCH)));
    for (claims, alive) in [
        (json!({ "sub": "admin", "exp": now() + 60 }), false),
        (json!({ "sub": "admin", "iat": 0, "exp": now() + 60 }), true),
        (json!({ "sub": "admin", "iat": now() }), false),
    ] {
        let api = client.incoming(&with_cookie(&format!("token={}", sign(&claims, SECRET))));
        assert_eq!(api.session().await.unwrap().is_authenticated(), alive, "{claims}");
    }
}

#[tokio::test]
async fn s3_5_a_server_reads_the_token_that_the_page_keeps_as_a_cookie() {
    let running = start().await;
    let token = token(&running).await;
    let api = running.incoming(&format!("theme=dark; token={token}"));
    let session = api.session().await.unwrap();
    assert_eq!(session.authenticated().unwrap().access_token().unwrap().expose(), token);
    let _me: Value = api.get("/auth/me").await.unwrap();
    assert!(!running.incoming(&format!("tokens={token}")).session().await.unwrap().is_authenticated());
}

#[tokio::test]
async fn s3_6_calls_are_typed_signed_and_opened_in_one_place() {
    #[derive(Deserialize)]
    struct Me {
        user: User,
    }
    #[derive(Deserialize)]
    struct User {
        username: String,
        roles: Vec<String>,
    }
    let running = start().await;
    let Me { user } = running.incoming(&format!("token={}", token(&running).await)).get("/auth/me").await.unwrap();
    assert_eq!((user.username.as_str(), user.roles), ("admin", vec!["admin".to_owned()]));
    let error = running.client.incoming(&HeaderMap::new()).get::<Value>("/auth/me").await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::Unauthorized, "未授权"));
}

#[tokio::test]
async fn s3_7_a_proxy_repeats_a_read_twice_and_shows_a_friendly_message() {
    let running = start().await;
    let mut proxy = Proxy::builder(running.client.clone()).allow("/api/posts").build().unwrap();
    let cookie = format!("token={}", token(&running).await);
    let request = || {
        let request = Request::get("/api/posts").header("cookie", &cookie).header("sec-fetch-site", "same-origin");
        request.body(Body::empty()).unwrap()
    };
    for (failures, status, attempts) in [(2, StatusCode::OK, 3), (3, StatusCode::SERVICE_UNAVAILABLE, 3)] {
        running.forget_calls().await;
        let cause = json!({ "code": 500, "message": "SELECT failed" }).to_string();
        running.fault(json!({ "path": "/api/posts", "status": 503, "times": failures, "body": cause })).await;
        let begun = std::time::Instant::now();
        let response = proxy.call(request()).await.unwrap();
        assert!(begun.elapsed() >= Duration::from_millis(300));
        assert_eq!((response.status(), running.count("/api/posts").await), (status, attempts));
        let body = axum::body::to_bytes(Body::new(response.into_body()), 1 << 20).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("SELECT"));
    }
}

//! S0: the app's own sign-in, done by a server in the place of a browser.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use twinfetch_canary::{canary, watch};
use twinfetch_core::seal::SealVersion;
use twinfetch_server_client::{Code, ServerClient};

use crate::scripted::Scripted;
use crate::stage::{ACCESS, COOKIE_NAME, SECRET, seal, with_cookie};

const CSRF: &str = "CANARY-csrf-6f0a4d2c8b1e47399d5f7c3b0e8a2614";
const PASSWORD: &str = "CANARY-password-b19e7f3c5d2048a68e0c4b6d9f1a7325";

/// Auth.js as far as signing in and out go: its forms count with the cookie of their token only.
async fn app(request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let cookies = request.headers().get("cookie").map_or("", |value| value.to_str().unwrap()).to_owned();
    let form = String::from_utf8(to_bytes(request.into_body(), 4096).await.unwrap().to_vec()).unwrap();
    let answer = |body: &Value, lines: &[String]| {
        let body = Body::from(body.to_string());
        let mut response = (StatusCode::OK, [("content-type", "application/json")], body).into_response();
        for line in lines {
            response.headers_mut().append(SET_COOKIE, line.parse().unwrap());
        }
        response
    };
    let counts = cookies.contains(&format!("authjs.csrf-token={CSRF}")) && form.contains(&format!("csrfToken={CSRF}"));
    match path.as_str() {
        "/api/auth/csrf" => {
            answer(&json!({ "csrfToken": CSRF }), &[format!("authjs.csrf-token={CSRF}; Path=/; HttpOnly")])
        }
        _ if !counts => answer(&json!({ "url": "http://app/signin?csrf=true" }), &[]),
        "/api/auth/callback/credentials" if form.contains(&format!("password={PASSWORD}")) => {
            let sealed = seal(SealVersion::V5, SECRET, COOKIE_NAME, &json!({ "name": "ada", "accessToken": ACCESS }));
            answer(
                &json!({ "url": "http://app/" }),
                &[format!("{COOKIE_NAME}={sealed}; Domain=app; Path=/; HttpOnly"), "other=1; Path=/".to_owned()],
            )
        }
        "/api/auth/signout" if cookies.contains(COOKIE_NAME) => {
            answer(&json!({ "url": "http://app/" }), &[format!("{COOKIE_NAME}=; Max-Age=0; Path=/")])
        }
        _ => answer(&json!({ "url": "http://app/signin?error=CredentialsSignin&code=credentials" }), &[]),
    }
}

/// Tells which bearer token came.
async fn backend(request: Request) -> Response {
    let bearer = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(request.headers().get("cookie"), None);
    (StatusCode::OK, [("content-type", "application/json")], json!(bearer).to_string()).into_response()
}

struct Stage {
    client: ServerClient,
    _servers: [Arc<Scripted>; 2],
}

async fn stage() -> Stage {
    [CSRF, PASSWORD, ACCESS].into_iter().for_each(watch);
    let (app, backend) = (Scripted::new(app).await, Scripted::new(backend).await);
    let client = ServerClient::builder().base_url(&backend.url).app_url(&app.url).secrets([SECRET]).build().unwrap();
    Stage { client, _servers: [Arc::new(app), Arc::new(backend)] }
}

#[tokio::test]
async fn s0_11_a_server_signs_in_at_the_app_and_relays_its_session_cookie() {
    let stage = stage().await;
    let api = stage.client.incoming(&HeaderMap::new());
    let signed_in = api.sign_in(&json!({ "username": "ada", "password": PASSWORD })).await.unwrap();
    let bearer: String = signed_in.api().get("/").await.unwrap();
    assert_eq!(bearer, format!("Bearer {ACCESS}"));
    let session = signed_in.api().session().await.unwrap();
    assert_eq!(session.authenticated().unwrap().claims()["name"], "ada");
    let [line] = &api.set_cookies()[..] else { panic!("not one cookie") };
    let line = line.to_str().unwrap();
    assert!(line.ends_with("; Path=/; HttpOnly") && !line.contains("Domain"), "{line}");

    let visitor = stage.client.incoming(&with_cookie(super::cookie(line)));
    assert!(visitor.session().await.unwrap().is_authenticated());
    assert!(visitor.sign_out().await.unwrap().server_told);
    assert_eq!(visitor.set_cookies()[0].to_str().unwrap(), format!("{COOKIE_NAME}=; Max-Age=0; Path=/"));
    assert!(signed_in.api().sign_out().await.unwrap().server_told);
    assert_eq!(signed_in.api().get::<Option<String>>("/").await.unwrap(), None);
}

#[tokio::test]
async fn s0_11_the_app_refuses_wrong_credentials() {
    let stage = stage().await;
    let api = stage.client.incoming(&HeaderMap::new());
    let error = api.sign_in(&json!({ "username": "ada", "password": canary("password") })).await.unwrap_err();
    assert_eq!(error.code(), Code::SignInRefused);
    assert!(api.set_cookies().is_empty());
}

#[tokio::test]
async fn s0_11_without_the_apps_address_nobody_can_be_signed_in_there() {
    let client = ServerClient::builder().base_url("http://localhost:1").secrets([SECRET]).build().unwrap();
    let error = client.background().sign_in(&json!({})).await.unwrap_err();
    assert_eq!(error.code(), Code::ConfigInvalid);
    let out = client.incoming(&with_cookie(&format!("{COOKIE_NAME}=x"))).sign_out().await.unwrap();
    assert_eq!((out.server_told, out.cause.unwrap().code()), (false, Code::ConfigInvalid));
}

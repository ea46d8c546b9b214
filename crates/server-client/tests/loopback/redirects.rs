//! A redirect is followed within the backend's origin only.

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use twinfetch_server_client::{Api, Code, Kind};

use crate::scripted::Scripted;
use crate::stage::{ACCESS, ADA, client, request_of};

fn api(server: &Scripted) -> Api {
    client(&server.url).incoming(&request_of(ADA, ACCESS))
}

/// `/CODE/...` redirects to the query, `/loop` to itself; all else says what came.
async fn answer(request: Request) -> Response {
    if request.uri().path() == "/loop" {
        return (StatusCode::FOUND, [("location", "loop")]).into_response();
    }
    let code = request.uri().path().split('/').nth(1).and_then(|code| code.parse::<u16>().ok());
    if let (Some(code), Some(location)) = (code, request.uri().query()) {
        return (StatusCode::from_u16(code).unwrap(), [("location", location.to_owned())]).into_response();
    }
    let method = request.method().to_string();
    let bearer = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
    let content_type = request.headers().get("content-type").is_some();
    let body = axum::body::to_bytes(request.into_body(), 1_000).await.unwrap();
    Json(json!({ "method": method, "bearer": bearer, "bytes": body.len(), "typed": content_type })).into_response()
}

#[tokio::test]
async fn within_the_origin_the_credential_goes_along() {
    let server = Scripted::new(answer).await;
    for code in [301, 302, 303, 307, 308] {
        let seen: Value = api(&server).get(&format!("/{code}/from?/to")).await.unwrap();
        assert_eq!(seen["bearer"], format!("Bearer {ACCESS}"));
        let seen: Value = api(&server).post(&format!("/{code}/from?to")).json(&"body").await.unwrap();
        let kept = matches!(code, 307 | 308);
        assert_eq!(seen["method"], if kept { "POST" } else { "GET" }, "{code}");
        assert_eq!(seen["bytes"], if kept { 6 } else { 0 }, "{code}");
        assert_eq!(seen["typed"], kept, "{code}");
    }
}

#[tokio::test]
async fn to_another_origin_nothing_is_sent() {
    let (server, elsewhere) = (Scripted::new(answer).await, Scripted::new(answer).await);
    let port = elsewhere.url.rsplit(':').next().unwrap();
    for code in [301, 302, 303, 307, 308] {
        for target in [
            format!("{}/x", elsewhere.url),
            format!("//127.0.0.1:{port}/x"),
            format!("http://localhost:{port}/x"),
            format!("http://user@127.0.0.1:{port}/x"),
            server.url.replace("http:", "https:"),
        ] {
            for error in [
                api(&server).get::<Value>(&format!("/{code}/from?{target}")).await.unwrap_err(),
                api(&server).post::<Value>(&format!("/{code}/from?{target}")).json(&"body").await.unwrap_err(),
            ] {
                assert_eq!((error.kind(), error.code()), (Kind::Rejected, Code::RedirectRefused), "{target}");
                assert!(!format!("{error:?}{}", error.log_detail()).contains(port));
            }
        }
    }
    assert_eq!(elsewhere.hits(), 0);
}

#[tokio::test]
async fn a_loop_ends() {
    let server = Scripted::new(answer).await;
    let error = api(&server).get::<Value>("/loop").await.unwrap_err();
    assert_eq!(error.code(), Code::TooManyRedirects);
    assert_eq!(server.hits(), 11);
}

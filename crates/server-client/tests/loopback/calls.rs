//! What is sent, and what comes back.

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue};
use serde::Deserialize;
use serde_json::{Value, json};
use twinfetch_canary::canary;
use twinfetch_server_client::{CacheMode, Code, Kind};

use crate::scripted::Scripted;
use crate::stage::{ACCESS, ADA, Stage, client, request_of};

#[derive(Debug, Deserialize, PartialEq)]
struct Post {
    title: String,
    author: String,
}

/// Answers with what was asked.
async fn echo(request: Request) -> Response {
    let (request, body) = request.into_parts();
    let header = |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let names = ["authorization", "cache-control", "x-request-id", "content-type", "cookie", "accept", "x-extra"];
    let headers: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), header(name).into())).collect();
    let seen = json!({ "method": request.method.as_str(), "uri": request.uri.to_string(), "headers": headers });
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    Json(json!({ "seen": seen, "body": String::from_utf8(body.to_vec()).unwrap() })).into_response()
}

#[tokio::test]
async fn a_post_is_made_and_read_back_as_its_author() {
    let stage = Stage::new().await;
    let api = stage.signed_in(ADA).await;
    let title = "from Rust, für alle 好";
    let reply = api.post::<Post>("/api/posts").json(&json!({ "title": title })).reply().await.unwrap();
    assert_eq!(reply.status, StatusCode::CREATED);
    assert_eq!(reply.request_id.as_deref(), api.request_id());
    let posts: Vec<Post> = api.get("/api/posts").await.unwrap();
    assert_eq!(posts, [Post { title: title.to_owned(), author: "ada".to_owned() }]);
}

#[tokio::test]
async fn a_call_says_no_store_and_carries_the_token_but_no_cookie() {
    let server = Scripted::new(echo).await;
    let mut headers = request_of(ADA, ACCESS);
    headers.insert("x-request-id", HeaderValue::from_static("from-the-proxy:1"));
    let api = client(&server.url).incoming(&headers);
    let seen: Value = api.get("/a b").query("q", "x&y=1").query("n", 2).header("X-Extra", "1").await.unwrap();
    assert_eq!(seen["seen"]["uri"], "/a%20b?q=x%26y%3D1&n=2");
    let headers = &seen["seen"]["headers"];
    assert_eq!(headers["authorization"], format!("Bearer {ACCESS}"));
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-request-id"], "from-the-proxy:1");
    assert_eq!(headers["accept"], "application/json");
    assert_eq!(headers["x-extra"], "1");
    assert_eq!(headers["cookie"], Value::Null);
}

#[tokio::test]
async fn another_cache_mode_is_sent_when_it_is_named() {
    let server = Scripted::new(echo).await;
    let api = client(&server.url).background();
    for (mode, expected) in [(CacheMode::Default, Value::Null), (CacheMode::NoCache, json!("no-cache"))] {
        let seen: Value = api.get("/").cache(mode).await.unwrap();
        assert_eq!(seen["seen"]["headers"]["cache-control"], expected);
    }
    let seen: Value = api.get("/").header("Cache-Control", "max-age=5").await.unwrap();
    assert_eq!(seen["seen"]["headers"]["cache-control"], "max-age=5");
}

#[tokio::test]
async fn every_method_sends_its_body_and_its_type() {
    let server = Scripted::new(echo).await;
    let api = client(&server.url).background();
    let body = json!({ "a": [1, "ü"] });
    let answers: [Value; 4] = [
        api.post("/").json(&body).await.unwrap(),
        api.put("/").json(&body).await.unwrap(),
        api.patch("/").json(&body).header("content-type", "application/merge-patch+json").await.unwrap(),
        api.delete("/").json(&body).await.unwrap(),
    ];
    for (answer, method) in answers.iter().zip(["POST", "PUT", "PATCH", "DELETE"]) {
        assert_eq!(answer["seen"]["method"], method);
        assert_eq!(answer["body"], body.to_string());
        let expected = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        assert_eq!(answer["seen"]["headers"]["content-type"], expected);
    }
    assert_eq!(api.get::<Value>("/").json(&body).await.unwrap_err().code(), Code::CallInvalid);
}

#[tokio::test]
async fn a_background_call_has_no_session_and_may_have_a_service_token() {
    let server = Scripted::new(echo).await;
    let background = client(&server.url).background();
    assert!(!background.session().await.unwrap().is_authenticated());
    let seen: Value = background.get("/").await.unwrap();
    assert_eq!(seen["seen"]["headers"]["authorization"], Value::Null);
    let token = canary("service");
    let seen: Value = background.bearer(token).get("/").await.unwrap();
    assert_eq!(seen["seen"]["headers"]["authorization"], format!("Bearer {token}"));
    let refused = background.bearer(format!("{token}\r\nlines")).get::<Value>("/").await.unwrap_err();
    assert_eq!(refused.code(), Code::CallInvalid);
}

#[tokio::test]
async fn an_id_that_could_do_harm_is_replaced() {
    for id in ["a b", "a\u{e9}", "<script>", &"x".repeat(129)] {
        let headers =
            HeaderMap::from_iter([("x-request-id".parse().unwrap(), HeaderValue::from_bytes(id.as_bytes()).unwrap())]);
        let api = client("http://localhost").incoming(&headers);
        assert_ne!(api.request_id(), Some(id));
        assert_eq!(api.request_id().map(str::len), Some(36));
    }
}

#[tokio::test]
async fn a_path_that_leaves_the_backend_is_never_called() {
    let (elsewhere, server) = (Scripted::new(echo).await, Scripted::new(echo).await);
    let api = client(&server.url).incoming(&request_of(ADA, ACCESS));
    for path in [&elsewhere.url, "//evil.test", "/../x", "/\\evil.test", "posts", "/a\r\nb"] {
        let error = api.get::<Value>(path).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Config, Code::CallInvalid), "{path}");
    }
    assert_eq!((elsewhere.hits(), server.hits()), (0, 0));
}

#[tokio::test]
async fn an_empty_answer_is_none_and_half_a_surrogate_pair_is_replaced() {
    let server = Scripted::new(|request: Request| async move {
        match request.uri().path() {
            "/nothing" => StatusCode::NO_CONTENT.into_response(),
            "/empty" => ([("content-type", "application/json")], "").into_response(),
            _ => ([("content-type", "application/json")], r#"["cut \ud83d"]"#).into_response(),
        }
    })
    .await;
    let api = client(&server.url).background();
    let () = api.delete("/nothing").await.unwrap();
    let none: Option<Value> = api.get("/empty").await.unwrap();
    assert_eq!(none, None);
    let cut: Vec<String> = api.get("/cut").await.unwrap();
    assert_eq!(cut, ["cut \u{fffd}"]);
}

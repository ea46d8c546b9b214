use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use twinfetch_backend::Options;

use crate::running::{Running, hexadecimal};

async fn calls(backend: &Running) -> Value {
    backend.get("/test/calls").send().await.unwrap().json::<Value>().await.unwrap()["calls"].take()
}

async fn reset(backend: &Running) {
    assert_eq!(backend.request(Method::DELETE, "/test/calls").send().await.unwrap().status(), 204);
}

fn fingerprint(token: &str) -> String {
    hexadecimal(&Sha256::digest(token))
}

#[tokio::test]
async fn calls_are_counted_by_method_path_user_and_token() {
    let backend = Running::start().await;
    let (ada, grace) = (backend.access_token("ada").await, backend.access_token("grace").await);
    reset(&backend).await;
    for token in [&ada, &ada, &grace] {
        backend.get("/api/posts?page=1").bearer_auth(token).send().await.unwrap();
    }
    backend.get("/api/posts").send().await.unwrap();
    backend.get("/api/posts").bearer_auth("garbage").send().await.unwrap();

    let call = |user: Value, token: Option<&str>, count: u64| {
        let token = token.map(fingerprint);
        json!({ "method": "GET", "path": "/api/posts", "user": user, "bearer_sha256": token, "count": count })
    };
    let counted = calls(&backend).await;
    assert_eq!(counted.as_array().unwrap().len(), 4);
    for expected in [
        call(json!("ada"), Some(&ada), 2),
        call(json!("grace"), Some(&grace), 1),
        call(Value::Null, None, 1),
        call(Value::Null, Some("garbage"), 1),
    ] {
        assert!(counted.as_array().unwrap().contains(&expected), "{expected} in {counted}");
    }
}

#[tokio::test]
async fn a_reset_ledger_is_empty_and_reading_it_leaves_it_so() {
    let backend = Running::start().await;
    backend.access_token("ada").await;
    assert_eq!(calls(&backend).await[0]["path"], "/api/auth/login");
    reset(&backend).await;
    assert_eq!(calls(&backend).await, json!([]));
    assert_eq!(calls(&backend).await, json!([]));
}

#[tokio::test]
async fn without_the_option_there_are_no_test_endpoints() {
    let backend = Running::with(Options::default()).await;
    assert_eq!(backend.get("/test/calls").send().await.unwrap().status(), 404);
    assert_eq!(backend.request(Method::PUT, "/test/fault").send().await.unwrap().status(), 404);
}

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{ORIGIN, Running, header};

async fn set(backend: &Running, fault: Value) -> u16 {
    backend.request(Method::PUT, "/test/fault").json(&fault).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_fault_answers_as_often_as_told_and_is_counted() {
    let backend = Running::start().await;
    let fault = json!({
        "path": "/api/posts", "status": 503, "contentType": "text/html", "body": "<h1>down</h1>", "times": 2,
        "headers": { "retry-after": "7" },
    });
    assert_eq!(set(&backend, fault).await, 204);
    for _ in 0..2 {
        let answer = backend.get("/api/posts").header("origin", ORIGIN).send().await.unwrap();
        assert_eq!(answer.status(), 503);
        assert_eq!(header(&answer, "content-type"), "text/html");
        assert_eq!(header(&answer, "retry-after"), "7");
        assert_eq!(header(&answer, "access-control-allow-origin"), ORIGIN);
        header(&answer, "x-request-id");
        assert_eq!(answer.text().await.unwrap(), "<h1>down</h1>");
    }
    assert_eq!(backend.get("/api/posts").send().await.unwrap().status(), 401);
    let calls = backend.get("/test/calls").send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(calls["calls"][0]["count"], 3);
}

#[tokio::test]
async fn a_fault_can_be_taken_back_and_touches_its_path_only() {
    let backend = Running::start().await;
    assert_eq!(set(&backend, json!({ "path": "/api/me", "status": 500, "times": 9 })).await, 204);
    assert_eq!(backend.get("/api/posts").send().await.unwrap().status(), 401);
    assert_eq!(backend.get("/api/me").send().await.unwrap().status(), 500);
    backend.request(Method::DELETE, "/test/fault").send().await.unwrap();
    assert_eq!(backend.get("/api/me").send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_fault_that_cannot_be_sent_is_refused() {
    let backend = Running::start().await;
    for fault in [
        json!({ "path": "/", "status": 101 }),
        json!({ "path": "/", "status": 1000 }),
        json!({ "path": "/", "status": 500, "contentType": "a\nb" }),
        json!({ "path": "/", "status": 500, "headers": { "a b": "c" } }),
    ] {
        assert_eq!(set(&backend, fault).await, 400);
    }
    assert_eq!(set(&backend, json!({ "path": "/", "status": 500, "unknown": 1 })).await, 422);
}

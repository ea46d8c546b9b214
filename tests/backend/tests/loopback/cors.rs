use reqwest::{Method, Response};
use twinfetch_backend::{Options, serve};

use crate::running::{ORIGIN, Running, header};

async fn preflight(backend: &Running, origin: &str) -> Response {
    backend
        .request(Method::OPTIONS, "/api/posts")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type")
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_preflight_from_an_allowed_origin_says_what_may_be_sent() {
    let backend = Running::start().await;
    let answer = preflight(&backend, ORIGIN).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "access-control-allow-origin"), ORIGIN);
    assert_eq!(
        header(&answer, "access-control-allow-headers"),
        "authorization,content-type,if-range,range,x-request-id,idempotency-key"
    );
    assert_eq!(header(&answer, "access-control-allow-methods"), "DELETE,GET,HEAD,PATCH,POST,PUT");
    assert!(header(&answer, "vary").contains("origin"));
    header(&answer, "x-request-id");
    let calls = backend.get("/test/calls").send().await.unwrap().text().await.unwrap();
    assert_eq!(calls, "{\"calls\":[]}");
}

#[tokio::test]
async fn other_origins_are_not_allowed() {
    let backend = Running::start().await;
    for origin in ["http://localhost:3001", "https://localhost:3000", "null", "http://localhost:3000.example.com"] {
        assert!(!preflight(&backend, origin).await.headers().contains_key("access-control-allow-origin"), "{origin}");
    }
}

#[tokio::test]
async fn an_answer_shows_the_headers_that_a_download_needs() {
    let backend = Running::start().await;
    let answer = backend.get("/api/posts").header("origin", ORIGIN).send().await.unwrap();
    assert_eq!(header(&answer, "access-control-allow-origin"), ORIGIN);
    assert_eq!(
        header(&answer, "access-control-expose-headers"),
        "accept-ranges,content-disposition,content-encoding,content-length,content-range,etag,retry-after,x-request-id,\
         content-digest,repr-digest"
    );
}

#[tokio::test]
async fn an_origin_with_more_than_scheme_host_and_port_is_refused_at_the_start() {
    for origin in ["http://localhost:3000/", "localhost:3000", "*", "ftp://localhost", "http://localhost/app", ""] {
        let options = Options { allow_origins: vec![origin.to_owned()], ..Options::default() };
        assert!(serve(options).await.unwrap_err().to_string().contains("allowed origin"), "{origin}");
    }
}

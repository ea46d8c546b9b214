use serde_json::Value;
use twinfetch_backend::Options;

use crate::running::{Running, header, refusal};

#[tokio::test]
async fn each_caller_sees_the_own_account() {
    let backend = Running::start().await;
    for name in ["ada", "grace"] {
        let signed_in = backend.sign_in(name).await;
        let token = signed_in["accessToken"].as_str().unwrap();
        let me = backend.get("/api/me").bearer_auth(token).send().await.unwrap().json::<Value>().await.unwrap();
        assert_eq!(me["username"], name);
        assert_eq!(me["id"], signed_in["id"]);
        assert_eq!(me.as_object().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn no_route_but_sign_in_answers_without_a_token() {
    let backend = Running::start().await;
    for path in ["/api/me", "/api/posts", "/api/export"] {
        let answer = backend.get(path).send().await.unwrap();
        assert_eq!(header(&answer, "www-authenticate"), "Bearer");
        refusal(answer, 401).await;
    }
    for path in ["/api/posts", "/api/files"] {
        refusal(backend.post(path).send().await.unwrap(), 401).await;
    }
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let backend = Running::with_tokens_dead_at_birth().await;
    let token = backend.access_token("ada").await;
    let answer = backend.get("/api/me").bearer_auth(token).send().await.unwrap();
    assert!(refusal(answer, 401).await.contains("expired"));
}

#[tokio::test]
async fn a_refresh_token_is_no_bearer() {
    let backend = Running::start().await;
    let signed_in = backend.sign_in("ada").await;
    let answer = backend.get("/api/me").bearer_auth(signed_in["refreshToken"].as_str().unwrap()).send().await.unwrap();
    assert!(refusal(answer, 401).await.contains("not an access token"));
}

#[tokio::test]
async fn tampered_foreign_and_malformed_tokens_are_refused() {
    let (backend, other) = (Running::start().await, Running::start().await);
    let token = backend.access_token("ada").await;
    let (head, rest) = token.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let grace = backend.access_token("grace").await;
    let swapped = format!("{head}.{}.{signature}", grace.split('.').nth(1).unwrap());
    // {"alg":"none"}
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", rest.split('.').next().unwrap());
    for token in [swapped, unsigned, other.access_token("ada").await, "garbage".to_owned()] {
        let answer = backend.get("/api/me").bearer_auth(token).send().await.unwrap();
        assert!(refusal(answer, 401).await.contains("invalid"));
    }
}

#[tokio::test]
async fn the_scheme_may_be_written_in_any_case_but_must_be_bearer() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    for (scheme, status) in [("bearer", 200), ("BEARER", 200), ("Basic", 401)] {
        let answer = backend.get("/api/me").header("authorization", format!("{scheme} {token}")).send().await.unwrap();
        assert_eq!(answer.status(), status, "{scheme}");
    }
}

#[tokio::test]
async fn a_database_file_keeps_posts_and_the_tokens_signed_with_it() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kept-{}.sqlite", std::process::id()));
    let options = Options { database: Some(file.clone()), ..Options::default() };
    let first = Running::with(options.clone()).await;
    let token = first.access_token("ada").await;
    let post = serde_json::json!({ "title": "kept" });
    first.post("/api/posts").bearer_auth(&token).json(&post).send().await.unwrap().error_for_status().unwrap();
    first.shutdown().await;

    let second = Running::with(options).await;
    let posts = second.get("/api/posts").bearer_auth(&token).send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(posts[0]["title"], "kept");
    second.shutdown().await;
    std::fs::remove_file(file).unwrap();
}

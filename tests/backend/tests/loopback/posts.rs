use serde_json::{Value, json};

use crate::running::{Running, header, refusal};

#[tokio::test]
async fn a_post_of_one_user_is_listed_for_the_other() {
    let backend = Running::start().await;
    let (ada, grace) = (backend.access_token("ada").await, backend.access_token("grace").await);
    let draft = json!({ "title": "  Notes 你好 ", "body": "on the engine" });
    let answer = backend.post("/api/posts").bearer_auth(&ada).json(&draft).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let post = answer.json::<Value>().await.unwrap();
    assert_eq!(post["title"], "Notes 你好");
    assert_eq!(post["author"], "ada");
    assert!(post["createdAt"].as_str().unwrap().ends_with('Z'));

    let untitled_body = json!({ "title": "Second" });
    backend.post("/api/posts").bearer_auth(&grace).json(&untitled_body).send().await.unwrap();
    let posts = backend.get("/api/posts").bearer_auth(&grace).send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(posts[0]["title"], "Second");
    assert_eq!(posts[0]["body"], "");
    assert_eq!(posts[1], post);
}

#[tokio::test]
async fn a_post_without_a_title_is_refused() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    for draft in [json!({}), json!({ "title": "" }), json!({ "title": " \n" })] {
        let answer = backend.post("/api/posts").bearer_auth(&token).json(&draft).send().await.unwrap();
        assert!(refusal(answer, 400).await.contains("title"));
    }
    let answer = backend.post("/api/posts").bearer_auth(&token).json(&json!({ "title": 1 })).send().await.unwrap();
    refusal(answer, 400).await;
}

#[tokio::test]
async fn what_does_not_exist_is_refused_in_the_same_form() {
    let backend = Running::start().await;
    refusal(backend.get("/api/nothing").send().await.unwrap(), 404).await;
    refusal(backend.request(reqwest::Method::DELETE, "/api/posts").send().await.unwrap(), 405).await;
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_a_sane_one_is_kept() {
    let backend = Running::start().await;
    let answer = backend.get("/api/posts").header("x-request-id", "page-1:call.2").send().await.unwrap();
    assert_eq!(header(&answer, "x-request-id"), "page-1:call.2");
    for strange in ["", "a b", "<script>", &"x".repeat(129)] {
        let answer = backend.get("/api/posts").header("x-request-id", strange).send().await.unwrap();
        assert_ne!(header(&answer, "x-request-id"), strange);
    }
    let answer = backend.get("/api/posts").send().await.unwrap();
    assert_eq!(header(&answer, "x-request-id").len(), 36);
}

use serde_json::json;
use twinfetch_backend::{Options, Refusals, System};

use super::{ADA, log_in};
use crate::running::{Running, body, header};

#[tokio::test]
async fn where_refusals_come_with_200_only_the_code_tells() {
    let options = Options { refusals: Refusals::WithOk, ..Running::options(System::CookieJwt) };
    let backend = Running::with(options).await;
    let session = backend.get("/auth/session").send().await.unwrap();
    assert_eq!(body(session, 200).await, json!({ "code": -1, "message": "未登录" }));
    assert_eq!(body(log_in(&backend, (ADA.0, "wrong")).await, 200).await["code"], -1);
    assert_eq!(body(log_in(&backend, ADA).await, 200).await["code"], 0);
}

#[tokio::test]
async fn a_failure_of_the_backends_own_says_nothing_of_its_cause() {
    let file = std::env::temp_dir().join(format!("twinfetch-{}.sqlite", std::process::id()));
    let options = Options { database: Some(file.clone()), ..Running::options(System::CookieJwt) };
    let backend = Running::with(options).await;
    rusqlite::Connection::open(&file).unwrap().execute_batch("DROP TABLE members").unwrap();
    let answer = log_in(&backend, ADA).await;
    assert!(!header(&answer, "x-request-id").is_empty());
    assert_eq!(body(answer, 500).await, json!({ "code": -1, "message": "服务器内部错误" }));
    backend.shutdown().await;
    std::fs::remove_file(file).unwrap();
}

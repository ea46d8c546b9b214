//! What an error says: of the call's way, and in the server's own words.

use serde_json::{Value, json};
use twinfetch_canary::{canary, show_error};
use twinfetch_faults::{Fault, Script};
use twinfetch_server_client::{Code, Error, Retry, Sent};

use crate::stage::{AT_ONCE, PATH, started, status, told};

async fn failure(script: Script, retry: Retry) -> Error {
    let (_server, api) = started(script, retry).await;
    let error = api.get::<Value>(PATH).query("q", canary("query")).await.unwrap_err();
    show_error(&error);
    error
}

fn answer(status: u16, kind: &str, body: &Value) -> Script {
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    Script::always(Fault::Answer { status, headers, body: body.to_string() })
}

#[tokio::test]
async fn a_problem_document_is_read_with_the_members_of_its_own() {
    let document = json!({
        "type": "https://backend.test/problems/invalid",
        "title": "Invalid",
        "detail": "Two fields are wrong.",
        "errors": { "email": ["is taken"], "name": [] },
        "balance": 30,
        "trace": canary("trace"),
    });
    let error = failure(answer(422, "application/problem+json", &document), AT_ONCE).await;
    assert_eq!(told(&error), (Code::Rejected, 1, Sent::Acknowledged));
    assert_eq!(error.message(), "Two fields are wrong.");
    let problem = error.problem().unwrap();
    assert_eq!(problem.kind, "https://backend.test/problems/invalid");
    assert_eq!((problem.title.as_deref(), problem.instance.as_deref()), (Some("Invalid"), None));
    let errors: std::collections::BTreeMap<String, Vec<String>> = error.problem_member("errors").unwrap();
    assert_eq!(errors["email"], ["is taken"]);
    assert_eq!(error.problem_member::<u32>("balance"), Some(30));
    assert_eq!(error.problem_member::<String>("balance"), None);
    assert_eq!(error.problem_member::<Value>("toString"), None);
}

#[tokio::test]
async fn other_json_is_no_problem_document() {
    let error = failure(answer(404, "application/json", &json!({ "title": "Not a problem", "a": 1 })), AT_ONCE).await;
    assert!(error.problem().is_none() && error.problem_member::<u32>("a").is_none());
}

#[tokio::test]
async fn a_log_says_how_often_it_was_tried_and_whether_it_was_sent() {
    let busy = failure(Script::always(status(503)), AT_ONCE).await.log_detail();
    assert!(busy.starts_with("server_failed on GET /posts at http://127.0.0.1:"), "{busy}");
    assert!(busy.contains(", status 503, attempts 3, sent acknowledged"), "{busy}");
    let lost = failure(Script::always(Fault::ResetBeforeHead), AT_ONCE).await.log_detail();
    assert!(lost.contains(", attempts 3, sent maybe, "), "{lost}");
}

#[tokio::test]
async fn a_cause_is_that_of_the_last_attempt() {
    let error = failure(Script::first([Fault::ResetBeforeHead, status(500)]), AT_ONCE).await;
    assert_eq!(told(&error), (Code::ServerFailed, 2, Sent::Acknowledged));
    assert!(error.log_detail().contains("status 500, attempts 2, sent acknowledged, request id"), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_does_not_fit_its_type_says_how_often_it_was_asked_for() {
    let (_server, api) = started(Script::first([status(503)]), AT_ONCE).await;
    let error = api.get::<Vec<u8>>(PATH).await.unwrap_err();
    assert_eq!(told(&error), (Code::MalformedBody, 2, Sent::Acknowledged));
}

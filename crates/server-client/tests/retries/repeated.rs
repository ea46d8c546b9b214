//! What is sent again, and what is not.

use serde_json::{Value, json};
use twinfetch_faults::{Fault, Refusing, Script};
use twinfetch_server_client::{Api, Call, Code, Retry, Sent};

use crate::stage::{AT_ONCE, PATH, client, started, status, told};

/// One call of each method, with its name.
fn each(api: &Api) -> [(&'static str, Call<Value>); 5] {
    let body = json!({ "title": "Hello" });
    [
        ("DELETE", api.delete(PATH)),
        ("GET", api.get(PATH)),
        ("PATCH", api.patch(PATH).json(&body)),
        ("POST", api.post(PATH).json(&body)),
        ("PUT", api.put(PATH).json(&body)),
    ]
}

#[tokio::test]
async fn s_74_idempotent_methods_are_repeated_and_others_only_with_a_key() {
    for fault in [Fault::ResetBeforeHead, Fault::CloseInHead, status(503)] {
        let (server, api) = started(Script::default(), AT_ONCE).await;
        for keyed in [false, true] {
            for (method, call) in each(&api) {
                server.play(Script::first([fault.clone()]));
                let call = if keyed { call.header("Idempotency-Key", "k1") } else { call };
                let ended = call.await;
                let record = server.record();
                assert!(record.requests.iter().all(|seen| seen.method == method));
                let repeated = keyed || !matches!(method, "PATCH" | "POST");
                assert_eq!(record.total, if repeated { 2 } else { 1 }, "{method} {keyed} {fault:?}");
                assert_eq!(ended.is_ok(), repeated, "{method} {keyed} {fault:?}");
                // The same request: its body, its key, and its id.
                let parts = |index: usize| {
                    let seen = &record.requests[index];
                    let header = |name| seen.header(name).map(str::to_owned);
                    (seen.path.clone(), seen.body.clone(), header("idempotency-key"), header("x-request-id"))
                };
                assert!(!repeated || parts(0) == parts(1), "{method} {keyed}");
            }
        }
    }
}

#[tokio::test]
async fn s_74_what_never_left_is_repeated_whatever_it_is() {
    let refusing = Refusing::new().unwrap();
    for (method, call) in each(&client(&refusing.url(), |builder| builder.retry(AT_ONCE)).background()) {
        let error = call.await.unwrap_err();
        assert_eq!(told(&error), (Code::ConnectFailed, 3, Sent::Unsent), "{method}");
    }
}

#[tokio::test]
async fn f_06_a_read_whose_connection_breaks_is_asked_for_on_a_fresh_one() {
    for fault in [Fault::ResetBeforeHead, Fault::CloseBeforeHead, Fault::ResetInHead] {
        let (server, api) = started(Script::first([fault]), AT_ONCE).await;
        let reply = api.get::<Value>(PATH).reply().await.unwrap();
        assert_eq!(reply.data["request"], 2);
        let record = server.record();
        assert_ne!(record.requests[0].connection, record.requests[1].connection);
    }
}

#[tokio::test]
async fn f_06_a_connection_that_dies_while_it_is_kept_costs_no_read() {
    let (server, api) = started(Script::first([Fault::ResetOnReuse, Fault::CloseAfterAnswer]), AT_ONCE).await;
    for _ in 0..4 {
        assert!(api.get::<Value>(PATH).await.is_ok());
    }
    // A write on a connection that dies may have been done: it is not repeated, and says so.
    server.play(Script::first([Fault::ResetOnReuse]));
    assert!(api.get::<Value>(PATH).await.is_ok());
    let error = api.post::<Value>(PATH).json(&json!({})).await.unwrap_err();
    assert_eq!(told(&error), (Code::ConnectionLost, 1, Sent::Maybe));
}

#[tokio::test]
async fn what_a_server_means_is_not_asked_for_again() {
    for refusal in [400, 401, 403, 404, 409, 422, 500, 501] {
        let (server, api) = started(Script::always(status(refusal)), AT_ONCE).await;
        let error = api.get::<Value>(PATH).await.unwrap_err();
        assert_eq!((error.attempts(), error.sent()), (1, Sent::Acknowledged), "{refusal}");
        assert_eq!(server.record().total, 1, "{refusal}");
    }
}

#[tokio::test]
async fn a_client_or_a_call_may_do_without() {
    let (server, api) = started(Script::always(status(503)), Retry::NONE).await;
    assert_eq!(api.get::<Value>(PATH).await.unwrap_err().attempts(), 1);
    let error = api.get::<Value>(PATH).retry(Retry { attempts: 5, ..AT_ONCE }).await.unwrap_err();
    assert_eq!(told(&error), (Code::ServerFailed, 5, Sent::Acknowledged));
    assert_eq!(server.record().total, 6);
}

//! Calls that are stopped at each moment at which they wait.

use std::pin::pin;
use std::task::Poll;

use futures_util::future::poll_fn;
use http::HeaderMap;
use serde_json::{Value, json};
use twinfetch_canary::canary;
use twinfetch_faults::{Fault, FaultServer, Rule, Script};
use twinfetch_server_client::{Api, Dialect, Retry, Secret, ServerClient, Tokens};

use crate::stage::{PATH, started};

const SOON: Retry = Retry { base: 2, ..Retry::DEFAULT };

/// Polls a call so often, and then drops it.
async fn polled<F: Future>(call: F, times: usize) -> Option<F::Output> {
    let (mut call, mut left) = (pin!(call), times);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match call.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            // Otherwise nobody would come back to drop it.
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// A call on its way through all that can happen to it: it is refused, waits for a renewal, for a busy server, and for a
/// body that comes byte by byte.
fn script() -> Script {
    let answer = |status: u16, body: &Value| Fault::Answer {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string(),
    };
    let tokens = json!({ "data": { "accessToken": canary("renewed"), "refreshToken": canary("refresh") } });
    let busy = Fault::Status { status: 503, retry_after: None };
    Script::default()
        .rule(Rule::new(answer(401, &json!({}))).path(PATH).nth(1))
        .rule(Rule::new(busy).path(PATH).nth(2))
        .rule(Rule::new(Fault::DripBody { milliseconds: 1 }).path(PATH).nth(3))
        .rule(Rule::new(answer(200, &tokens)).path("/auth/refresh"))
}

/// The dialect with a pair of tokens, whose calls are answered with bare JSON.
fn dialect() -> Dialect {
    let (_, text) = Dialect::SHIPPED.iter().find(|(name, _)| *name == "dual-token").unwrap();
    let mut document: Value = serde_json::from_str(text).unwrap();
    document["envelope"] = json!({ "kind": "bare", "message": "/message" });
    Dialect::from_json(&document.to_string()).unwrap()
}

fn somebody(client: &ServerClient) -> Api {
    let tokens = Tokens { access: Secret::new(canary("access")), refresh: Some(Secret::new(canary("refresh"))) };
    client.incoming(&HeaderMap::new()).with_tokens(tokens).api()
}

#[tokio::test]
async fn x_02_a_call_that_is_dropped_at_any_poll_leaves_nothing_behind() {
    let mut polls = 0;
    loop {
        let server = FaultServer::start(script()).await.unwrap();
        let client = ServerClient::builder().base_url(server.url()).dialect(dialect()).secrets([canary("secret")]);
        let client = client.retry(SOON).build().unwrap();
        let (api, other) = (somebody(&client), somebody(&client));
        let ended = polled(api.get::<Value>(PATH).into_future(), polls).await;

        // Somebody else's call over the same connections gets the answer to its own request.
        for turn in 0..3 {
            let path = format!("/own/{polls}/{turn}");
            let answer = other.get::<Value>(&path).await.unwrap();
            let record = server.record();
            let seen = record.requests.iter().find(|seen| answer["request"] == seen.number).unwrap();
            assert_eq!(seen.path, path, "after {polls} polls");
        }
        // The same read joins nothing that nobody drives, and uses the token of a renewal that went on.
        let again = api.get::<Value>(PATH).await;
        assert!(again.is_ok(), "after {polls} polls: {again:?}");
        let record = server.record();
        let renewals = record.requests.iter().filter(|seen| seen.path == "/auth/refresh").count();
        assert!(renewals <= 1, "after {polls} polls: {renewals} renewals");
        drop((api, other, client));
        server.until(|counts| counts.open == 0).await;
        if let Some(ended) = ended {
            assert!(ended.is_ok(), "{ended:?}");
            println!("dropped at each of {polls} polls");
            break;
        }
        polls += 1;
    }
    assert!(polls >= 8, "only {polls} polls");
}

#[tokio::test]
async fn a_call_that_is_dropped_ends_its_request() {
    for fault in [Fault::Silence, Fault::StallInHead, Fault::StallInBody] {
        for shared in [false, true] {
            let (server, background) = started(Script::first([fault.clone()]), SOON).await;
            let client = crate::stage::client(&server.url(), |builder| builder);
            let api = if shared { client.incoming(&HeaderMap::new()) } else { background };
            let call = tokio::spawn(api.get::<Value>(PATH).into_future());
            server.until(|counts| counts.played == 1).await;
            call.abort();
            assert!(call.await.unwrap_err().is_cancelled());
            server.until(|counts| counts.open == 0).await;
            assert_eq!(api.get::<Value>(PATH).await.unwrap()["request"], 2);
        }
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_waits_for_its_next_attempt_sends_none() {
    let busy = Fault::Status { status: 503, retry_after: None };
    let patient = Retry { base: u32::MAX, cap: u32::MAX, ..Retry::DEFAULT };
    let (server, api) = started(Script::first([busy]), patient).await;
    let call = api.get::<Value>(PATH).timeout(std::time::Duration::MAX);
    let call = tokio::spawn(call.into_future());
    server.until(|counts| counts.played == 1).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(server.record().total, 1);
    assert_eq!(api.get::<Value>(PATH).await.unwrap()["request"], 2);
}

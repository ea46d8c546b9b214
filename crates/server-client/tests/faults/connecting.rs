//! Nothing leaves: no name, no connection.

use std::time::Duration;

use serde_json::Value;
use twinfetch_faults::{Blackhole, Clock, Refusing};
use twinfetch_server_client::{Api, Code, Error, Sent};

use crate::stage::{is_showable, signed_in, travelled};

async fn failure(api: &Api, code: Code) -> Error {
    let error = api.post::<Value>("/private-route").await.unwrap_err();
    assert_eq!((error.code(), error.retryable(), error.status()), (code, true, None), "{error:?}");
    // What has not left may be repeated whatever it is: here a POST.
    assert_eq!(travelled(&error), (Sent::Unsent, 3));
    is_showable(&error);
    assert!(api.session().await.unwrap().is_authenticated());
    error
}

#[tokio::test]
async fn f_01_a_name_without_an_address_has_a_code_of_its_own() {
    // No name has a part of more than 63 characters: this one is refused without asking anybody.
    let url = format!("http://{}.invalid", "x".repeat(64));
    let error = failure(&signed_in(&url, |builder| builder), Code::DnsFailed).await;
    assert!(error.log_detail().contains(", name"), "{error:?}");
}

#[tokio::test]
async fn f_02_a_refused_connection_has_sent_nothing() {
    let nobody = Refusing::new().unwrap();
    let error = failure(&signed_in(&nobody.url(), |builder| builder), Code::ConnectFailed).await;
    assert!(error.log_detail().contains(", connect"), "{error:?}");
}

#[tokio::test]
async fn f_03_a_connection_that_nobody_answers_has_a_limit_of_its_own() {
    let blackhole = Blackhole::new().await.unwrap();
    let api = signed_in(&blackhole.url(), |builder| builder.connect_timeout(Duration::from_secs(3)));
    let mut clock = Clock::paused(Duration::from_millis(100));
    let (_, elapsed) = clock.run(Box::pin(failure(&api, Code::ConnectTimedOut))).await.unwrap();
    assert!(elapsed >= Duration::from_secs(9) && elapsed < Duration::from_secs(15), "{elapsed:?}");
}

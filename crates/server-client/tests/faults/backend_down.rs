//! Backends that go down, and come back.

use serde_json::Value;
use twinfetch_faults::{FaultServer, Refusing, Script};
use twinfetch_server_client::{Code, Sent};

use crate::stage::{Stage, travelled};

#[tokio::test]
async fn f_30_a_backend_that_goes_down_is_a_typed_error_and_the_session_stays() {
    let backend = FaultServer::start(Script::default()).await.unwrap();
    let mut stage = Stage::new(Script::default().backend(backend.url())).await;
    assert_eq!(stage.get().await.outcome.unwrap()["request"], 1);
    drop(backend);
    let nobody = Refusing::new().unwrap();
    stage.server.play(Script::default().backend(nobody.url()));
    let error = stage.post().await.failed(Code::ConnectionLost);
    assert!(error.retryable());
    assert_eq!(travelled(&error), (Sent::Maybe, 1));
    assert!(stage.api.session().await.unwrap().is_authenticated());
    stage.goes_on().await;
}

#[tokio::test]
async fn f_31_a_backend_that_restarts_costs_no_call_that_can_be_repeated() {
    let before = FaultServer::start(Script::default()).await.unwrap();
    let mut stage = Stage::new(Script::default().backend(before.url())).await;
    let nobody = Refusing::new().unwrap();
    for number in 0..5 {
        stage.server.play(Script::default().backend(nobody.url()));
        let after = FaultServer::start(Script::default()).await.unwrap();
        let Stage { server, api, clock } = &mut stage;
        // The new one is up only when a call has met that there is none.
        let restart = async {
            server.until(|counts| counts.requests >= 1).await;
            server.until(|counts| counts.played >= 1).await;
            server.play(Script::default().backend(after.url()));
        };
        // Equal reads of one incoming request are one call.
        let call = api.get::<Value>("/private-route").query("number", number);
        let ((outcome, ()), _) = clock.run(async { tokio::join!(call.into_future(), restart) }).await.unwrap();
        assert_eq!(outcome.unwrap()["request"], 1);
        assert_eq!(after.record().total, 1);
    }
    stage.goes_on().await;
}

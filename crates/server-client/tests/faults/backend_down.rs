//! Backends that go down, and come back.

use twinfetch_faults::{Refusing, Script};
use twinfetch_server_client::Code;

use crate::stage::Stage;

#[tokio::test]
async fn f_30_a_backend_that_goes_down_is_a_typed_error_and_the_session_stays() {
    let backend = twinfetch_faults::FaultServer::start(Script::default()).await.unwrap();
    let mut stage = Stage::new(Script::default().backend(backend.url())).await;
    assert_eq!(stage.get().await.outcome.unwrap()["request"], 1);
    drop(backend);
    let nobody = Refusing::new().unwrap();
    stage.server.play(Script::default().backend(nobody.url()));
    let error = stage.post().await.failed(Code::ConnectionLost);
    assert!(error.retryable());
    assert!(stage.api.session().await.unwrap().is_authenticated());
    stage.goes_on().await;
}

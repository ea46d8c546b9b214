//! Clients of a fault server.

use std::time::Duration;

use serde_json::Value;
use twinfetch_canary::canary;
use twinfetch_faults::{Clock, Fault, FaultServer, Script};
use twinfetch_server_client::{Api, Builder, Code, Dialect, Error, Retry, Sent, ServerClient};

pub(crate) const PATH: &str = "/posts";

/// Smaller than every limit that is tested.
pub(crate) const STEP: Duration = Duration::from_millis(100);

/// Three requests in all, without a wait between them.
pub(crate) const AT_ONCE: Retry = Retry { base: 0, ..Retry::DEFAULT };

/// A client without a session, whose dialect takes bare JSON.
pub(crate) fn client(url: &str, set: impl FnOnce(Builder) -> Builder) -> ServerClient {
    let builder = ServerClient::builder().base_url(url).dialect(Dialect::authjs()).secrets([canary("secret")]);
    set(builder).build().unwrap()
}

pub(crate) async fn started(script: Script, retry: Retry) -> (FaultServer, Api) {
    let server = FaultServer::start(script).await.unwrap();
    let api = client(&server.url(), |builder| builder.retry(retry)).background();
    (server, api)
}

/// A read, and how long it took by the clock.
pub(crate) async fn read(api: &Api, clock: &mut Clock) -> (Result<Value, Error>, Duration) {
    clock.run(api.get(PATH).into_future()).await.unwrap()
}

pub(crate) fn told(error: &Error) -> (Code, u32, Sent) {
    (error.code(), error.attempts(), error.sent())
}

pub(crate) const fn status(status: u16) -> Fault {
    Fault::Status { status, retry_after: None }
}

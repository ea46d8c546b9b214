//! A file that is passed on to a browser: `proxy_download`.

mod broken;
mod conditions;
mod heads;
mod names;
mod refused;
mod resumed;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{HeaderMap, Method, Request, Response};
use tower_service::Service as _;
use twinfetch_canary::canary;
use twinfetch_faults::{Fault, FaultServer, File, Script};
use twinfetch_server_client::{Api, ApiLayer, Error, FileBody, ServerClient};

/// A backend, and an app before it with a route that passes its file on.
pub(crate) struct Stage {
    pub(crate) backend: FaultServer,
    pub(crate) app: Router,
}

async fn report(api: Api, method: Method, headers: HeaderMap) -> Result<Response<FileBody>, Error> {
    let api = api.bearer(canary("access"));
    let path = "/private/file.bin";
    let call = if method == Method::HEAD { api.head(path) } else { api.get(path) };
    call.query("q", canary("query")).proxy_download(&headers).await
}

impl Stage {
    pub(crate) async fn new(script: Script) -> Self {
        let backend = FaultServer::start(script).await.unwrap();
        let client = ServerClient::builder().base_url(backend.url()).secrets([canary("secret")]).build().unwrap();
        let app = Router::new().route("/report", get(report)).layer(ApiLayer::new(client));
        Self { backend, app }
    }

    pub(crate) async fn of(file: &File) -> Self {
        Self::new(Script::always(Fault::File(file.clone()))).await
    }

    pub(crate) async fn send(&self, method: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let request = Request::builder().method(method).uri("/report");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.app.clone().call(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    pub(crate) async fn get(&self, headers: &[(&str, &str)]) -> Response<Body> {
        self.send("GET", headers).await
    }

    /// What the last request to the backend said.
    pub(crate) fn last(&self, header: &str) -> Option<String> {
        self.backend.record().requests.back().and_then(|seen| seen.header(header).map(str::to_owned))
    }
}

pub(crate) async fn bytes(response: Response<Body>) -> Result<Vec<u8>, axum::Error> {
    axum::body::to_bytes(response.into_body(), usize::MAX).await.map(Vec::from)
}

pub(crate) fn header<'r>(response: &'r Response<Body>, name: &str) -> Option<&'r str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

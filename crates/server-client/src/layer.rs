//! A tower layer that gives each request its `Api`.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::client::ServerClient;

/// Gives each request an [`Api`](crate::Api) as an extension, and keeps answers that depend on a session out of shared caches.
///
/// A response to a request whose session was read gets `Cache-Control: private, no-store`, unless it forbids storing
/// itself already. Cookies of a sign-in, a renewal or a sign-out are added to it.
///
#[cfg_attr(feature = "axum", doc = "```")]
#[cfg_attr(not(feature = "axum"), doc = "```ignore")]
/// use axum::{Router, routing::get};
/// use twinfetch_server_client::{Api, ApiLayer, Error, ServerClient};
///
/// async fn greeting(api: Api) -> Result<&'static str, Error> {
///     Ok(if api.session().await?.is_authenticated() { "Hello again" } else { "Hello" })
/// }
///
/// let client = ServerClient::builder().secrets(["of the app"]).build()?;
/// let app: Router = Router::new().route("/", get(greeting)).layer(ApiLayer::new(client));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ApiLayer {
    client: ServerClient,
}

impl ApiLayer {
    /// A layer for the routes that call this client's backend.
    pub const fn new(client: ServerClient) -> Self {
        Self { client }
    }
}

impl<S> Layer<S> for ApiLayer {
    type Service = ApiService<S>;

    fn layer(&self, inner: S) -> ApiService<S> {
        ApiService { client: self.client.clone(), inner }
    }
}

/// The service of [`ApiLayer`].
#[derive(Clone, Debug)]
pub struct ApiService<S> {
    client: ServerClient,
    inner: S,
}

impl<S, Q, R> Service<Request<Q>> for ApiService<S>
where
    S: Service<Request<Q>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Q>) -> Self::Future {
        let api = self.client.incoming(request.headers());
        request.extensions_mut().insert(api.clone());
        let response = self.inner.call(request);
        Box::pin(async move {
            let mut response = response.await?;
            if api.session_was_read() {
                keep_private(response.headers_mut());
                api.relay(response.headers_mut());
            }
            Ok(response)
        })
    }
}

/// What depends on who is signed in is for nobody else (RFC 9111 §5.2.2.5, §5.2.2.7).
fn keep_private(headers: &mut HeaderMap) {
    let directives = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let stored_nowhere = directives.flat_map(|value| value.split(',')).any(|directive| {
        let directive = directive.trim();
        directive.eq_ignore_ascii_case("no-store")
    });
    if !stored_nowhere {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
}

//! A route that forwards a browser's requests to the backend with the session's token.

mod builder;
mod download;
mod forward;
mod incoming;
mod upload;

pub use builder::ProxyBuilder;
pub use download::ProxyBody;
pub(crate) use incoming::mark;

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{HeaderName, Request, Response};
use http_body::Body;
use tower_service::Service;
use twinfetch_core::address::Origin;
use twinfetch_core::proxy::{Allowed, Headers, Patience, Retries};

use crate::client::ServerClient;
use crate::error::BoxError;

/// Forwards browsers' requests to the backend with the session's token, which the browser then never sees (RFC 10017).
///
/// It is a `tower` service; in axum it is a route's service. Mount it where the paths are the backend's: it forwards what
/// the request's target says.
///
#[cfg_attr(feature = "axum", doc = "```")]
#[cfg_attr(not(feature = "axum"), doc = "```ignore")]
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let backend = twinfetch_backend::serve(twinfetch_backend::Options::default()).await?;
/// use axum::{Router, body::Body, http::{Request, StatusCode}, routing::get};
/// use twinfetch_server_client::{Proxy, ServerClient};
///
/// let client = ServerClient::builder().base_url(backend.url()).secrets(["of the app"]).build()?;
/// let proxy = Proxy::builder(client).allow("/api/posts").allow_below("/api/files").build()?;
/// let mut app: Router = Router::new().route("/", get(async || "the page")).route_service("/api/{*path}", proxy);
///
/// # use tower_service::Service as _;
/// for (path, expected) in [("/api/posts", StatusCode::UNAUTHORIZED), ("/api/me", StatusCode::NOT_FOUND)] {
///     let response = app.call(Request::get(path).body(Body::empty())?).await?;
///     assert_eq!(response.status(), expected); // the backend's refusal; the proxy's
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What goes through
///
/// * Method, path, query and body, streamed both ways as fast as the slower side; whoever hangs up ends the other's exchange.
/// * Headers by an allow-list ([`ProxyBuilder::request_header`]): never `Host`, `X-Forwarded-*`, those of the
///   connection, or cookies, but for those that the dialect passes on. The session's access token goes as `Authorization`, or
///   nothing where nobody is signed in.
/// * Any status and body of the backend except 5xx, whose body is for its own log: the browser gets a message.
/// * A redirect to a path that is allowed, as a path; others are refused.
///
/// A [session of this server's own](crate#a-session-of-this-servers-own) is renewed before its token ends, and when a request without a
/// body is refused, which is then asked once more. The new cookie comes with the answer.
///
/// `Cache-Control: private, no-store`, `X-Content-Type-Options: nosniff` and `X-Request-Id` are added.
///
/// # What is refused
///
/// | status | when |
/// | --- | --- |
/// | 403 | an unsafe method from another origin: no `Sec-Fetch-Site: same-origin`, no own `Origin`, no custom header |
/// | 404 | a path that is not allowed, or that could be read as another |
/// | 405 | a method other than `DELETE`, `GET`, `HEAD`, `PATCH`, `POST` and `PUT` |
/// | 502 | no connection or no usable answer |
/// | 504 | no response head within 5 s |
///
/// The body is `{"message": "…"}`, for users. Idempotent requests without a body, and any that found no connection, are
/// repeated after 100 ms and after 200 ms, out of the budget of the client ([`Builder::retry`](crate::Builder::retry)). Each
/// failure is a `tracing` event with method, route, attempt and class, never with a token, a query or a body.
#[derive(Clone)]
pub struct Proxy(Arc<Settings>);

struct Settings {
    client: ServerClient,
    allowed: Allowed,
    requests: Headers,
    responses: Headers,
    /// The app's own, where it is known for sure.
    origin: Option<Origin>,
    custom_header: HeaderName,
    checks_origin: bool,
    patience: Patience,
    retries: Retries,
}

impl Proxy {
    /// Begins a proxy to the backend of this client.
    pub fn builder(client: ServerClient) -> ProxyBuilder {
        ProxyBuilder::new(client)
    }
}

impl<B> Service<Request<B>> for Proxy
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<ProxyBody>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<ProxyBody>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let settings = Arc::clone(&self.0);
        async move { Ok(forward::forward(&settings, request).await) }.boxed()
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Proxy").field("allowed", &self.0.allowed).finish_non_exhaustive()
    }
}

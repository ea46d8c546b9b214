//! Sending a request and reading a response: the only place that knows reqwest.

mod content;
mod failure;
mod framing;
mod listening;
#[cfg(feature = "oauth")]
mod plain;
#[cfg(feature = "proxy")]
mod stream;

pub(crate) use failure::Failure;
#[cfg(feature = "proxy")]
pub(crate) use stream::{Incoming, Outgoing};

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{HeaderName, HeaderValue, Method};
use tokio::time::timeout;
use twinfetch_core::address::BaseUrl;
use twinfetch_core::call::Request;
use twinfetch_core::download::Entity;
use twinfetch_core::error::Code;
use twinfetch_core::file_name;
use twinfetch_core::head::Head;

use crate::error::BoxError;
use listening::Connector;

/// How long to wait for what, and how much to take.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// For a connection.
    pub(crate) connect: Duration,
    /// For a response's head, the connection included.
    pub(crate) head: Duration,
    /// For the next piece of a body.
    pub(crate) idle: Duration,
    /// For the whole call.
    pub(crate) total: Duration,
    /// The bytes of a body.
    pub(crate) body: usize,
}

impl Limits {
    /// The setting that would let nothing through.
    pub(crate) fn unusable(&self) -> Option<&'static str> {
        let Self { connect, head, idle, total, body } = self;
        let waits = [("connect_timeout", connect), ("head_timeout", head), ("idle_timeout", idle), ("timeout", total)];
        let no_wait = waits.iter().find(|(_, limit)| limit.is_zero()).map(|(setting, _)| *setting);
        no_wait.or((*body == 0).then_some("body_limit"))
    }
}

/// Servers close idle connections after 5 s at the earliest (Node's default); whoever writes into one that closes fails.
const KEPT_OPEN: Duration = Duration::from_secs(4);

/// What servers are told who asks.
const AGENT: &str = concat!("twinfetch/", env!("CARGO_PKG_VERSION"));

const FIRST_PIECE: usize = 64 * 1024;

/// A pool of connections to the backend.
#[derive(Debug)]
pub(crate) struct Transport {
    client: reqwest::Client,
    uploads: Connector,
    limits: Limits,
}

/// A body to send, with its type.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Bytes,
}

/// A response whose body waits.
#[derive(Debug)]
pub(crate) struct Response {
    inner: reqwest::Response,
}

impl Transport {
    /// Sets up a pool for requests below these addresses.
    pub(crate) fn new<'b>(limits: Limits, bases: impl IntoIterator<Item = &'b BaseUrl>) -> Result<Self, Failure> {
        let mut secure = false;
        for base in bases {
            // Every URL of a call begins with one: what reqwest's parser refuses would fail each of them.
            let url = reqwest::Url::parse(base.as_str());
            let url = url.map_err(|_| Failure::new(Code::ConfigInvalid, "its host is no address"))?;
            secure |= url.scheme() == "https";
        }
        let builder = reqwest::Client::builder()
            .connect_timeout(limits.connect)
            .pool_idle_timeout(KEPT_OPEN)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            // Bodies are as they come, whatever features another crate of the workspace turns on.
            .no_brotli()
            .no_deflate()
            .no_gzip()
            .no_zstd()
            .user_agent(AGENT);
        // Redirects never leave the origin, so plain http needs no certificates: they may be missing on the machine.
        #[cfg(feature = "rustls")]
        let builder = if secure { builder } else { builder.tls_certs_only([]) };
        #[cfg(not(feature = "rustls"))]
        if secure {
            return Err(Failure::new(Code::ConfigInvalid, "the crate feature `rustls` is off"));
        }
        let client = builder.build().map_err(Failure::of)?;
        Ok(Self { client, uploads: Connector::new(secure)?, limits })
    }

    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Sends a request and waits for the response's head.
    pub(crate) async fn send(&self, request: Request, body: Option<&Body>) -> Result<Response, Failure> {
        self.execute(self.assemble(request, body)?).await
    }

    /// Sends a request with a body that is made as it goes out, in the place of the caller's; without a limit of time, which
    /// depends on how the body moves.
    pub(crate) async fn stream<B>(&self, request: Request, content_type: &str, body: B) -> Result<Response, Failure>
    where
        B: http_body::Body<Data = Bytes, Error = BoxError> + Send + Sync + 'static,
    {
        let mut request = self.assemble(request, None)?;
        let content_type = HeaderValue::try_from(content_type);
        let content_type = content_type.map_err(|_| Failure::new(Code::CallInvalid, "content type"))?;
        request.headers_mut().insert(CONTENT_TYPE, content_type);
        *request.body_mut() = Some(reqwest::Body::wrap(body));
        let request = request.try_into().map_err(Failure::of)?;
        Self::checked(self.uploads.send(request, &self.limits).await?)
    }

    async fn execute(&self, request: reqwest::Request) -> Result<Response, Failure> {
        let late = |_| Err(Failure::new(Code::ResponseTimedOut, "no response head in time"));
        timeout(self.limits.head, self.launch(request)).await.unwrap_or_else(late)
    }

    async fn launch(&self, request: reqwest::Request) -> Result<Response, Failure> {
        Self::checked(self.client.execute(request).await.map_err(Failure::of)?)
    }

    fn checked(inner: reqwest::Response) -> Result<Response, Failure> {
        framing::check(inner.headers())?;
        Ok(Response { inner })
    }

    /// Reads a whole body, piece by piece and not beyond the limit.
    pub(crate) async fn read(&self, mut response: Response) -> Result<Bytes, Failure> {
        let too_large = || Failure::new(Code::ResponseTooLarge, "body beyond the limit");
        response.check_content()?;
        let limit = self.limits.body;
        let announced = response.inner.content_length().unwrap_or_default();
        let announced = usize::try_from(announced).ok().filter(|length| *length <= limit).ok_or_else(too_large)?;
        // An announcement is not a reason to set much memory aside.
        let mut body = BytesMut::with_capacity(announced.min(FIRST_PIECE));
        while let Some(piece) = self.piece(&mut response).await? {
            if piece.len() > limit - body.len() {
                return Err(too_large());
            }
            body.extend_from_slice(&piece);
        }
        Ok(body.freeze())
    }

    /// The next piece of a body, within the idle limit; `None` at its end. Whoever drops the future may ask again.
    pub(crate) async fn piece(&self, response: &mut Response) -> Result<Option<Bytes>, Failure> {
        match timeout(self.limits.idle, response.inner.chunk()).await {
            Ok(Ok(piece)) => Ok(piece),
            Ok(Err(error)) => Err(Failure::of(error)),
            Err(_) => Err(Failure::new(Code::BodyStalled, "no next piece of the body in time")),
        }
    }

    fn assemble(&self, request: Request, body: Option<&Body>) -> Result<reqwest::Request, Failure> {
        let invalid = || Failure::new(Code::CallInvalid, "request");
        let method = Method::from_bytes(request.method.as_str().as_bytes()).map_err(|_| invalid())?;
        let mut builder = self.client.request(method, &request.url);
        for (name, secret) in [(AUTHORIZATION, &request.authorization), (COOKIE, &request.cookie)] {
            let Some(secret) = secret else { continue };
            let mut value = HeaderValue::from_bytes(secret.expose().as_bytes()).map_err(|_| invalid())?;
            value.set_sensitive(true);
            builder = builder.header(name, value);
        }
        let body = Body::of(&request.content, body)?;
        let mut content_type = body.as_ref().map(|body| body.content_type);
        for (name, value) in request.headers {
            content_type = content_type.filter(|_| name != CONTENT_TYPE.as_str());
            let name = HeaderName::try_from(name).map_err(|_| invalid())?;
            let mut value = HeaderValue::try_from(value).map_err(|_| invalid())?;
            // It may be a key of the app's own.
            value.set_sensitive(true);
            builder = builder.header(name, value);
        }
        if let Some(body) = body {
            if let Some(content_type) = content_type {
                builder = builder.header(CONTENT_TYPE, content_type);
            }
            builder = builder.body(body.bytes.clone());
        }
        builder.build().map_err(Failure::of)
    }
}

impl Response {
    /// What the core needs to know of the response; `now` is in milliseconds since 1970.
    pub(crate) fn head(&self, now: u64) -> Head {
        let headers = self.inner.headers();
        Head::new(self.inner.status().as_u16(), now, |name| {
            if name == CONTENT_DISPOSITION.as_str() {
                // The name of a file may be of any bytes.
                return file_name::isomorphic(headers.get_all(name).iter().map(HeaderValue::as_bytes));
            }
            headers.get(name)?.to_str().ok().map(str::to_owned)
        })
    }

    /// A header of the response, where it is text.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.inner.headers().get(name)?.to_str().ok().map(str::to_owned)
    }

    /// What the response says of a file.
    pub(crate) fn entity(&self) -> Entity {
        Entity::new(self.status(), false, |name| self.header(name))
    }

    /// Refuses a body that is packed.
    pub(crate) fn check_content(&self) -> Result<(), Failure> {
        framing::check_content(self.inner.headers())
    }

    /// Refuses a body that ends with its connection.
    pub(crate) fn check_end(&self) -> Result<(), Failure> {
        framing::check_end(self.inner.version(), self.inner.status(), self.inner.headers())
    }

    /// The answer to conditions, where it is one: not modified, precondition failed, range not satisfiable.
    pub(crate) fn verdict(&self) -> Option<http::Response<()>> {
        if !matches!(self.status(), 304 | 412 | 416) {
            return None;
        }
        let mut verdict = http::Response::new(());
        *verdict.status_mut() = self.inner.status();
        verdict.headers_mut().clone_from(self.inner.headers());
        Some(verdict)
    }

    /// The headers, for whom the body goes on to.
    #[cfg(feature = "proxy")]
    pub(crate) fn headers(&self) -> &http::HeaderMap {
        self.inner.headers()
    }

    pub(crate) fn status(&self) -> u16 {
        self.inner.status().as_u16()
    }

    /// The cookies that the server sets.
    pub(crate) fn set_cookies(&self) -> impl Iterator<Item = HeaderValue> {
        self.inner.headers().get_all(SET_COOKIE).iter().cloned()
    }
}

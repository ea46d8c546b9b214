//! A connection of its own for a body that goes out piece by piece.
//!
//! A server may answer before it has the whole body, and close. Whoever still writes then gets an error, and hyper, in the pool of
//! reqwest, hands that over although the answer is there to be read. On a [`Listening`] connection the answer counts.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::select_ok;
use http::header::{HOST, USER_AGENT};
use http::uri::Scheme;
use http::{HeaderValue, Request, Uri};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::{AbortHandle, spawn};
use tokio::time::timeout;
use twinfetch_core::error::Code;

use super::{AGENT, Failure, Limits};

/// Makes connections that take one request each.
#[derive(Clone)]
pub(super) struct Connector {
    #[cfg(feature = "rustls")]
    tls: Option<tokio_rustls::TlsConnector>,
}

impl Connector {
    /// Reads the system's certificates where a backend is behind https.
    #[cfg(feature = "rustls")]
    pub(super) fn new(secure: bool) -> Result<Self, Failure> {
        use std::sync::Arc;

        use rustls_platform_verifier::BuilderVerifierExt as _;
        use tokio_rustls::rustls::{ClientConfig, crypto::aws_lc_rs};
        let unusable = |error| Failure::below(Code::ConfigInvalid, "certificates", &error);
        let config = || -> Result<_, tokio_rustls::rustls::Error> {
            // By name: another crate may compile a second provider in, and none is the default then.
            let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
            Ok(config.with_safe_default_protocol_versions()?.with_platform_verifier()?.with_no_client_auth())
        };
        let tls = secure.then(config).transpose().map_err(unusable)?;
        Ok(Self { tls: tls.map(|config| Arc::new(config).into()) })
    }

    #[cfg(not(feature = "rustls"))]
    #[expect(clippy::unnecessary_wraps, reason = "with https there is more to do")]
    pub(super) fn new(_: bool) -> Result<Self, Failure> {
        Ok(Self {})
    }

    /// Sends a request on a connection of its own, which ends with the response's body, or when it is dropped.
    pub(super) async fn send(
        &self,
        mut request: Request<reqwest::Body>,
        limits: &Limits,
    ) -> Result<reqwest::Response, Failure> {
        let connected = timeout(limits.connect, self.connect(request.uri())).await;
        let io = connected.unwrap_or_else(|_| Err(Failure::new(Code::ConnectTimedOut, "connect timeout")))?;
        complete(&mut request)?;
        let lost = |error: hyper::Error| {
            let (code, class) =
                if error.is_parse() { (Code::ProtocolFailed, "head") } else { (Code::ConnectionLost, "exchange") };
            Failure::below(code, class, &error)
        };
        let (mut sender, connection) = http1::handshake(TokioIo::new(io)).await.map_err(lost)?;
        let guard = Guard(spawn(connection).abort_handle());
        let response = sender.send_request(request).await.map_err(lost)?;
        let body = |incoming| reqwest::Body::wrap(Guarded { incoming, _sender: sender, _guard: guard });
        Ok(reqwest::Response::from(response.map(body)))
    }

    async fn connect(&self, url: &Uri) -> Result<Box<dyn Connection>, Failure> {
        let invalid = || Failure::new(Code::CallInvalid, "request");
        let host = url.host().ok_or_else(invalid)?.trim_matches(['[', ']']);
        let is_secure = url.scheme() == Some(&Scheme::HTTPS);
        let port = url.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        let addresses =
            lookup_host((host, port)).await.map_err(|error| Failure::below(Code::DnsFailed, "name", &error));
        let socket = reach(addresses?).await.map_err(|error| Failure::below(Code::ConnectFailed, "connect", &error))?;
        self.secure(host, is_secure, socket).await
    }

    #[cfg(feature = "rustls")]
    async fn secure(&self, host: &str, is_secure: bool, socket: TcpStream) -> Result<Box<dyn Connection>, Failure> {
        let io = Listening::new(socket)?;
        if !is_secure {
            return Ok(Box::new(io));
        }
        let unusable = || Failure::new(Code::TlsFailed, "tls");
        let name = host.to_owned().try_into().map_err(|_| unusable())?;
        let secured = self.tls.as_ref().ok_or_else(unusable)?.connect(name, io).await;
        let refused = |error: io::Error| match error.kind() {
            // So rustls says that it does not trust what it reads; a connection that breaks off has another kind.
            ErrorKind::InvalidData => Failure::below(Code::TlsFailed, "tls", &error),
            _ => Failure::below(Code::ConnectFailed, "connect", &error),
        };
        Ok(Box::new(secured.map_err(refused)?))
    }

    #[cfg(not(feature = "rustls"))]
    #[expect(clippy::unused_async, reason = "with https there is more to do")]
    async fn secure(&self, _: &str, is_secure: bool, socket: TcpStream) -> Result<Box<dyn Connection>, Failure> {
        if is_secure {
            return Err(Failure::new(Code::TlsFailed, "tls"));
        }
        Ok(Box::new(Listening::new(socket)?))
    }
}

/// How long the first family of addresses has before the other one is tried beside it, as reqwest gives it.
const HEAD_START: Duration = Duration::from_millis(300);

/// Connects to the first address that answers; a family of which none does holds nothing up
/// ([RFC 8305](https://www.rfc-editor.org/rfc/rfc8305)).
async fn reach(addresses: impl Iterator<Item = SocketAddr>) -> io::Result<TcpStream> {
    let mut addresses = addresses.peekable();
    let is_first = addresses.peek().map(SocketAddr::is_ipv6);
    let (first, other): (Vec<_>, Vec<_>) = addresses.partition(|address| Some(address.is_ipv6()) == is_first);
    let mut first = Box::pin(connect_to_any(first));
    let other = Box::pin(connect_to_any(other));
    match timeout(HEAD_START, first.as_mut()).await {
        Ok(Ok(socket)) => Ok(socket),
        Ok(Err(refused)) => other.await.map_err(|_| refused),
        Err(_) => select_ok([first, other]).await.map(|(socket, _)| socket),
    }
}

async fn connect_to_any(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    TcpStream::connect(addresses.as_slice()).await
}

/// Adds what a pool adds by itself, and leaves of the address what a server is told.
fn complete(request: &mut Request<reqwest::Body>) -> Result<(), Failure> {
    let invalid = || Failure::new(Code::CallInvalid, "request");
    let authority = request.uri().authority().ok_or_else(invalid)?;
    let host = HeaderValue::try_from(authority.as_str()).map_err(|_| invalid())?;
    request.headers_mut().insert(HOST, host);
    request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(AGENT));
    let path = request.uri().path_and_query().cloned().ok_or_else(invalid)?;
    *request.uri_mut() = path.into();
    Ok(())
}

trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}

/// A socket that is read to its end, also when nothing can be written any more.
struct Listening {
    socket: TcpStream,
    is_deaf: bool,
}

impl Listening {
    fn new(socket: TcpStream) -> Result<Self, Failure> {
        let failed = |error| Failure::below(Code::ConnectFailed, "connect", &error);
        socket.set_nodelay(true).map_err(failed)?;
        Ok(Self { socket, is_deaf: false })
    }
}

impl AsyncRead for Listening {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl AsyncWrite for Listening {
    /// Waits once the other side takes no more: what it has said, or that it is gone, is then read.
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_deaf {
            return Poll::Pending;
        }
        match ready!(Pin::new(&mut self.socket).poll_write(context, bytes)) {
            Err(error) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => {
                self.is_deaf = true;
                // The reading side may have been polled before, and is asked once more.
                context.waker().wake_by_ref();
                Poll::Pending
            }
            ended => Poll::Ready(ended),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

/// Ends a connection.
struct Guard(AbortHandle);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The body of a response, and the connection that it comes on.
struct Guarded {
    incoming: Incoming,
    _sender: http1::SendRequest<reqwest::Body>,
    _guard: Guard,
}

impl Body for Guarded {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.incoming).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Connector")
    }
}

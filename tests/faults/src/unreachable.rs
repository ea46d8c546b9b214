//! Addresses that do not connect.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// An address that refuses connections. Its port is held, so that nobody else listens there meanwhile.
#[derive(Debug)]
pub struct Refusing {
    port: u16,
    _held: TcpSocket,
}

impl Refusing {
    /// Takes a port.
    ///
    /// # Errors
    /// There is no free port.
    pub fn new() -> io::Result<Self> {
        let held = TcpSocket::new_v4()?;
        held.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        Ok(Self { port: held.local_addr()?.port(), _held: held })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// An address that never answers, neither with a connection nor with a refusal: its queue is full, and the system drops
/// what comes (Linux).
#[derive(Debug)]
pub struct Blackhole {
    port: u16,
    _full: (TcpListener, TcpStream),
}

impl Blackhole {
    /// Takes a port and fills its queue.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn new() -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let listener = socket.listen(0)?;
        let address = listener.local_addr()?;
        // A queue of length 0 takes one.
        let first = TcpStream::connect(address).await?;
        Ok(Self { port: address.port(), _full: (listener, first) })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

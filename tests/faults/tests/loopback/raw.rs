//! A client that sends text and reads bytes.

use std::io::ErrorKind;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use twinfetch_faults::{Fault, FaultServer, Script};

pub(crate) const GET: &str = "GET /a?b=c HTTP/1.1\r\nhost: x\r\n\r\n";

/// How a connection ended, and what came before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) text: String,
    pub(crate) by_reset: bool,
}

pub(crate) async fn connect(server: &FaultServer) -> TcpStream {
    TcpStream::connect(("127.0.0.1", server.port())).await.unwrap()
}

/// Reads until the server ends.
pub(crate) async fn to_end(socket: &mut TcpStream) -> Ended {
    let mut bytes = Vec::new();
    let by_reset = match socket.read_to_end(&mut bytes).await {
        Ok(_) => false,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => true,
        Err(error) => panic!("{error}"),
    };
    Ended { text: String::from_utf8_lossy(&bytes).into_owned(), by_reset }
}

/// Reads exactly this text.
pub(crate) async fn expect(socket: &mut TcpStream, text: &str) {
    let mut bytes = vec![0; text.len()];
    socket.read_exact(&mut bytes).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&bytes), text);
}

/// What one request gets of a fault that ends the connection.
pub(crate) async fn met(fault: Fault) -> Ended {
    let server = FaultServer::start(Script::always(fault)).await.unwrap();
    let mut socket = connect(&server).await;
    socket.write_all(GET.as_bytes()).await.unwrap();
    to_end(&mut socket).await
}

/// What one request gets of a fault that leaves the connection open: the head, and as much of a body as it announces.
pub(crate) async fn answered(fault: Fault) -> (String, Vec<u8>) {
    let server = FaultServer::start(Script::always(fault)).await.unwrap();
    let mut socket = connect(&server).await;
    socket.write_all(GET.as_bytes()).await.unwrap();
    answer(&mut socket).await
}

pub(crate) async fn answer(socket: &mut TcpStream) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
    let mut body = vec![0; length.parse().unwrap()];
    socket.read_exact(&mut body).await.unwrap();
    (head, body)
}

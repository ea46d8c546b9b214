//! Sockets on both address families of `localhost`.

use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, Ipv6Addr};

use tokio::net::TcpListener;

/// How often a free port is drawn again because the other family has it taken.
const DRAWS: usize = 16;

/// Listens on one port of `127.0.0.1` and, where there is IPv6, of `::1`; port 0 draws a free one.
pub(crate) async fn loopback(port: u16) -> Result<(u16, Vec<TcpListener>)> {
    let draws = if port == 0 { DRAWS } else { 1 };
    let mut taken = Error::from(ErrorKind::AddrInUse);
    for _ in 0..draws {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = v4.local_addr()?.port();
        match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(v6) => return Ok((port, vec![v4, v6])),
            // Never leave the other half of `localhost` to a stranger.
            Err(error) if error.kind() == ErrorKind::AddrInUse => taken = error,
            Err(_) => return Ok((port, vec![v4])),
        }
    }
    Err(taken)
}

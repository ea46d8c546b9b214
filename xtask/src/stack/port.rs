//! Ports on `localhost`: free ones, and those that answer.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::Purpose;

/// How long one question may take; a first page can be slow.
const ANSWER: Duration = Duration::from_secs(10);

/// The ports of the programs.
pub(super) struct Ports {
    pub(super) backend: u16,
    pub(super) next: u16,
    pub(super) axum: u16,
    pub(super) react: u16,
    /// The backends of S1, S2, S3 and S4.
    pub(super) systems: [u16; 4],
    /// The backend of S4 which leads back to the axum app.
    pub(super) oauth_of_axum: u16,
    /// S1 with tokens that end soon, and S2 which refuses under status 200.
    pub(super) variants: [u16; 2],
}

impl Ports {
    /// Takes well-known ports where a person has to type them and they are free, else what the system gives.
    pub(super) fn choose(purpose: Purpose) -> Result<Self> {
        let wanted = |port: u16| if purpose == Purpose::Demo { port } else { 0 };
        // All are held until all are known, so that they differ.
        let mut held = Vec::new();
        let mut port = |well_known| {
            let listener = take(wanted(well_known))?;
            let port = listener.local_addr()?.port();
            held.push(listener);
            anyhow::Ok(port)
        };
        Ok(Self {
            backend: port(8080)?,
            next: port(3000)?,
            axum: port(3001)?,
            react: port(5173)?,
            systems: [port(8081)?, port(8082)?, port(8083)?, port(8084)?],
            oauth_of_axum: port(8085)?,
            variants: [port(0)?, port(0)?],
        })
    }

    /// The programs that have to answer before anything is shown or tested, by their names in messages.
    pub(super) fn awaited(&self, purpose: Purpose) -> Vec<(&'static str, u16)> {
        let mut awaited =
            vec![("backend", self.backend), ("next", self.next), ("axum", self.axum), ("react", self.react)];
        awaited.extend(self.systems.map(|port| ("systems", port)));
        awaited.push(("systems", self.oauth_of_axum));
        if purpose == Purpose::Tests {
            awaited.extend(self.variants.map(|port| ("variants", port)));
        }
        awaited
    }
}

/// A port that is free on both families of `localhost`, `wanted` if possible.
fn take(wanted: u16) -> Result<TcpListener> {
    if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)) {
        let port = listener.local_addr()?.port();
        if TcpListener::bind((Ipv6Addr::LOCALHOST, port)).is_ok() || !has_ipv6() {
            return Ok(listener);
        }
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("the system gives no free port")
}

fn has_ipv6() -> bool {
    TcpListener::bind((IpAddr::V6(Ipv6Addr::LOCALHOST), 0)).is_ok()
}

/// Whether an HTTP server on `localhost` answers, with anything but a failure of its own.
pub(super) fn answers(port: u16) -> bool {
    status(port).is_ok_and(|status| (b"200".as_slice()..b"500").contains(&status.as_slice()))
}

fn status(port: u16) -> Result<Vec<u8>> {
    let address = ("localhost", port).to_socket_addrs()?.find_map(|address| TcpStream::connect(address).ok());
    let mut stream = address.context("nobody listens")?;
    stream.set_read_timeout(Some(ANSWER))?;
    stream.write_all(format!("GET / HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut head = [0; "HTTP/1.1 200".len()];
    stream.read_exact(&mut head)?;
    Ok(head.get("HTTP/1.1 ".len()..).unwrap_or_default().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_not_taken_again() {
        let first = take(0).unwrap();
        let port = first.local_addr().unwrap().port();
        assert_ne!(take(port).unwrap().local_addr().unwrap().port(), port);
    }

    #[test]
    fn a_server_answers_unless_it_fails() {
        for (status, expected) in [("200 OK", true), ("404 Not Found", true), ("503 Service Unavailable", false)] {
            let listener = take(0).unwrap();
            let port = listener.local_addr().unwrap().port();
            let server = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).unwrap();
            });
            assert_eq!(answers(port), expected, "{status}");
            server.join().unwrap();
        }
    }
}

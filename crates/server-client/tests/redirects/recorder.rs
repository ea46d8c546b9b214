//! Servers under many names that write down whatever reaches them, in clear or behind TLS on one port.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// The name of the machine that redirects.
const APP: &str = "localhost";

/// One request, or a connection that brought none.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// `scheme://authority`, as the client said it.
    pub(crate) origin: String,
    pub(crate) method: String,
    pub(crate) target: String,
    /// All of it: request line, headers, body.
    pub(crate) bytes: String,
    pub(crate) body: String,
}

/// What a path is answered with.
#[derive(Clone)]
pub(crate) enum Answer {
    Json(String),
    Redirect { code: u16, location: String },
}

#[derive(Default)]
struct Book {
    seen: Vec<Seen>,
    answers: HashMap<String, Answer>,
}

/// Servers that write into one book.
pub(crate) struct Recorder {
    own: u16,
    other: u16,
    book: Arc<Mutex<Book>>,
    _serving: JoinSet<()>,
}

/// What the ends of TLS begin a connection with (RFC 8446 §5.1: a handshake record).
const HANDSHAKE: u8 = 22;

const DEFAULT: &str = r#"{"success":true,"data":{"accessToken":"a","refreshToken":"r","user":{"id":"1"}},"user":{}}"#;

impl Recorder {
    pub(crate) async fn new(tls: TlsAcceptor) -> Self {
        let [first, second] = same_port().await;
        let other = TcpListener::bind("127.0.0.2:0").await.unwrap();
        let other_port = other.local_addr().unwrap().port();
        let same = TcpListener::bind(("127.0.0.1", other_port)).await;
        let book = Arc::new(Mutex::new(Book::default()));
        let own = first.local_addr().unwrap().port();
        let mut serving = JoinSet::new();
        // Somebody else may have the other port on the first address: then there is nothing of ours to be seen there.
        for listener in [Some(first), Some(second), Some(other), same.ok()].into_iter().flatten() {
            let (book, tls) = (Arc::clone(&book), tls.clone());
            serving.spawn(async move {
                loop {
                    let (socket, _) = listener.accept().await.unwrap();
                    tokio::spawn(greet(socket, tls.clone(), Arc::clone(&book)));
                }
            });
        }
        Self { own, other: other_port, book, _serving: serving }
    }

    /// An address with its placeholders filled in.
    pub(crate) fn fill(&self, template: &str) -> String {
        let (own, other) = (self.own.to_string(), self.other.to_string());
        template.replace("{app}", APP).replace("{own}", &own).replace("{other}", &other)
    }

    /// Has a path answered so; all others are answered with a pair of tokens.
    pub(crate) fn answer(&self, path: &str, answer: Answer) {
        self.book.lock().unwrap().answers.insert(path.to_owned(), answer);
    }

    /// Takes out what has been seen since.
    pub(crate) fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.book.lock().unwrap().seen)
    }
}

/// Two addresses of one machine with one free port.
async fn same_port() -> [TcpListener; 2] {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = first.local_addr().unwrap().port();
        if let Ok(second) = TcpListener::bind(("127.0.0.2", port)).await {
            return [first, second];
        }
    }
}

async fn greet(socket: TcpStream, tls: TlsAcceptor, book: Arc<Mutex<Book>>) {
    let mut first = [0];
    let is_tls = matches!(socket.peek(&mut first).await, Ok(1)) && first[0] == HANDSHAKE;
    if !is_tls {
        return serve(socket, "http", book).await;
    }
    match tls.accept(socket).await {
        Ok(socket) => serve(socket, "https", book).await,
        Err(_) => book.lock().unwrap().seen.push(Seen {
            origin: "https://?".to_owned(),
            method: String::new(),
            target: String::new(),
            bytes: String::new(),
            body: String::new(),
        }),
    }
}

async fn serve(mut socket: impl AsyncRead + AsyncWrite + Unpin, scheme: &str, book: Arc<Mutex<Book>>) {
    let Some(seen) = read(&mut socket, scheme).await else { return };
    let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
    let answer = {
        let mut book = book.lock().unwrap();
        book.seen.push(seen.clone());
        book.answers.get(path).cloned().unwrap_or_else(|| Answer::Json(DEFAULT.to_owned()))
    };
    let head = match &answer {
        Answer::Json(body) => format!("200 OK\r\ncontent-type: application/json\r\ncontent-length: {}", body.len()),
        // Servers that redirect to another scheme or name mostly keep the query.
        Answer::Redirect { code, location } if query.is_empty() => {
            format!("{code} Moved\r\nlocation: {location}\r\ncontent-length: 0")
        }
        Answer::Redirect { code, location } => {
            format!("{code} Moved\r\nlocation: {location}?{query}\r\ncontent-length: 0")
        }
    };
    let body = if let Answer::Json(body) = &answer { body.as_str() } else { "" };
    // Whoever has hung up hears nothing, which the test sees at the other end.
    let _ = socket.write_all(format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n{body}").as_bytes()).await;
    let _ = socket.shutdown().await;
}

/// Reads one request; `None` when the connection brought nothing that is one.
async fn read(socket: &mut (impl AsyncRead + Unpin), scheme: &str) -> Option<Seen> {
    let mut bytes = String::new();
    while !is_whole(&bytes) {
        let mut piece = [0; 4096];
        let length = socket.read(&mut piece).await.ok().filter(|length| *length > 0)?;
        bytes.push_str(&String::from_utf8_lossy(&piece[..length]));
    }
    let (head, body) = bytes.split_once("\r\n\r\n")?;
    let mut line = head.split(' ');
    let (method, target) = (line.next()?.to_owned(), line.next()?.to_owned());
    let origin = format!("{scheme}://{}", header(head, "host").unwrap_or_default());
    Some(Seen { origin, method, target, body: body.to_owned(), bytes: bytes.clone() })
}

fn is_whole(bytes: &str) -> bool {
    let Some((head, body)) = bytes.split_once("\r\n\r\n") else { return false };
    match header(head, "content-length") {
        Some(length) => body.len() >= length.parse().unwrap(),
        None => header(head, "transfer-encoding").is_none() || body.ends_with("0\r\n\r\n"),
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned()).next()
}

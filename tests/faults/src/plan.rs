//! A fault as the bytes, the pauses and the end that make it.

mod answers;
mod cuts;
mod files;
mod heads;

use std::time::Duration;

use bytes::Bytes;
use twinfetch_sample::Pieces;

use crate::cut::Pace;
use crate::fault::Fault;
use crate::head::Head;

/// What is done on the connection, in this order.
#[derive(Debug)]
pub(crate) enum Act {
    Write(Bytes),
    /// The same bytes again and again.
    Repeat(Bytes, u64),
    /// The bytes of a file.
    Send {
        pieces: Pieces,
        is_chunked: bool,
        pace: Option<Pace>,
    },
    Pause(Duration),
    /// Nothing more until the other side goes.
    Stall,
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    KeepOpen,
    Close,
    Reset,
    ResetOnReuse,
    /// The other side has gone already.
    Gone,
    /// What the other side still sends is read and dropped until it goes.
    Drain,
}

#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) acts: Vec<Act>,
    pub(crate) end: End,
    /// Whether it begins before the body of the request has been read.
    pub(crate) early: bool,
}

/// What a plan knows of the request that it answers.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) number: u64,
    /// With the query.
    pub(crate) path: String,
    pub(crate) is_head: bool,
    pub(crate) range: Option<String>,
    pub(crate) if_range: Option<String>,
    /// Header lines for a page of another origin.
    pub(crate) cors: String,
}

impl Plan {
    /// How a fault is played.
    pub(crate) fn of(fault: &Fault, asked: &Asked) -> Self {
        cuts::plan(fault, asked)
            .or_else(|| heads::plan(fault, asked))
            .or_else(|| files::plan(fault, asked))
            .unwrap_or_else(|| answers::plan(fault, asked))
    }

    /// The answer when nothing goes wrong.
    pub(crate) fn good(asked: &Asked) -> Self {
        Self::answer(asked, 200, &[("content-type", "application/json")], good_body(asked))
    }

    fn new(acts: Vec<Act>, end: End) -> Self {
        Self { acts, end, early: false }
    }

    fn written(bytes: impl Into<Bytes>, end: End) -> Self {
        Self::new(vec![Act::Write(bytes.into())], end)
    }

    fn answer(asked: &Asked, status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let head = asked.head(status, headers);
        let mut bytes = format!("{head}content-length: {}\r\n\r\n", body.len()).into_bytes();
        if !asked.is_head {
            bytes.extend_from_slice(body);
        }
        Self::written(bytes, End::KeepOpen)
    }
}

impl Asked {
    /// The request with this number and this head.
    pub(crate) fn of(number: u64, head: &Head, cors: String) -> Self {
        let text = |name| head.header(name).map(str::to_owned);
        Self {
            number,
            path: head.path.clone(),
            is_head: head.method == "HEAD",
            range: text("range"),
            if_range: text("if-range"),
            cors,
        }
    }

    /// A head without its last line.
    fn head(&self, status: u16, headers: &[(&str, &str)]) -> String {
        let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("HTTP/1.1 {status} Scripted\r\n{}{}", self.cors, lines.concat())
    }

    /// The head of a good answer without its last line.
    fn json(&self) -> String {
        self.head(200, &[("content-type", "application/json")])
    }
}

fn good_body(asked: &Asked) -> String {
    format!("{{\"request\":{}}}", asked.number)
}

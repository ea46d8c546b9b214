//! What a server can do wrong, and what it may do that few clients expect.

use serde::{Deserialize, Serialize};

use crate::cut::{Cut, Pace};
use crate::file::File;
use crate::retry_after::RetryAfter;

/// What happens to one request. In JSON it is `{ "kind": "drip_body", "milliseconds": 1000 }`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Fault {
    /// The connection is reset once the request has been read.
    ResetBeforeHead,
    /// The connection is closed once the request has been read.
    CloseBeforeHead,
    /// Half a head, then a reset.
    ResetInHead,
    /// Half a head, then an end.
    CloseInHead,
    /// Half of the announced bytes, then a reset.
    ResetInBody,
    /// Half of the announced bytes, then an end.
    CloseInBody,
    /// Half a chunk, then a reset.
    ResetInChunk,
    /// Half a chunk, then an end.
    CloseInChunk,
    /// Whole chunks without the last one, then an end.
    NoFinalChunk,
    /// A body that ends with the connection: nobody can know whether it is whole.
    UntilClose,
    /// A good answer; the next request on the same connection is read and meets a reset.
    ResetOnReuse,
    /// A good answer that does not say that the connection ends with it.
    CloseAfterAnswer,
    /// An answer before the body of the request has been read.
    EarlyAnswer {
        /// The status of the answer.
        status: u16,
    },
    /// No answer at all, on an open connection.
    Silence,
    /// Half a head, and no more.
    StallInHead,
    /// Half a body, and no more.
    StallInBody,
    /// A head that comes byte by byte.
    DripHead {
        /// The pause before each byte.
        milliseconds: u64,
    },
    /// A body that comes byte by byte.
    DripBody {
        /// The pause before each byte.
        milliseconds: u64,
    },
    /// Bytes that are no HTTP.
    Garbage,
    /// One header of this size.
    HugeHeader {
        /// The length of its value.
        bytes: usize,
    },
    /// So many headers.
    ManyHeaders {
        /// How many.
        count: usize,
    },
    /// Lines that end with a line feed alone.
    BareLineFeeds,
    /// A header on two lines ([RFC 9112 section 5.2](https://www.rfc-editor.org/rfc/rfc9112#section-5.2)).
    FoldedHeader,
    /// A NUL in a header's value.
    NulInHeader,
    /// A length and chunks at once ([RFC 9112 section 6.1](https://www.rfc-editor.org/rfc/rfc9112#section-6.1)).
    LengthAndChunked,
    /// Two lengths that differ.
    TwoLengths,
    /// A length below zero.
    NegativeLength,
    /// A transfer coding that nobody knows.
    UnknownCoding,
    /// A failure with a message, and perhaps a word on when to come back.
    Status {
        /// The status.
        status: u16,
        /// When to come back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<RetryAfter>,
    },
    /// Any answer.
    Answer {
        /// The status.
        status: u16,
        /// The headers beside `Content-Length`.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// The body.
        #[serde(default)]
        body: String,
    },
    /// Any bytes, and then the end of the connection.
    Bytes {
        /// What is written.
        text: String,
    },
    /// A redirect to anywhere, such as another origin, `file:` or `javascript:`.
    Redirect {
        /// The status.
        status: u16,
        /// Where to.
        location: String,
    },
    /// A redirect to itself.
    RedirectLoop {
        /// The status.
        status: u16,
    },
    /// So many redirects (`?hop=1`, `?hop=2` …), then a good answer.
    RedirectHops {
        /// The status.
        status: u16,
        /// How many.
        hops: u32,
    },
    /// A page with status 200 where JSON was asked for, as a captive portal answers.
    HtmlPage,
    /// JSON under `text/plain`.
    WrongType,
    /// JSON without a type.
    NoType,
    /// A 200 with an empty body.
    EmptyOk,
    /// A 204 that has a body nevertheless.
    NoContentWithBody,
    /// JSON with a comma too many.
    MalformedJson,
    /// JSON that stops in the middle although the body is whole.
    TruncatedJson,
    /// So many opening brackets.
    DeepJson {
        /// How many.
        depth: usize,
    },
    /// Good JSON of this size, made as it is sent.
    HugeBody {
        /// How many bytes.
        bytes: u64,
        /// Whether `Content-Length` says so; else it comes in chunks.
        announced: bool,
    },
    /// A gzip body that unpacks to this size.
    GzipBomb {
        /// How many bytes it unpacks to, in whole MiB.
        mebibytes: u32,
    },
    /// A gzip body with a wrong checksum.
    BrokenGzip,
    /// Plain JSON that says it was packed with gzip.
    LyingEncoding,
    /// A file, served well or not.
    File(File),
    /// The answer of the backend, of which the body is cut; without a backend, the good answer.
    CutAnswer(Cut),
    /// So much of the request's body is read, and then the connection ends. What has not more is answered well; the backend gets
    /// nothing.
    CutUpload(Cut),
    /// The request's body is read slowly, and then answered well or by the backend, which gets it as slowly.
    SlowUpload(Pace),
}

impl Fault {
    /// One of each, with such arguments that a client comes to an end without waiting for minutes.
    pub fn each() -> Vec<Self> {
        let status = |status| Self::Status { status, retry_after: None };
        let mut all = vec![
            Self::ResetBeforeHead,
            Self::CloseBeforeHead,
            Self::ResetInHead,
            Self::CloseInHead,
            Self::ResetInBody,
            Self::CloseInBody,
            Self::ResetInChunk,
            Self::CloseInChunk,
            Self::NoFinalChunk,
            Self::UntilClose,
            Self::ResetOnReuse,
            Self::CloseAfterAnswer,
            Self::EarlyAnswer { status: 413 },
            Self::Silence,
            Self::StallInHead,
            Self::StallInBody,
            Self::DripHead { milliseconds: 1 },
            Self::DripBody { milliseconds: 1 },
            Self::Garbage,
            Self::HugeHeader { bytes: 600 << 10 },
            Self::ManyHeaders { count: 10_000 },
            Self::BareLineFeeds,
            Self::FoldedHeader,
            Self::NulInHeader,
            Self::LengthAndChunked,
            Self::TwoLengths,
            Self::NegativeLength,
            Self::UnknownCoding,
        ];
        all.extend([400, 429, 431, 500, 502, 503, 504].map(status));
        all.extend([
            Self::Answer { status: 418, headers: Vec::new(), body: String::new() },
            Self::Bytes { text: "HTTP/1.1 200".to_owned() },
            Self::Redirect { status: 302, location: "file:///etc/hostname".to_owned() },
            Self::RedirectLoop { status: 302 },
            Self::RedirectHops { status: 307, hops: 20 },
            Self::HtmlPage,
            Self::WrongType,
            Self::NoType,
            Self::EmptyOk,
            Self::NoContentWithBody,
            Self::MalformedJson,
            Self::TruncatedJson,
            Self::DeepJson { depth: 100_000 },
            Self::HugeBody { bytes: 16 << 20, announced: false },
            Self::GzipBomb { mebibytes: 100 },
            Self::BrokenGzip,
            Self::LyingEncoding,
            Self::File(File { size: 1000, ..File::default() }),
            Self::CutAnswer(Cut::after(4)),
            Self::CutUpload(Cut::after(4)),
            Self::SlowUpload(Pace { bytes: 1000, milliseconds: 1 }),
        ]);
        all
    }

    /// Its name in JSON and in a record.
    pub fn name(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value.get("kind").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    }
}

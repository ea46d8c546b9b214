//! The head of a request or a response, and how its body ends.

use std::io::{self, ErrorKind};

use bytes::Bytes;
use httparse::{EMPTY_HEADER, Header, Request, Response, Status};

const MOST_HEADERS: usize = 256;

#[derive(Debug)]
pub(crate) struct Head {
    /// As it came.
    pub(crate) raw: Bytes,
    /// Of a request; empty for a response.
    pub(crate) method: String,
    pub(crate) path: String,
    /// Of a response; 0 for a request.
    pub(crate) status: u16,
    /// The names in lower case.
    pub(crate) headers: Vec<(String, String)>,
}

/// How a body ends, and how far it has come ([RFC 9112 section 6.3](https://www.rfc-editor.org/rfc/rfc9112#section-6.3)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Nothing,
    Length(u64),
    /// The rest of a chunk with its line end; 0 is before a chunk's size.
    Chunk(u64),
    Trailer,
    UntilClose,
}

impl Head {
    /// Reads the head of a request; none when more bytes are needed.
    pub(crate) fn request(bytes: &[u8]) -> io::Result<Option<Self>> {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut request = Request::new(&mut headers);
        let Status::Complete(length) = request.parse(bytes).map_err(|_| ErrorKind::InvalidData)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            raw: Bytes::copy_from_slice(bytes.get(..length).unwrap_or_default()),
            method: request.method.unwrap_or_default().to_owned(),
            path: request.path.unwrap_or_default().to_owned(),
            status: 0,
            headers: texts(request.headers),
        }))
    }

    /// Reads the head of a response; none when more bytes are needed.
    pub(crate) fn response(bytes: &[u8]) -> io::Result<Option<Self>> {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut response = Response::new(&mut headers);
        let Status::Complete(length) = response.parse(bytes).map_err(|_| ErrorKind::InvalidData)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            raw: Bytes::copy_from_slice(bytes.get(..length).unwrap_or_default()),
            method: String::new(),
            path: String::new(),
            status: response.code.unwrap_or_default(),
            headers: texts(response.headers),
        }))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// How the body of this request ends.
    pub(crate) fn request_framing(&self) -> Framing {
        self.framing(Framing::Nothing)
    }

    /// How the body of this response ends.
    pub(crate) fn response_framing(&self, is_head: bool) -> Framing {
        let is_empty = is_head || self.status < 200 || matches!(self.status, 204 | 304);
        if is_empty { Framing::Nothing } else { self.framing(Framing::UntilClose) }
    }

    fn framing(&self, otherwise: Framing) -> Framing {
        if self.header("transfer-encoding").is_some() {
            return Framing::Chunk(0);
        }
        let length = self.header("content-length").and_then(|length| length.parse().ok());
        length.map_or(otherwise, Framing::Length)
    }
}

fn texts(headers: &[Header<'_>]) -> Vec<(String, String)> {
    let text =
        |header: &Header<'_>| (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned());
    headers.iter().map(text).collect()
}

//! A connection on which heads and bodies are read as they were written.

use std::io::{self, ErrorKind};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, Interest};
use tokio::net::TcpStream;

use crate::head::{Framing, Head};

/// No head of a client or a backend is longer.
const LONGEST_HEAD: usize = 1 << 20;
const LONGEST_LINE: usize = 16 << 10;
/// The room for what is read at once.
const READ: usize = 32 << 10;

#[derive(Debug)]
pub(crate) struct Wire {
    socket: TcpStream,
    buffer: BytesMut,
    /// The most that a piece of a body has.
    at_once: usize,
}

/// Bytes of a body as they came, chunk sizes included.
pub(crate) struct Piece {
    pub(crate) raw: Bytes,
    /// How many of them, from the first, are content.
    content: usize,
}

impl Wire {
    pub(crate) fn new(socket: TcpStream) -> Self {
        // What is written is meant to be seen as it is written.
        let _ = socket.set_nodelay(true);
        Self { socket, buffer: BytesMut::new(), at_once: usize::MAX }
    }

    /// Reads a head; none when the other side ended before one began.
    pub(crate) async fn head(&mut self, parse: impl Fn(&[u8]) -> io::Result<Option<Head>>) -> io::Result<Option<Head>> {
        loop {
            if let Some(head) = parse(&self.buffer)? {
                self.buffer.advance(head.raw.len());
                return Ok(Some(head));
            }
            let is_begun = !self.buffer.is_empty();
            if self.buffer.len() > LONGEST_HEAD || (self.fill().await? == 0 && is_begun) {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if self.buffer.is_empty() {
                return Ok(None);
            }
        }
    }

    /// Reads the next piece of a body; none at its end.
    pub(crate) async fn piece(&mut self, framing: &mut Framing) -> io::Result<Option<Piece>> {
        let piece = match framing {
            Framing::Nothing | Framing::Length(0) => return Ok(None),
            Framing::UntilClose => {
                if self.buffer.is_empty() && self.fill().await? == 0 {
                    return Ok(None);
                }
                Piece::plain(self.buffer.split().freeze())
            }
            Framing::Length(rest) => {
                let raw = self.up_to(*rest).await?;
                *rest -= raw.len() as u64;
                Piece::plain(raw)
            }
            Framing::Chunk(0) => {
                let raw = self.line().await?;
                let size = chunk_size(&raw)?;
                // The line end behind the chunk belongs to it.
                *framing = if size == 0 { Framing::Trailer } else { Framing::Chunk(size + 2) };
                Piece { raw, content: 0 }
            }
            Framing::Chunk(rest) => {
                let raw = self.up_to(*rest).await?;
                let content = raw.len().min(usize::try_from(*rest - 2).unwrap_or_default());
                *rest -= raw.len() as u64;
                Piece { raw, content }
            }
            Framing::Trailer => {
                let raw = self.line().await?;
                if raw.as_ref() == b"\r\n" || raw.as_ref() == b"\n" {
                    *framing = Framing::Nothing;
                }
                Piece { raw, content: 0 }
            }
        };
        Ok(Some(piece))
    }

    /// Lets no piece of a body be larger than this.
    pub(crate) fn at_once(&mut self, most: usize) {
        self.at_once = most;
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes).await
    }

    /// Waits until the other side has closed or reset.
    pub(crate) async fn gone(&mut self) {
        while self.fill().await.is_ok_and(|length| length > 0) {}
    }

    /// Waits for the same, and leaves what it still sends where it is, so that it soon cannot send more. Then only a reset is seen.
    pub(crate) async fn gone_unread(&mut self) {
        while self.socket.ready(Interest::READABLE).await.is_ok_and(|ready| !ready.is_read_closed()) {
            // What is there is not looked at again: only more of it, or an end, is news.
            let _ = self.socket.try_io(Interest::READABLE, || io::Result::<()>::Err(ErrorKind::WouldBlock.into()));
        }
    }

    /// Waits for the same, and forgets what it still sends.
    pub(crate) async fn drain(&mut self) {
        while self.fill().await.is_ok_and(|length| length > 0) {
            self.buffer.clear();
        }
    }

    /// Says that nothing more comes; the connection ends when this is dropped.
    pub(crate) async fn close(mut self) {
        let _ = self.socket.shutdown().await;
    }

    /// Ends the connection with a reset.
    pub(crate) fn reset(self) {
        let _ = self.socket.set_zero_linger();
    }

    async fn fill(&mut self) -> io::Result<usize> {
        self.buffer.reserve(READ);
        self.socket.read_buf(&mut self.buffer).await
    }

    async fn up_to(&mut self, most: u64) -> io::Result<Bytes> {
        if self.buffer.is_empty() && self.fill().await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let length = usize::try_from(most).unwrap_or(usize::MAX).min(self.buffer.len()).min(self.at_once);
        Ok(self.buffer.split_to(length).freeze())
    }

    async fn line(&mut self) -> io::Result<Bytes> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                return Ok(self.buffer.split_to(end + 1).freeze());
            }
            if self.buffer.len() > LONGEST_LINE || self.fill().await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

impl Piece {
    /// Those bytes that are content.
    pub(crate) fn content(&self) -> &[u8] {
        self.raw.get(..self.content).unwrap_or_default()
    }

    fn plain(raw: Bytes) -> Self {
        Self { content: raw.len(), raw }
    }
}

fn chunk_size(line: &[u8]) -> io::Result<u64> {
    let text = String::from_utf8_lossy(line);
    let digits = text.split([';', '\r', '\n']).next().unwrap_or_default().trim();
    u64::from_str_radix(digits, 16).map_err(|_| ErrorKind::InvalidData.into())
}

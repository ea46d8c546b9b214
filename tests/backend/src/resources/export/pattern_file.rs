//! A file of any size, whole or in parts.

use std::convert::Infallible;
use std::ops::Range;

use axum::body::Body;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::stream;
use twinfetch_sample::{Sample, Wanted, wanted};

const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

/// Which file.
pub(super) struct File {
    /// How long it is unpacked.
    pub(super) length: u64,
    /// Whether it comes packed.
    pub(super) gzip: bool,
    /// Whether digests come along.
    pub(super) digest: bool,
}

/// The file, or the part of it that these headers ask for. A packed file is one of its own, with its own tag and parts.
pub(super) async fn answer(file: File, disposition: String, asked: &HeaderMap) -> anyhow::Result<Response> {
    let plain = Sample::new(file.length);
    let (sample, tag) = if file.gzip {
        (plain.gzip(), format!("\"pattern-{}-gzip\"", file.length))
    } else {
        (plain, format!("\"pattern-{}\"", file.length))
    };
    let length = sample.length();
    let mut head = Response::builder().header(header::ACCEPT_RANGES, "bytes");
    let part = match part(asked, &tag, length) {
        Wanted::Whole => 0..length,
        Wanted::Part(part) => {
            let range = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            head = head.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, range);
            part
        }
        Wanted::Nothing => {
            let head = head.status(StatusCode::RANGE_NOT_SATISFIABLE);
            return Ok(head.header(header::CONTENT_RANGE, format!("bytes */{length}")).body(Body::empty())?);
        }
    };
    if file.gzip {
        head = head.header(header::CONTENT_ENCODING, "gzip");
    }
    if file.digest {
        let (whole, content) = digests(sample.clone(), part.clone()).await?;
        head = head.header(REPR_DIGEST, whole).header(CONTENT_DIGEST, content);
    }
    let pieces = stream::iter(sample.part(part.clone()).map(Ok::<_, Infallible>));
    Ok(head
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::CONTENT_LENGTH, part.end - part.start)
        .header(header::CONTENT_DISPOSITION, disposition)
        .header(header::ETAG, tag)
        .body(Body::from_stream(pieces))?)
}

/// What `Range` asks for, if `If-Range` names this very file (RFC 9110, section 13.1.5). Its tag is a strong one, so that
/// none but the same text is equal; a date is of no file.
fn part(asked: &HeaderMap, tag: &str, length: u64) -> Wanted {
    let text = |name: HeaderName| asked.get(name).map(|value| value.to_str().unwrap_or_default());
    if text(header::IF_RANGE).is_some_and(|known| known != tag) {
        return Wanted::Whole;
    }
    wanted(text(header::RANGE), length)
}

/// `Repr-Digest` and `Content-Digest` ([RFC 9530](https://www.rfc-editor.org/rfc/rfc9530)): of the whole file, and of what is sent of it.
async fn digests(sample: Sample, part: Range<u64>) -> anyhow::Result<(String, String)> {
    let field = |digest| format!("sha-256=:{}:", BASE64_STANDARD.encode::<[u8; 32]>(digest));
    let digests = move || (sample.sha256(), Sample::sha256_of(sample.part(part)));
    let (whole, content) = tokio::task::spawn_blocking(digests).await?;
    Ok((field(whole), field(content)))
}

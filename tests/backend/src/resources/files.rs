//! `POST /api/files`: takes a file, raw or as the part `file` of a form, and says what it was.

use std::pin::pin;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest as _, Multipart, Query, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{Stream, TryStreamExt as _};
use serde::{Deserialize, Serialize};

use super::Wrapping;
use crate::digest::Hash;
use crate::failure::Failure;

/// The most that a file may hold: 4 GiB.
const LARGEST: u64 = 4 << 30;

/// What a text field is shown of, in bytes.
const SHOWN: usize = 4 << 10;

/// What the body does not say.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// The file's name, where the body has none.
    name: Option<String>,
    /// The name of the part that is the file.
    #[serde(default = "Asked::file")]
    field: String,
}

impl Asked {
    fn file() -> String {
        "file".to_owned()
    }
}

/// What came.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Received {
    name: String,
    size: u64,
    sha256: String,
    /// Of the file; of the whole body where it is no form.
    content_type: Option<String>,
    /// All parts of a form in their order.
    parts: Vec<Part>,
}

/// A part of a form.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    /// Its `Content-Disposition` as it came.
    disposition: String,
    field: Option<String>,
    file_name: Option<String>,
    content_type: Option<String>,
    size: u64,
    sha256: String,
    /// The beginning of one that is no file.
    text: Option<String>,
}

/// Takes the file; nothing of it is kept.
pub(super) async fn receive<S: Wrapping>(
    _: S::Caller,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Result<Response, Failure<S>> {
    let Query(asked) = asked?;
    let received = if is_form(request.headers()) {
        from_form(Multipart::from_request(request, &()).await?, asked).await?
    } else {
        let content_type = request.headers().get(header::CONTENT_TYPE).map(text);
        let name = asked.name.unwrap_or_else(unnamed);
        let Measure { size, sha256, .. } = measure(request.into_body().into_data_stream().map_err(broken)).await?;
        Received { name, size, sha256, content_type, parts: Vec::new() }
    };
    Ok(S::wrap(StatusCode::CREATED, received))
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("multipart/form-data")
}

async fn from_form<S>(mut form: Multipart, asked: Asked) -> Result<Received, Failure<S>> {
    let mut parts = Vec::new();
    while let Some(part) = form.next_field().await? {
        let disposition = part.headers().get(header::CONTENT_DISPOSITION).map(text).unwrap_or_default();
        let [field, file_name, content_type] =
            [part.name(), part.file_name(), part.content_type()].map(|value| value.map(str::to_owned));
        let Measure { size, sha256, start } = measure(part.map_err(Failure::from)).await?;
        let text = file_name.is_none().then(|| String::from_utf8_lossy(&start).into_owned());
        parts.push(Part { disposition, field, file_name, content_type, size, sha256, text });
    }
    let file = parts.iter().find(|part| part.field.as_ref() == Some(&asked.field)).cloned();
    let Some(Part { file_name, content_type, size, sha256, .. }) = file else {
        return Err(Failure::bad_request(format!("the form has no part named {}", asked.field)));
    };
    let name = file_name.or(asked.name).unwrap_or_else(unnamed);
    Ok(Received { name, size, sha256, content_type, parts })
}

/// A header's value, in UTF-8 as browsers write it.
fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

fn unnamed() -> String {
    "unnamed".to_owned()
}

fn broken<S>(_: axum::Error) -> Failure<S> {
    Failure::bad_request("the body ended before it was whole")
}

struct Measure {
    size: u64,
    sha256: String,
    start: Vec<u8>,
}

async fn measure<S>(pieces: impl Stream<Item = Result<Bytes, Failure<S>>>) -> Result<Measure, Failure<S>> {
    let mut pieces = pin!(pieces);
    let mut hash = Hash::new();
    let mut size = 0_u64;
    let mut start = Vec::new();
    while let Some(piece) = pieces.try_next().await? {
        size += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if size > LARGEST {
            return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "the file is too large"));
        }
        hash.update(&piece);
        start.extend(piece.iter().take(SHOWN - start.len()));
    }
    Ok(Measure { size, sha256: hash.hexadecimal(), start })
}

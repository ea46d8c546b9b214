//! `POST /api/files`: takes a file, raw or as the part `file` of a form, and says what it was.

use std::pin::pin;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest as _, Multipart, Query, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{Stream, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Wrapping;
use crate::digest;
use crate::failure::Failure;

/// The most that a file may hold: 4 GiB.
const LARGEST: u64 = 4 << 30;

/// The file's name, where the body has none.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    name: Option<String>,
}

/// What came.
#[derive(Debug, Serialize)]
pub(super) struct Received {
    name: String,
    size: u64,
    sha256: String,
}

/// Takes the file; nothing of it is kept.
pub(super) async fn receive<S: Wrapping>(
    _: S::Caller,
    named: Result<Query<Named>, QueryRejection>,
    request: Request,
) -> Result<Response, Failure<S>> {
    let Query(Named { name }) = named?;
    let received = if is_form(request.headers()) {
        from_form(Multipart::from_request(request, &()).await?, name).await?
    } else {
        let name = name.unwrap_or_else(unnamed);
        let (size, sha256) = measure(request.into_body().into_data_stream().map_err(broken)).await?;
        Received { name, size, sha256 }
    };
    Ok(S::wrap(StatusCode::CREATED, received))
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("multipart/form-data")
}

async fn from_form<S>(mut form: Multipart, name: Option<String>) -> Result<Received, Failure<S>> {
    while let Some(part) = form.next_field().await? {
        if part.name() == Some("file") {
            let name = part.file_name().map(str::to_owned).or(name).unwrap_or_else(unnamed);
            let (size, sha256) = measure(part.map_err(Failure::from)).await?;
            // The parts behind it are read too, so that a client still sending is not cut off.
            while form.next_field().await?.is_some() {}
            return Ok(Received { name, size, sha256 });
        }
    }
    Err(Failure::bad_request("the form has no part named file"))
}

fn unnamed() -> String {
    "unnamed".to_owned()
}

fn broken<S>(_: axum::Error) -> Failure<S> {
    Failure::bad_request("the body ended before it was whole")
}

async fn measure<S>(pieces: impl Stream<Item = Result<Bytes, Failure<S>>>) -> Result<(u64, String), Failure<S>> {
    let mut pieces = pin!(pieces);
    let mut hash = Sha256::new();
    let mut size = 0_u64;
    while let Some(piece) = pieces.try_next().await? {
        size += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if size > LARGEST {
            return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "the file is too large"));
        }
        hash.update(&piece);
    }
    Ok((size, digest::hexadecimal(hash)))
}

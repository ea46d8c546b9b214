//! `GET /api/export`: a file to save, streamed.

mod csv_file;
mod disposition;
mod pattern_file;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use serde::Deserialize;

use super::Wrapping;
use crate::backend::Backend;
use crate::failure::Failure;

const DEFAULT_NAME: &str = "报告-posts.csv";

/// Which file.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    /// That many bytes of the pattern; without it the posts as CSV.
    bytes: Option<u64>,
    /// The name to save it under.
    name: Option<String>,
    /// Whether the pattern comes packed with gzip.
    #[serde(default)]
    gzip: bool,
    /// Whether digests of the pattern come along.
    #[serde(default)]
    digest: bool,
}

/// Sends the file.
pub(super) async fn download<S: Wrapping>(
    _: S::Caller,
    State(backend): State<Backend>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Failure<S>> {
    let Query(Wanted { bytes, name, gzip, digest }) = wanted?;
    let name = name.filter(|name| !name.is_empty());
    let disposition = disposition::attachment(name.as_deref().unwrap_or(DEFAULT_NAME));
    match bytes {
        Some(length) => {
            // Ranges are for GET alone (RFC 9110, section 14.2).
            let headers = if method == Method::GET { headers } else { HeaderMap::new() };
            let file = pattern_file::File { length, gzip, digest };
            Ok(pattern_file::answer(file, disposition, &headers).await?)
        }
        None => Ok(csv_file::answer(backend.database, disposition).await?),
    }
}

//! `GET /api/export`: a file to save, streamed.

use anyhow::Context as _;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::Connection;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::posts::Post;
use super::{Wrapping, pattern};
use crate::backend::Backend;
use crate::database::Database;
use crate::digest;
use crate::failure::Failure;

const DEFAULT_NAME: &str = "报告-posts.csv";
const CSV_HEAD: &[u8] = b"id,title,body,author,createdAt\r\n";
const POSTS_PER_PIECE: i64 = 256;

/// All that is not an `attr-char` (RFC 8187, section 3.2.1).
const VALUE_CHARS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Which file.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    /// That many bytes of the [`pattern`]; without it the posts as CSV.
    bytes: Option<u64>,
    /// The name to save it under.
    name: Option<String>,
}

/// Sends the file.
pub(super) async fn download<S: Wrapping>(
    _: S::Caller,
    State(backend): State<Backend>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Failure<S>> {
    let Query(Wanted { bytes, name }) = wanted?;
    let name = name.filter(|name| !name.is_empty());
    let disposition = content_disposition(name.as_deref().unwrap_or(DEFAULT_NAME));
    let (content_type, length, tag, body) = if let Some(length) = bytes {
        let pieces = stream::iter(pattern::pieces(length).map(Ok::<_, std::convert::Infallible>));
        ("application/octet-stream", length, format!("pattern-{length}"), Body::from_stream(pieces))
    } else {
        let Measure { last, length, digest } = backend.database.run(measure).await?;
        ("text/csv; charset=utf-8", length, digest, Body::from_stream(csv_pieces(backend.database, last)))
    };
    let head = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::ETAG, format!("\"{tag}\"")),
    ];
    Ok((head, body).into_response())
}

/// Names the file twice: for those who read ASCII only and for all others (RFC 6266, section 4.3).
fn content_disposition(name: &str) -> String {
    let ascii = |char: char| match char {
        '"' | '\\' | '%' => '_',
        ' '..='~' => char,
        _ => '_',
    };
    let fallback = name.chars().map(ascii).collect::<String>();
    format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{}", utf8_percent_encode(name, VALUE_CHARS))
}

/// The CSV as it stands now, known by its last post: posts are only ever added.
struct Measure {
    last: i64,
    length: u64,
    digest: String,
}

fn measure(connection: &mut Connection) -> anyhow::Result<Measure> {
    let last = connection.query_row("SELECT coalesce(max(id), 0) FROM posts", [], |row| row.get(0))?;
    let mut hash = Sha256::new_with_prefix(CSV_HEAD);
    let mut length = CSV_HEAD.len();
    let mut after = 0;
    while let Some((next, piece)) = csv_piece(connection, after, last)? {
        hash.update(&piece);
        length += piece.len();
        after = next;
    }
    Ok(Measure { last, length: u64::try_from(length)?, digest: digest::hexadecimal(hash) })
}

fn csv_pieces(database: Database, last: i64) -> impl Stream<Item = anyhow::Result<Bytes>> + Send {
    let rows = stream::try_unfold((database, 0), move |(database, after)| async move {
        let piece = database.run(move |connection| csv_piece(connection, after, last)).await?;
        Ok(piece.map(|(next, piece)| (piece, (database, next))))
    });
    stream::iter([Ok(Bytes::from_static(CSV_HEAD))]).chain(rows)
}

/// The next rows, and the id of the post they end with.
fn csv_piece(connection: &mut Connection, after: i64, last: i64) -> anyhow::Result<Option<(i64, Bytes)>> {
    let posts = Post::between(connection, after, last, POSTS_PER_PIECE)?;
    let Some(end) = posts.last().map(|post| post.id) else { return Ok(None) };
    let mut csv =
        csv::WriterBuilder::new().has_headers(false).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for post in &posts {
        csv.serialize(post)?;
    }
    let rows = csv.into_inner().ok().context("cannot write CSV")?;
    Ok(Some((end, rows.into())))
}

//! The posts as CSV.

use anyhow::Context as _;
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use rusqlite::Connection;

use crate::database::Database;
use crate::digest::Hash;
use crate::resources::posts::Post;

const CSV_HEAD: &[u8] = b"id,title,body,author,createdAt\r\n";
const POSTS_PER_PIECE: i64 = 256;

/// The answer, without ranges.
pub(super) async fn answer(database: Database, disposition: String) -> anyhow::Result<Response> {
    let Measure { last, length, digest } = database.run(measure).await?;
    let head = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::ETAG, format!("\"{digest}\"")),
    ];
    Ok((head, Body::from_stream(csv_pieces(database, last))).into_response())
}

/// The CSV as it stands now, known by its last post: posts are only ever added.
struct Measure {
    last: i64,
    length: u64,
    digest: String,
}

fn measure(connection: &mut Connection) -> anyhow::Result<Measure> {
    let last = connection.query_row("SELECT coalesce(max(id), 0) FROM posts", [], |row| row.get(0))?;
    let mut hash = Hash::new();
    hash.update(CSV_HEAD);
    let mut length = CSV_HEAD.len();
    let mut after = 0;
    while let Some((next, piece)) = csv_piece(connection, after, last)? {
        hash.update(&piece);
        length += piece.len();
        after = next;
    }
    Ok(Measure { last, length: u64::try_from(length)?, digest: hash.hexadecimal() })
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

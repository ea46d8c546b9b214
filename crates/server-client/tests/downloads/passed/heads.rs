//! What a browser is told of a file: what it needs, and nothing else.

use std::collections::BTreeMap;

use twinfetch_faults::{File, Length};

use super::{Stage, bytes, header};
use crate::stage::SIZE;

fn file(headers: &[(&str, &str)]) -> File {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    File { size: SIZE, headers, ..File::default() }
}

#[tokio::test]
async fn a_file_has_these_headers_and_no_others() {
    let given = [
        ("content-type", "text/csv; charset=utf-8"),
        ("content-disposition", "inline; filename=\"a.csv\""),
        ("last-modified", "Sun, 22 Nov 2026 10:00:00 GMT"),
        ("set-cookie", "sid=of-the-backend; Path=/"),
        ("access-control-allow-origin", "*"),
        ("cache-control", "public, max-age=31536000"),
        ("content-language", "en"),
        ("link", "</x>; rel=preload"),
        ("refresh", "0; url=https://elsewhere.test"),
        ("server", "backend/1.2"),
        ("x-internal", "10.0.0.7"),
    ];
    let response = Stage::of(&file(&given)).await.get(&[]).await;
    assert_eq!(response.status(), 200);
    let mut told: BTreeMap<_, _> =
        response.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    assert_eq!(told.len(), response.headers().len(), "a header is there twice");
    assert!(told.remove("x-request-id").is_some_and(|id| !id.is_empty()));
    let expected = [
        ("accept-ranges", "bytes"),
        ("cache-control", "private, no-store"),
        ("content-disposition", "attachment; filename=\"a.csv\""),
        ("content-length", "3000000"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("content-type", "text/csv; charset=utf-8"),
        ("etag", "\"file-0-3000000\""),
        ("last-modified", "Sun, 22 Nov 2026 10:00:00 GMT"),
        ("x-content-type-options", "nosniff"),
    ];
    assert_eq!(told, BTreeMap::from(expected));
}

#[tokio::test]
async fn what_a_browser_would_run_is_bytes_to_it() {
    for (given, told) in [
        ("text/html", "application/octet-stream"),
        ("text/html; charset=utf-8", "application/octet-stream"),
        ("application/pdf, text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("application/javascript", "application/octet-stream"),
        ("text/css", "application/octet-stream"),
        ("image/png", "image/png"),
        ("application/pdf", "application/pdf"),
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
    ] {
        let named = ("content-disposition", "attachment");
        let response = Stage::of(&file(&[("content-type", given), named])).await.get(&[]).await;
        assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, Some(told)), "{given}");
        let disposition = header(&response, "content-disposition");
        assert_eq!(disposition, Some("attachment; filename=\"file.bin\""));
    }
    let two = [("content-type", "text/plain"), ("content-type", "text/html"), ("content-disposition", "attachment")];
    let response = Stage::of(&file(&two)).await.get(&[]).await;
    assert_eq!(header(&response, "content-type"), Some("application/octet-stream"));
}

#[tokio::test]
async fn a_head_is_that_of_the_file_and_costs_no_body() {
    let stage = Stage::of(&file(&[("content-type", "text/csv")])).await;
    let response = stage.send("HEAD", &[]).await;
    let told = |name| header(&response, name);
    assert_eq!((response.status().as_u16(), told("content-length")), (200, Some("3000000")));
    assert_eq!((told("content-type"), told("etag")), (Some("text/csv"), Some("\"file-0-3000000\"")));
    assert_eq!(told("content-disposition"), Some("attachment; filename=\"file.bin\""));
    assert!(bytes(response).await.unwrap().is_empty());
    assert_eq!(stage.backend.record().requests[0].method, "HEAD");
}

#[tokio::test]
async fn a_length_that_nobody_says_is_not_told() {
    let chunked = File { length: Length::Chunked, ..file(&[]) };
    let response = Stage::of(&chunked).await.get(&[]).await;
    assert_eq!((response.status().as_u16(), header(&response, "content-length")), (200, None));
    assert_eq!(bytes(response).await.unwrap().len() as u64, SIZE);
    let empty = Stage::of(&File::default()).await.get(&[]).await;
    assert_eq!((empty.status().as_u16(), header(&empty, "content-length")), (200, Some("0")));
}

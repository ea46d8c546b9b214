use serde_json::json;
use twinfetch_sample::Sample;

use crate::running::{Running, header, refusal};

fn byte(index: u64) -> u8 {
    ((31 * index + index / 251) % 256).try_into().unwrap()
}

#[tokio::test]
async fn an_export_of_a_size_has_exactly_the_bytes_of_the_pattern() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    for size in [0, 1, 64_255, 64_256, 64_257, 5_000_001] {
        let answer = backend.get(&format!("/api/export?bytes={size}")).bearer_auth(&token).send().await.unwrap();
        assert_eq!(header(&answer, "content-length"), size.to_string());
        assert_eq!(header(&answer, "content-type"), "application/octet-stream");
        assert!(header(&answer, "etag").starts_with('"'));
        let body = answer.bytes().await.unwrap();
        assert!(body.iter().copied().eq((0..size).map(byte)), "{size}");
        assert_eq!(Sample::new(size).pieces().flatten().count(), body.len());
    }
}

#[tokio::test]
async fn an_export_larger_than_any_memory_starts_at_once() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    let tebibyte = 1_u64 << 40;
    let mut answer = backend.get(&format!("/api/export?bytes={tebibyte}")).bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.content_length(), Some(tebibyte));
    let piece = answer.chunk().await.unwrap().unwrap();
    assert!(piece.iter().copied().eq((0..).take(piece.len()).map(byte)));
}

#[tokio::test]
async fn the_posts_are_exported_as_csv_under_a_utf8_name() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    for index in 0..300 {
        let draft = json!({ "title": format!("{index}, \"标题\""), "body": "two\nlines" });
        backend.post("/api/posts").bearer_auth(&token).json(&draft).send().await.unwrap();
    }
    let answer = backend.get("/api/export").bearer_auth(&token).send().await.unwrap();
    assert_eq!(
        header(&answer, "content-disposition"),
        "attachment; filename=\"__-posts.csv\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A-posts.csv"
    );
    assert_eq!(header(&answer, "content-type"), "text/csv; charset=utf-8");
    let (length, tag) = (answer.content_length().unwrap(), header(&answer, "etag").to_owned());
    let body = answer.bytes().await.unwrap();
    assert_eq!(u64::try_from(body.len()).unwrap(), length);
    let rows = csv::Reader::from_reader(&*body).into_records().collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!(rows.len(), 300);
    assert_eq!(&rows[299][1], "299, \"标题\"");
    assert_eq!(&rows[299][2], "two\nlines");

    let unchanged = backend.get("/api/export").bearer_auth(&token).send().await.unwrap();
    assert_eq!(header(&unchanged, "etag"), tag);
    backend.post("/api/posts").bearer_auth(&token).json(&json!({ "title": "one more" })).send().await.unwrap();
    let changed = backend.get("/api/export").bearer_auth(&token).send().await.unwrap();
    assert_ne!(header(&changed, "etag"), tag);
}

#[tokio::test]
async fn no_name_breaks_out_of_its_header() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    for (name, expected) in [
        ("a\"; b=\"c", "attachment; filename=\"a_; b=_c\"; filename*=UTF-8''a%22%3B%20b%3D%22c"),
        ("x\r\nset-cookie: y", "attachment; filename=\"x__set-cookie: y\"; filename*=UTF-8''x%0D%0Aset-cookie%3A%20y"),
        ("../50%'€", "attachment; filename=\"../50_'_\"; filename*=UTF-8''..%2F50%25%27%E2%82%AC"),
    ] {
        let answer = backend.get("/api/export").query(&[("name", name), ("bytes", "1")]).bearer_auth(&token);
        assert_eq!(header(&answer.send().await.unwrap(), "content-disposition"), expected);
    }
}

#[tokio::test]
async fn a_size_that_is_none_is_refused() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    for size in ["-1", "many", "18446744073709551616"] {
        let answer = backend.get(&format!("/api/export?bytes={size}")).bearer_auth(&token).send().await.unwrap();
        refusal(answer, 400).await;
    }
}

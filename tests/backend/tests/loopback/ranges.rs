use std::io::Read as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::read::GzDecoder;
use reqwest::{Method, Response};
use twinfetch_sample::Sample;

use crate::running::{Running, header};

const PATH: &str = "/api/export?bytes=200000";
const TAG: &str = "\"pattern-200000\"";

struct Export {
    backend: Running,
    token: String,
}

impl Export {
    async fn start() -> Self {
        let backend = Running::start().await;
        let token = backend.access_token("ada").await;
        Self { backend, token }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        self.ask(Method::GET, path, headers).await
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
        let request = self.backend.request(method, path).bearer_auth(&self.token);
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.unwrap()
    }
}

#[tokio::test]
async fn a_range_is_answered_with_those_bytes() {
    let export = Export::start().await;
    let file: Vec<u8> = Sample::new(200_000).pieces().flatten().collect();
    for (range, start, end) in [
        ("bytes=0-0", 0, 1),
        ("bytes=64255-64257", 64_255, 64_258),
        ("bytes=100000-", 100_000, 200_000),
        ("bytes=-7", 199_993, 200_000),
        ("bytes=199999-500000", 199_999, 200_000),
    ] {
        let answer = export.get(PATH, &[("range", range)]).await;
        assert_eq!(answer.status(), 206, "{range}");
        assert_eq!(header(&answer, "content-range"), format!("bytes {start}-{}/200000", end - 1));
        assert_eq!(header(&answer, "content-length"), (end - start).to_string());
        assert_eq!((header(&answer, "accept-ranges"), header(&answer, "etag")), ("bytes", TAG));
        assert!(answer.bytes().await.unwrap() == file[start..end], "{range}");
    }
}

#[tokio::test]
async fn a_range_beyond_the_end_is_refused_with_the_length() {
    let export = Export::start().await;
    for range in ["bytes=200000-", "bytes=-0"] {
        let answer = export.get(PATH, &[("range", range)]).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "content-range")), (416, "bytes */200000"), "{range}");
    }
}

#[tokio::test]
async fn the_whole_file_comes_to_who_knows_another_one_or_asks_for_no_single_range() {
    let export = Export::start().await;
    for (range, known, status) in [
        ("bytes=5-", TAG, 206),
        ("bytes=5-", "\"pattern-200001\"", 200),
        ("bytes=5-", "W/\"pattern-200000\"", 200),
        ("bytes=5-", "Sun, 06 Nov 1994 08:49:37 GMT", 200),
        ("bytes=200000-", "\"other\"", 200),
        ("bytes=200000-", TAG, 416),
        ("bytes=0-1,5-6", TAG, 200),
        ("bytes=5-2", TAG, 200),
    ] {
        let answer = export.get(PATH, &[("range", range), ("if-range", known)]).await;
        assert_eq!(answer.status(), status, "{range} of {known}");
        assert_eq!(answer.headers().contains_key("content-range"), status != 200);
    }
}

#[tokio::test]
async fn head_tells_of_the_whole_file() {
    let export = Export::start().await;
    let answer = export.ask(Method::HEAD, PATH, &[("range", "bytes=5-")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "content-length")), (200, "200000"));
    assert_eq!((header(&answer, "accept-ranges"), header(&answer, "etag")), ("bytes", TAG));
}

#[tokio::test]
async fn a_range_behind_two_gibibytes_starts_at_once() {
    let export = Export::start().await;
    let (start, length) = (3_u64 << 40, 4_u64 << 40);
    let path = format!("/api/export?bytes={length}");
    let mut answer = export.get(&path, &[("range", &format!("bytes={start}-"))]).await;
    assert_eq!(header(&answer, "content-range"), format!("bytes {start}-{}/{length}", length - 1));
    assert_eq!(answer.content_length(), Some(length - start));
    let piece = answer.chunk().await.unwrap().unwrap();
    assert!(Sample::new(length).part(start..start + piece.len() as u64).flatten().eq(piece));
}

#[tokio::test]
async fn a_packed_file_is_another_file_with_a_length_and_ranges_of_its_own() {
    let export = Export::start().await;
    let path = format!("{PATH}&gzip=true");
    let answer = export.get(&path, &[]).await;
    assert_eq!((header(&answer, "content-encoding"), header(&answer, "accept-ranges")), ("gzip", "bytes"));
    let (length, tag) = (answer.content_length().unwrap(), header(&answer, "etag").to_owned());
    assert_ne!(tag, TAG);
    let packed = answer.bytes().await.unwrap();
    assert_eq!(packed.len() as u64, length);
    let mut unpacked = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert!(Sample::new(200_000).pieces().flatten().eq(unpacked));

    let rest = export.get(&path, &[("range", "bytes=100-"), ("if-range", &tag)]).await;
    assert_eq!((rest.status().as_u16(), header(&rest, "content-encoding")), (206, "gzip"));
    assert!(rest.bytes().await.unwrap() == packed[100..]);
    assert_eq!(export.get(&path, &[("range", "bytes=100-"), ("if-range", TAG)]).await.status(), 200);
}

#[tokio::test]
async fn digests_are_of_the_file_and_of_what_is_sent() {
    let export = Export::start().await;
    let path = format!("{PATH}&digest=true");
    let field = |digest: [u8; 32]| format!("sha-256=:{}:", BASE64_STANDARD.encode(digest));
    let file = Sample::new(200_000);
    let whole = export.get(&path, &[]).await;
    assert_eq!(header(&whole, "repr-digest"), field(file.sha256()));
    assert_eq!(header(&whole, "content-digest"), field(file.sha256()));
    let part = export.get(&path, &[("range", "bytes=70000-70009")]).await;
    assert_eq!(header(&part, "repr-digest"), field(file.sha256()));
    let sent = header(&part, "content-digest").to_owned();
    assert_eq!(sent, field(Sample::sha256_of([part.bytes().await.unwrap()])));
    let packed = export.get(&format!("{path}&gzip=true"), &[]).await;
    let sent = header(&packed, "repr-digest").to_owned();
    assert_eq!(sent, field(Sample::sha256_of([packed.bytes().await.unwrap()])));
    assert!(!export.get(PATH, &[]).await.headers().contains_key("repr-digest"));
}

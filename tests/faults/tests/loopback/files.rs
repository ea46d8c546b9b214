use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use twinfetch_faults::{Break, Clock, Cut, Fault, FaultServer, File, Length, Pace, Ranges, Rule, Script, Tag};
use twinfetch_sample::Sample;

use crate::raw::{answer, connect, to_end};

const SIZE: u64 = 200_000;
const TAG: &str = "\"file-0-200000\"";

fn file() -> File {
    File { size: SIZE, ..File::default() }
}

fn bytes(start: u64, end: u64) -> Vec<u8> {
    Sample::new(SIZE).part(start..end).flatten().collect()
}

async fn serving(file: File) -> FaultServer {
    FaultServer::start(Script::always(Fault::File(file))).await.unwrap()
}

async fn ask(server: &FaultServer, lines: &str) -> TcpStream {
    let mut socket = connect(server).await;
    socket.write_all(format!("GET /file HTTP/1.1\r\n{lines}\r\n").as_bytes()).await.unwrap();
    socket
}

/// The status, the head and the announced body of one request.
async fn get(server: &FaultServer, lines: &str) -> (u16, String, Vec<u8>) {
    let (head, body) = answer(&mut ask(server, lines).await).await;
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head, body)
}

/// The body behind the head, up to the end of the connection.
async fn cut(server: &FaultServer, lines: &str) -> (Vec<u8>, bool) {
    let mut socket = ask(server, lines).await;
    let mut all = Vec::new();
    let by_reset = socket.read_to_end(&mut all).await.is_err();
    let head = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    (all.split_off(head + 4), by_reset)
}

fn line<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn an_honest_server_answers_ranges_of_the_file_that_is_known() {
    let server = serving(file()).await;
    for (lines, status, start, end) in [
        ("", 200, 0, SIZE),
        ("range: bytes=5-9\r\n", 206, 5, 10),
        ("range: bytes=150000-\r\nif-range: \"file-0-200000\"\r\n", 206, 150_000, SIZE),
        ("range: bytes=-1\r\n", 206, SIZE - 1, SIZE),
        ("range: bytes=5-\r\nif-range: \"other\"\r\n", 200, 0, SIZE),
        ("range: bytes=0-1,5-6\r\n", 200, 0, SIZE),
    ] {
        let (answered, head, body) = get(&server, lines).await;
        assert_eq!(answered, status, "{lines}");
        assert!(body == bytes(start, end), "{lines}");
        assert_eq!([line(&head, "etag"), line(&head, "accept-ranges")], [Some(TAG), Some("bytes")]);
        let range = (status == 206).then(|| format!("bytes {start}-{}/200000", end - 1));
        assert_eq!(line(&head, "content-range"), range.as_deref());
    }
    let (status, head, _) = get(&server, "range: bytes=200000-\r\n").await;
    assert_eq!((status, line(&head, "content-range")), (416, Some("bytes */200000")));
    let mut socket = connect(&server).await;
    socket
        .write_all(b"HEAD / HTTP/1.1\r\nrange: bytes=5-\r\n\r\nGET / HTTP/1.1\r\nrange: bytes=0-0\r\n\r\n")
        .await
        .unwrap();
    let mut head = vec![0; 16];
    socket.read_exact(&mut head).await.unwrap();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    assert_eq!(line(str::from_utf8(&head).unwrap(), "content-length"), Some("200000"));
    assert_eq!(answer(&mut socket).await.1, [0]);
}

#[tokio::test]
async fn tags_and_headers_are_as_they_are_told() {
    let known = "range: bytes=5-\r\nif-range: ";
    for (tag, sent, resumed) in [
        (Tag::Strong, Some(TAG), 206),
        (Tag::Weak, Some("W/\"file-0-200000\""), 200),
        (Tag::None, None, 200),
        (Tag::Text("bare".to_owned()), Some("bare"), 206),
    ] {
        let server = serving(File { tag, ..file() }).await;
        let (status, head, _) = get(&server, &format!("{known}{}\r\n", sent.unwrap_or("\"any\""))).await;
        assert_eq!((line(&head, "etag"), status), (sent, resumed));
    }
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    let headers = [("Content-Type", "text/csv"), ("Content-Disposition", "attachment"), ("Last-Modified", date)];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let server = serving(File { headers, ..file() }).await;
    let (status, head, _) = get(&server, &format!("{known}{date}\r\n")).await;
    assert_eq!((status, line(&head, "Content-Disposition")), (206, Some("attachment")));
    assert_eq!((line(&head, "Content-Type"), line(&head, "content-type")), (Some("text/csv"), None));
}

#[tokio::test]
async fn a_range_is_answered_as_badly_as_it_is_named() {
    let lines = "range: bytes=1000-1999\r\nif-range: \"file-0-200000\"\r\n";
    for (ranges, status, range, start, end) in [
        (Ranges::Ignored, 200, None, 0, SIZE),
        (Ranges::Refused, 416, Some("bytes */200000"), 0, 0),
        (Ranges::Careless, 206, Some("bytes 1000-1999/200000"), 1000, 2000),
        (Ranges::Shifted(1), 206, Some("bytes 1001-1999/200000"), 1001, 2000),
        (Ranges::Shifted(-1000), 206, Some("bytes 0-1999/200000"), 0, 2000),
        (Ranges::Less(1), 206, Some("bytes 1000-1998/200000"), 1000, 1999),
        (Ranges::Short(1), 206, Some("bytes 1000-1999/200000"), 1000, 1999),
        (Ranges::Unnamed, 206, None, 1000, 2000),
        (Ranges::Total(Some(7)), 206, Some("bytes 1000-1999/7"), 1000, 2000),
        (Ranges::Total(None), 206, Some("bytes 1000-1999/*"), 1000, 2000),
    ] {
        let (answered, head, body) = get(&serving(File { ranges, ..file() }).await, lines).await;
        assert_eq!((answered, line(&head, "content-range")), (status, range), "{ranges:?}");
        assert!(body == bytes(start, end), "{ranges:?}");
        assert_eq!(line(&head, "content-length"), Some((end - start).to_string().as_str()), "{ranges:?}");
        assert_eq!(line(&head, "accept-ranges").is_some(), status == 206, "{ranges:?}");
    }
    let lines = "range: bytes=1000-1999\r\nif-range: \"other\"\r\n";
    assert_eq!(get(&serving(File { ranges: Ranges::Careless, ..file() }).await, lines).await.0, 206);
    assert_eq!(get(&serving(File { ranges: Ranges::Shifted(1), ..file() }).await, lines).await.0, 200);
}

#[tokio::test]
async fn a_part_may_come_in_a_multipart_body_or_packed() {
    let lines = "range: bytes=1000-1999\r\n";
    let (status, head, body) = get(&serving(File { ranges: Ranges::Multipart, ..file() }).await, lines).await;
    assert_eq!((status, line(&head, "content-type")), (206, Some("multipart/byteranges; boundary=edge")));
    let before = "--edge\r\ncontent-type: application/octet-stream\r\ncontent-range: bytes 1000-1999/200000\r\n\r\n";
    assert!(body == [before.as_bytes(), &bytes(1000, 2000), b"\r\n--edge--\r\n"].concat());

    let (status, head, body) = get(&serving(File { ranges: Ranges::Packed, ..file() }).await, lines).await;
    assert_eq!((status, line(&head, "content-range")), (206, Some("bytes 1000-1999/200000")));
    assert_eq!(line(&head, "content-encoding"), Some("gzip"));
    let mut unpacked = Vec::new();
    GzDecoder::new(&body[..]).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == bytes(1000, 2000));
}

#[tokio::test]
async fn a_packed_file_has_its_own_length_tag_and_ranges() {
    let server = serving(File { gzip: true, ..file() }).await;
    let (_, head, packed) = get(&server, "").await;
    assert_eq!([line(&head, "content-encoding"), line(&head, "etag")], [Some("gzip"), Some("\"file-0-200000-gzip\"")]);
    let mut unpacked = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == bytes(0, SIZE));
    assert!(get(&server, "range: bytes=50-\r\n").await.2 == packed[50..]);
}

#[tokio::test]
async fn a_body_without_a_length_ends_with_a_chunk_or_with_the_connection() {
    let server = serving(File { length: Length::UntilClose, ..file() }).await;
    assert!(cut(&server, "").await == (bytes(0, SIZE), false));

    let server = serving(File { size: 70_000, length: Length::Chunked, ..file() }).await;
    let mut socket = ask(&server, "").await;
    let (head, _) = answer(&mut socket).await;
    assert_eq!((line(&head, "transfer-encoding"), line(&head, "content-length")), (Some("chunked"), None));
    let file: Vec<u8> = Sample::new(70_000).pieces().flatten().collect();
    let (first, second) = file.split_at(64_256);
    let chunks = [b"fb00\r\n", first, b"\r\n1670\r\n", second, b"\r\n0\r\n\r\n"].concat();
    let mut body = vec![0; chunks.len()];
    socket.read_exact(&mut body).await.unwrap();
    assert!(body == chunks);
}

#[tokio::test]
async fn a_body_is_cut_where_and_how_it_is_told() {
    for (by, is_reset) in [(Break::Close, false), (Break::Reset, true)] {
        let server = serving(File { cut: Some(Cut::offsets([40_000, 10_000]).by(by)), ..file() }).await;
        for (start, end) in [(0, 10_000), (10_000, 40_000)] {
            let (body, by_reset) = cut(&server, &format!("range: bytes={start}-\r\n")).await;
            assert!(body == bytes(start, end) && by_reset == is_reset, "{start}");
        }
        assert!(get(&server, "range: bytes=40000-\r\n").await.2 == bytes(40_000, SIZE));
    }
    let server = serving(File { cut: Some(Cut::after(0)), length: Length::Chunked, ..file() }).await;
    assert_eq!(cut(&server, "").await, (Vec::new(), false));
    let server = serving(File { cut: Some(Cut::after(5).by(Break::Stall)), ..file() }).await;
    let socket = ask(&server, "").await;
    assert_eq!(server.until(|counts| counts.played == 1).await.open, 1);
    drop(socket);
    server.until(|counts| counts.open == 0).await;
}

#[tokio::test]
async fn a_file_comes_in_a_hundred_parts_with_a_token_for_each_half() {
    let file = File { cut: Some(Cut::after(2000)), ..file() };
    let refused = Rule::new(Fault::Status { status: 401, retry_after: None }).worn(50);
    let server = FaultServer::start(Script::default().rule(refused).rule(Rule::new(Fault::File(file)))).await.unwrap();
    let (mut all, mut token, mut refusals) = (Vec::new(), 1, 0);
    while (all.len() as u64) < SIZE {
        let lines = format!("range: bytes={}-\r\nif-range: {TAG}\r\nauthorization: Bearer {token}\r\n", all.len());
        let mut socket = ask(&server, &lines).await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(socket.read_u8().await.unwrap());
        }
        if head.starts_with(b"HTTP/1.1 401") {
            (token, refusals) = (token + 1, refusals + 1);
            continue;
        }
        let mut part = vec![0; 2000];
        socket.read_exact(&mut part).await.unwrap();
        all.extend(part);
    }
    assert!(all == bytes(0, SIZE));
    assert_eq!((server.record().total, refusals), (101, 1));
}

#[tokio::test]
async fn a_file_changes_from_a_request_on() {
    let first = File { cut: Some(Cut::after(10)), ..file() };
    let then = File { edition: 1, size: 50, ..file() };
    let script = Script::default().rule(Rule::new(Fault::File(first)).times(1)).rule(Rule::new(Fault::File(then)));
    let server = FaultServer::start(script).await.unwrap();
    assert!(cut(&server, "").await.0 == bytes(0, 10));
    let (status, head, body) = get(&server, &format!("range: bytes=10-\r\nif-range: {TAG}\r\n")).await;
    assert_eq!((status, line(&head, "etag")), (200, Some("\"file-1-50\"")));
    assert!(body.into_iter().eq(Sample::edition(1, 50).pieces().flatten()));
}

#[tokio::test]
async fn a_file_larger_than_any_memory_is_served_from_its_middle() {
    let (size, start) = (4_u64 << 40, 3_u64 << 40);
    let server = serving(File { size, cut: Some(Cut::offsets([start + 100_000])), ..file() }).await;
    let (body, _) = cut(&server, &format!("range: bytes={start}-\r\n")).await;
    assert!(Sample::new(size).part(start..start + 100_000).flatten().eq(body));
}

#[tokio::test]
async fn a_proxy_cuts_the_answers_of_its_backend() {
    let backend = serving(file()).await;
    let script = Script::always(Fault::CutAnswer(Cut::offsets([150_000, 10_000]))).backend(backend.url());
    let proxy = FaultServer::start(script).await.unwrap();
    for (start, end) in [(0, 10_000), (10_000, 150_000)] {
        assert!(cut(&proxy, &format!("range: bytes={start}-\r\n")).await == (bytes(start, end), false));
    }
    let (status, _, rest) = get(&proxy, "range: bytes=150000-\r\n").await;
    assert!(status == 206 && rest == bytes(150_000, SIZE));

    backend.play(Script::always(Fault::File(File { length: Length::Chunked, ..file() })));
    proxy.play(Script::always(Fault::CutAnswer(Cut::after(5).by(Break::Reset))).backend(backend.url()));
    let (body, by_reset) = cut(&proxy, "").await;
    assert!(body == [b"fb00\r\n", &bytes(0, 5)[..]].concat() && by_reset, "{body:?}");
    proxy.play(Script::always(Fault::CutAnswer(Cut::after(5).by(Break::Stall))).backend(backend.url()));
    let socket = ask(&proxy, "").await;
    proxy.until(|counts| counts.played == 1).await;
    drop(socket);
    proxy.until(|counts| counts.open == 0).await;

    proxy.play(Script::always(Fault::CutAnswer(Cut::after(5))));
    let ended = to_end(&mut ask(&proxy, "").await).await;
    assert!(ended.text.ends_with("content-length: 13\r\n\r\n{\"req"), "{ended:?}");
}

#[tokio::test]
async fn a_paced_file_takes_its_time_and_is_whole() {
    for (at_once, pauses) in [(60_000, 3), (100_000, 2), (1000, 200)] {
        let server = serving(File { pace: Some(Pace { bytes: at_once, milliseconds: 1000 }), ..file() }).await;
        let mut clock = Clock::paused(Duration::from_millis(100));
        let (answered, elapsed) = clock.run(get(&server, "")).await.unwrap();
        assert!(answered.2 == bytes(0, SIZE), "{at_once}");
        // The body is whole before the last pause, if there is one behind it.
        let least = if SIZE.is_multiple_of(at_once) { pauses - 1 } else { pauses };
        assert!(elapsed >= Duration::from_secs(least), "{at_once}: {elapsed:?}");
    }
}

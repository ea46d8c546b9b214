//! A browser's conditions and parts are the backend's to judge.

use twinfetch_faults::{Fault, File, Script};
use twinfetch_sample::Sample;

use super::{Stage, bytes, header};
use crate::stage::SIZE;

fn file() -> File {
    File { size: SIZE, ..File::default() }
}

#[tokio::test]
async fn a_part_is_what_was_asked_for() {
    let tag = "\"file-0-3000000\"";
    for (headers, asked, status, part) in [
        (&[("range", "bytes=5-9")][..], Some("bytes=5-9"), 206, 5..10),
        (&[("range", "bytes=0-0")], Some("bytes=0-0"), 206, 0..1),
        (&[("range", "bytes=2999990-")], Some("bytes=2999990-"), 206, 2_999_990..SIZE),
        (&[("range", "bytes=-7")], Some("bytes=-7"), 206, SIZE - 7..SIZE),
        (&[("range", "bytes=5-9"), ("if-range", tag)], Some("bytes=5-9"), 206, 5..10),
        (&[("range", "bytes=5-9"), ("if-range", "\"another\"")], Some("bytes=5-9"), 200, 0..SIZE),
        (&[("if-range", tag)], None, 200, 0..SIZE),
        // Several parts, or what is none: a server may send all.
        (&[("range", "bytes=0-1,5-9")], None, 200, 0..SIZE),
        (&[("range", "lines=0-1")], None, 200, 0..SIZE),
        (&[("range", "bytes=0-1"), ("range", "bytes=5-9")], None, 200, 0..SIZE),
    ] {
        let stage = Stage::of(&file()).await;
        let response = stage.get(headers).await;
        assert_eq!(response.status(), status, "{headers:?}");
        let if_range =
            headers.iter().find(|(name, _)| *name == "if-range").map(|(_, tag)| *tag).filter(|_| asked.is_some());
        assert_eq!((stage.last("range").as_deref(), stage.last("if-range").as_deref()), (asked, if_range));
        let length = part.end - part.start;
        let range = (status == 206).then(|| format!("bytes {}-{}/{SIZE}", part.start, part.end - 1));
        assert_eq!(header(&response, "content-range"), range.as_deref());
        assert_eq!(header(&response, "content-length"), Some(&*length.to_string()));
        assert_eq!((header(&response, "etag"), header(&response, "accept-ranges")), (Some(tag), Some("bytes")));
        assert!(Sample::new(SIZE).part(part).flatten().eq(bytes(response).await.unwrap()), "{headers:?}");
    }
}

#[tokio::test]
async fn a_part_that_the_file_does_not_have_is_said_to_be_none() {
    let response = Stage::of(&file()).await.get(&[("range", "bytes=3000000-")]).await;
    assert_eq!((response.status().as_u16(), header(&response, "content-range")), (416, Some("bytes */3000000")));
    assert_eq!(header(&response, "cache-control"), Some("private, no-store"));
    assert_eq!(header(&response, "content-disposition"), None);
    assert!(bytes(response).await.unwrap().is_empty());
}

#[tokio::test]
async fn conditions_go_on_and_their_answers_come_back() {
    let headers = vec![("etag".to_owned(), "\"a\"".to_owned()), ("set-cookie".to_owned(), "a=b".to_owned())];
    let date = "Sun, 22 Nov 2026 10:00:00 GMT";
    for (condition, value, status, body) in [
        ("if-none-match", "W/\"a\", \"b\"", 304, ""),
        ("if-modified-since", date, 304, ""),
        ("if-match", "\"c\"", 412, "{\"message\":\"internal words\"}"),
        ("if-unmodified-since", date, 412, "internal words"),
    ] {
        let stage =
            Stage::new(Script::always(Fault::Answer { status, headers: headers.clone(), body: body.to_owned() }));
        let stage = stage.await;
        let response = stage.get(&[(condition, value)]).await;
        assert_eq!((response.status().as_u16(), header(&response, "etag")), (status, Some("\"a\"")));
        assert_eq!((header(&response, "set-cookie"), header(&response, "content-disposition")), (None, None));
        assert_eq!(stage.last(condition).as_deref(), Some(value));
        assert!(bytes(response).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn nothing_else_of_the_browser_goes_on() {
    let stage = Stage::of(&file()).await;
    let sent = [
        ("accept-encoding", "gzip, br"),
        ("cookie", "other=1"),
        ("authorization", "Basic YTpi"),
        ("x-forwarded-for", "10.0.0.1"),
        ("referer", "https://app.test/private"),
        ("range", "bytes=0-9\u{e9}"),
        ("if-none-match", "\"\u{e9}\""),
    ];
    assert_eq!(stage.get(&sent).await.status(), 200);
    for (name, _) in &sent[1..] {
        let ours = *name == "authorization";
        assert_eq!(stage.last(name).is_some(), ours, "{name}");
    }
    assert_eq!(stage.last("accept-encoding").as_deref(), Some("identity"));
    assert!(stage.last("authorization").unwrap().starts_with("Bearer "));
}

#[tokio::test]
async fn an_answer_to_conditions_that_nobody_had_is_an_error() {
    for status in [304, 412, 416] {
        let answer = Fault::Answer { status, headers: Vec::new(), body: String::new() };
        let response = Stage::new(Script::always(answer)).await.get(&[]).await;
        assert!(response.status().is_server_error() || response.status().is_client_error(), "{status}");
        assert!(!bytes(response).await.unwrap().is_empty());
    }
}

//! What a file says of itself, and what is none.

use http::StatusCode;
use twinfetch_faults::{Fault, File, Script};
use twinfetch_server_client::{Code, Download, Error};

use crate::stage::{SIZE, Stage, is_showable, take};

fn file(headers: &[(&str, &str)]) -> Fault {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Fault::File(File { size: SIZE, headers, ..File::default() })
}

#[tokio::test]
async fn a_file_says_its_name_type_length_and_tag() {
    let disposition = "attachment; filename=\"x.csv\"; filename*=UTF-8''%2E%2E%2F%E6%8A%A5%E5%91%8A.csv";
    let stage =
        Stage::new(Script::always(file(&[("content-disposition", disposition), ("content-type", "text/csv")]))).await;
    let named = stage.ask().await.unwrap();
    assert_eq!((named.name(), named.media_type()), ("报告.csv", Some("text/csv")));
    assert_eq!((named.length(), named.etag()), (Some(SIZE), Some("\"file-0-3000000\"")));
    assert_eq!(format!("{named:?}"), "Download { name: \"报告.csv\", length: Some(3000000), .. }");
    stage.server.play(Script::always(file(&[])));
    assert_eq!(stage.ask().await.unwrap().name(), "file.bin");
}

#[tokio::test]
async fn a_name_in_bytes_that_are_no_ascii_is_seen() {
    let body = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\
                content-disposition: attachment; filename=\"Übersicht.json\"\r\n\r\n{}";
    let stage = Stage::new(Script::always(Fault::Bytes { text: body.to_owned() })).await;
    // Without the header the JSON would be a message.
    let file = stage.ask().await.unwrap();
    assert!(file.name().ends_with("bersicht.json"), "{}", file.name());
}

#[tokio::test]
async fn a_message_or_a_page_is_no_file() {
    let json = [("content-type".to_owned(), "application/json".to_owned())];
    let answer = |status, body: &str| Fault::Answer { status, headers: json.to_vec(), body: body.to_owned() };
    for (fault, code, status) in [
        (Fault::HtmlPage, Code::UnexpectedContentType, 200),
        (answer(200, r#"{"message":"no"}"#), Code::UnexpectedContentType, 200),
        (answer(404, r#"{"message":"There is no such report."}"#), Code::NotFound, 404),
        (answer(403, r#"{"message":"no"}"#), Code::Forbidden, 403),
        (answer(401, r#"{"message":"no"}"#), Code::Unauthorized, 401),
        (answer(416, r#"{"message":"no"}"#), Code::Rejected, 416),
        (answer(304, ""), Code::RedirectRefused, 304),
        (answer(206, ""), Code::UnexpectedContentType, 206),
    ] {
        let stage = Stage::new(Script::always(fault)).await;
        let error = stage.ask().await.unwrap_err();
        assert_eq!((error.code(), error.status()), (code, StatusCode::from_u16(status).ok()), "{error:?}");
        assert_eq!(error.attempts(), 1);
        is_showable(&error);
    }
}

#[tokio::test]
async fn a_part_that_nobody_asked_for_is_no_file() {
    let headers = vec![("content-range".to_owned(), "bytes 0-1/9".to_owned())];
    let stage = Stage::new(Script::always(Fault::Answer { status: 206, headers, body: "ab".to_owned() })).await;
    assert_eq!(stage.ask().await.unwrap_err().code(), Code::RangeMismatched);
}

#[tokio::test]
async fn what_a_download_cannot_be_is_refused_before_anything_is_sent() {
    let stage = Stage::new(Script::default()).await;
    let api = &stage.api;
    let invalid: Vec<Result<Download, Error>> = vec![
        api.post("/private/file.bin").download().await,
        api.get("/private/file.bin").header("Range", "bytes=0-1").download().await,
        api.get("/private/file.bin").header("If-Range", "\"a\"").download().await,
        api.get("//elsewhere.test/file.bin").download().await,
    ];
    for refused in invalid {
        let error = refused.unwrap_err();
        assert_eq!((error.code(), error.attempts()), (Code::CallInvalid, 0));
    }
    assert_eq!(stage.server.record().connections, 0);
}

#[tokio::test]
async fn a_file_may_be_asked_for_again_and_by_many() {
    let stage = Stage::new(Script::always(file(&[]))).await;
    let (one, two) = tokio::join!(stage.take(), stage.take());
    for taken in [one, two, take(stage.ask().await.unwrap()).await] {
        taken.is_whole(&File { size: SIZE, ..File::default() });
    }
    assert_eq!(stage.server.record().total, 3);
}

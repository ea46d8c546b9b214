//! What arrives: names, texts and bytes.

use std::fs;

use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use twinfetch_sample::Sample;
use twinfetch_server_client::{Code, Content};

use crate::stage::{FILES, Folder, Stage, Told, hexadecimal};

#[tokio::test]
async fn a_file_arrives_byte_for_byte_under_its_name() {
    let (stage, folder) = (Stage::new().await, Folder::new());
    let sample = Sample::new(1_000_000);
    let path = folder.file("报告 \"Q3\".csv", &sample);
    let told = Told::default();
    let reply: Value = told.of(stage.api().post(FILES).upload_from(&path).media_type("text/csv")).await.unwrap();
    assert_eq!(reply["name"], "报告 %22Q3%22.csv", "a browser writes it so, too");
    assert_eq!((&reply["size"], &reply["contentType"]), (&json!(1_000_000), &json!("text/csv")));
    assert_eq!(reply["sha256"], hexadecimal(sample.sha256()));
    assert_eq!(reply["parts"].as_array().unwrap().len(), 1);
    let sent = told.sent();
    assert_eq!((sent[0], sent.last()), (0, Some(&1_000_000)));
    assert!(sent.is_sorted() && told.all().iter().all(|progress| progress.total == Some(1_000_000)));
    assert_eq!(sent.iter().filter(|sent| **sent == 1_000_000).count(), 1);
}

#[tokio::test]
async fn names_and_texts_are_written_as_a_browser_writes_them() {
    let (stage, folder) = (Stage::new().await, Folder::new());
    let path = folder.file("a.bin", &Sample::new(10));
    let upload = stage.api().post::<Value>(FILES).query("field", "x%22y%0D%0Az").upload_from(&path);
    let upload = upload.field("x\"y\nz").filename("a\"b\r\nc;%22\\ 😀.csv");
    let reply = upload.text("no\"te", "first\nsecond\r\n;\"报").text("second", "").await.unwrap();
    let parts = reply["parts"].as_array().unwrap();
    assert_eq!(parts[0]["disposition"], "form-data; name=\"no%22te\"");
    assert_eq!(parts[0]["text"], "first\r\nsecond\r\n;\"报");
    assert_eq!((&parts[1]["field"], &parts[1]["text"]), (&json!("second"), &json!("")));
    let disposition = "form-data; name=\"x%22y%0D%0Az\"; filename=\"a%22b%0D%0Ac;%22\\ 😀.csv\"";
    assert_eq!(parts[2]["disposition"], disposition);
    assert_eq!(parts[2]["contentType"], "application/octet-stream");
    assert_eq!(parts[2]["sha256"], hexadecimal(Sample::new(10).sha256()));
}

#[cfg(unix)]
#[tokio::test]
async fn a_name_that_is_no_unicode_is_sent_with_marks_in_the_place_of_what_is_none() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let (stage, folder) = (Stage::new().await, Folder::new());
    let path = folder.file(OsStr::from_bytes(b"caf\xe9.txt"), &Sample::new(1));
    let reply: Value = stage.api().post(FILES).upload_from(&path).await.unwrap();
    assert_eq!(reply["name"], "caf\u{fffd}.txt");
}

#[tokio::test]
async fn bare_bytes_arrive_as_their_media_type_and_with_their_length() {
    let (stage, folder) = (Stage::new().await, Folder::new());
    for length in [0, 1, 131_072, 131_073, 700_000] {
        let sample = Sample::new(length);
        let path = folder.file("a.zip", &sample);
        let upload = stage.api().put::<Value>("/test/fault").upload_from(&path).raw("application/zip");
        assert_eq!(upload.await.unwrap_err().code(), Code::Rejected, "a PUT goes out, though not here");
        let told = Told::default();
        let upload = stage.api().post::<Value>(FILES).query("name", "a.zip").upload_from(&path).raw("application/zip");
        let reply = told.of(upload).await.unwrap();
        assert_eq!((&reply["size"], &reply["contentType"]), (&json!(length), &json!("application/zip")));
        assert_eq!(reply["sha256"], hexadecimal(sample.sha256()));
        assert_eq!(told.sent().last(), Some(&length));
    }
}

#[tokio::test]
async fn bytes_and_streams_are_sent_as_files() {
    let stage = Stage::new().await;
    let sample = Sample::new(300_000);
    let bytes = Bytes::from(sample.pieces().flatten().collect::<Vec<u8>>());
    let reply: Value = stage.api().post(FILES).upload("数.bin", bytes).await.unwrap();
    assert_eq!((&reply["name"], &reply["sha256"]), (&json!("数.bin"), &json!(hexadecimal(sample.sha256()))));
    let told = Told::default();
    let pieces = stream::iter(sample.pieces().map(Ok::<_, std::io::Error>));
    let upload = stage.api().post::<Value>(FILES).upload("b", Content::stream(pieces)).text("k", "v");
    let reply = told.of(upload).await.unwrap();
    assert_eq!((&reply["size"], &reply["sha256"]), (&json!(300_000), &json!(hexadecimal(sample.sha256()))));
    let (last, before) = told.all().split_last().map(|(last, before)| (*last, before.to_vec())).unwrap();
    assert!(before.iter().all(|progress| progress.total.is_none() && progress.remaining.is_none()));
    assert_eq!((last.sent, last.total), (300_000, Some(300_000)));
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_before_the_file_is_looked_for() {
    let (stage, folder) = (Stage::new().await, Folder::new());
    let (api, path) = (stage.api(), folder.path("none"));
    let wrong = [
        api.get::<Value>(FILES).upload_from(&path),
        api.delete(FILES).upload_from(&path),
        api.post(FILES).json(&1).upload_from(&path),
        api.post(FILES).header("Content-Type", "text/csv").upload_from(&path),
        api.post(FILES).upload_from(&path).media_type("text/csv\r\nx: y"),
        api.post(FILES).upload_from(&path).raw("csv"),
        api.post(FILES).upload_from(&path).text("k", "v").raw("text/csv"),
    ];
    for upload in wrong {
        let shown = format!("{upload:?}");
        assert_eq!(upload.await.unwrap_err().code(), Code::CallInvalid, "{shown}");
    }
    fs::write(&path, "1").unwrap();
    assert_eq!(stage.count(FILES).await, 0);
}

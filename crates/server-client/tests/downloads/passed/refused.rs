//! What is no file is an error before anything is sent to the browser.

use http::HeaderMap;
use twinfetch_faults::{Fault, File, Length, Ranges, Script};
use twinfetch_server_client::{Code, FileBody, ServerClient};

use super::{Stage, bytes, header};
use crate::stage::SIZE;

#[tokio::test]
async fn an_error_is_told_as_every_handler_tells_it() {
    let json = |status, body: &str| Fault::Answer {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_owned(),
    };
    let file = |file| Fault::File(File { size: SIZE, ..file });
    for (fault, status, message) in [
        (json(404, r#"{"message":"There is no such report."}"#), 404, "There is no such report."),
        (json(403, r#"{"message":"Not yours."}"#), 403, "Not yours."),
        (json(200, r#"{"message":"no"}"#), 502, "answer"),
        (Fault::HtmlPage, 502, "answer"),
        (Fault::Status { status: 500, retry_after: None }, 502, ""),
        (Fault::GzipBomb { mebibytes: 1 }, 502, "answer"),
        (file(File { gzip: true, ..File::default() }), 502, "could not be read"),
        (file(File { length: Length::UntilClose, ..File::default() }), 502, "could not be read"),
        (Fault::ResetBeforeHead, 502, "broke off"),
    ] {
        let stage = Stage::new(Script::always(fault.clone())).await;
        let response = stage.get(&[]).await;
        assert_eq!(response.status(), status, "{fault:?}");
        assert_eq!(header(&response, "content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(header(&response, "cache-control"), Some("private, no-store"));
        assert_eq!(header(&response, "content-disposition"), None);
        let told = String::from_utf8(bytes(response).await.unwrap()).unwrap();
        assert!(told.contains(message), "{told}");
        twinfetch_canary::shown(&told);
    }
}

#[tokio::test]
async fn a_part_that_does_not_say_which_it_is_is_not_passed_on() {
    for ranges in [Ranges::Unnamed, Ranges::Multipart, Ranges::Packed, Ranges::Total(None)] {
        let stage = Stage::of(&File { size: SIZE, ranges, ..File::default() }).await;
        let response = stage.get(&[("range", "bytes=5-")]).await;
        assert_eq!(response.status(), 502, "{ranges:?}");
    }
}

#[tokio::test]
async fn what_is_no_download_is_refused_before_anything_is_sent() {
    let stage = Stage::new(Script::default()).await;
    let client = ServerClient::builder().base_url(stage.backend.url()).secrets(["s"]).build().unwrap();
    let api = client.background();
    let ranged = api.get::<http::Response<FileBody>>("/file").header("range", "bytes=0-1");
    for call in [api.post("/file"), api.delete("/file"), ranged] {
        let error = call.proxy_download(&HeaderMap::new()).await.unwrap_err();
        assert_eq!(error.code(), Code::CallInvalid);
    }
    assert_eq!(stage.backend.record().connections, 0);
}

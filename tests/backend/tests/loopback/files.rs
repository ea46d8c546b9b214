use bytes::Bytes;
use futures_util::stream;
use reqwest::Body;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use twinfetch_backend::pattern;

use crate::running::{Running, hexadecimal, refusal};

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[tokio::test]
async fn a_raw_body_is_named_by_the_query_and_hashed() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    let sent = backend.post("/api/files").query(&[("name", "报告.txt")]).bearer_auth(&token).body("abc");
    let answer = sent.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.json::<Value>().await.unwrap(), json!({ "name": "报告.txt", "size": 3, "sha256": ABC }));

    let nameless = backend.post("/api/files").bearer_auth(&token).body("").send().await.unwrap();
    let received = nameless.json::<Value>().await.unwrap();
    assert_eq!((&received["name"], &received["size"]), (&json!("unnamed"), &json!(0)));
}

#[tokio::test]
async fn a_long_body_of_unknown_length_is_taken_in_a_stream() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    let size = 5_000_000;
    let pieces = stream::iter(pattern::pieces(size).map(Ok::<Bytes, std::io::Error>));
    let answer = backend.post("/api/files").bearer_auth(&token).body(Body::wrap_stream(pieces)).send().await.unwrap();
    let received = answer.json::<Value>().await.unwrap();
    assert_eq!(received["size"], size);
    let mut hash = Sha256::new();
    pattern::pieces(size).for_each(|piece| hash.update(&piece));
    assert_eq!(received["sha256"], hexadecimal(&hash.finalize()));
}

/// A form as browsers write it: the name in raw UTF-8.
fn form(part: &str) -> String {
    format!(
        "--edge\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\nhello\r\n\
         --edge\r\ncontent-disposition: form-data; name=\"{part}\"; filename=\"报告.txt\"\r\n\
         content-type: text/plain\r\n\r\nabc\r\n--edge--\r\n"
    )
}

#[tokio::test]
async fn the_part_named_file_of_a_form_is_taken() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    let send = |body: String| {
        let request = backend.post("/api/files").bearer_auth(&token).body(body);
        request.header("content-type", "multipart/form-data; boundary=edge").send()
    };
    let answer = send(form("file")).await.unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.json::<Value>().await.unwrap(), json!({ "name": "报告.txt", "size": 3, "sha256": ABC }));

    assert!(refusal(send(form("other")).await.unwrap(), 400).await.contains("file"));
    refusal(send("no form at all".to_owned()).await.unwrap(), 400).await;
}

#[tokio::test]
async fn a_form_larger_than_the_usual_limit_is_taken() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    let part = reqwest::multipart::Part::bytes(vec![7; 3 << 20]).file_name("large.bin");
    let form = reqwest::multipart::Form::new().part("file", part);
    let answer = backend.post("/api/files").bearer_auth(&token).multipart(form).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["size"], 3 << 20);
}

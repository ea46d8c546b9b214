use bytes::Bytes;
use futures_util::stream;
use reqwest::Body;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use twinfetch_sample::Sample;

use crate::running::{Running, body, hexadecimal, refusal};

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[tokio::test]
async fn a_raw_body_is_named_by_the_query_and_hashed() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    let sent = backend.post("/api/files").query(&[("name", "报告.txt")]).bearer_auth(&token).body("abc");
    let answer = sent.send().await.unwrap();
    let expected = json!({ "name": "报告.txt", "size": 3, "sha256": ABC, "contentType": null, "parts": [] });
    assert_eq!(body(answer, 201).await, expected);

    let typed = backend.post("/api/files").bearer_auth(&token).header("content-type", "image/x; a=b").body("abc");
    assert_eq!(body(typed.send().await.unwrap(), 201).await["contentType"], "image/x; a=b");

    let nameless = backend.post("/api/files").bearer_auth(&token).body("").send().await.unwrap();
    let received = nameless.json::<Value>().await.unwrap();
    assert_eq!((&received["name"], &received["size"]), (&json!("unnamed"), &json!(0)));
}

#[tokio::test]
async fn a_long_body_of_unknown_length_is_taken_in_a_stream() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    let size = 5_000_000;
    let pieces = stream::iter(Sample::new(size).pieces().map(Ok::<Bytes, std::io::Error>));
    let answer = backend.post("/api/files").bearer_auth(&token).body(Body::wrap_stream(pieces)).send().await.unwrap();
    let received = answer.json::<Value>().await.unwrap();
    assert_eq!(received["size"], size);
    let mut hash = Sha256::new();
    Sample::new(size).pieces().for_each(|piece| hash.update(&piece));
    assert_eq!(received["sha256"], hexadecimal(&hash.finalize()));
}

/// A form as browsers write it: names in raw UTF-8, with quotes and line breaks as `%22`, `%0D` and `%0A`.
fn form(part: &str) -> String {
    format!(
        "--edge\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\nhello\r\n\
         --edge\r\ncontent-disposition: form-data; name=\"{part}\"; filename=\"报告%22.txt\"\r\n\
         content-type: text/plain\r\n\r\nabc\r\n\
         --edge\r\ncontent-disposition: form-data; name=\"%0D%0A注\"\r\n\r\n\r\n--edge--\r\n"
    )
}

#[tokio::test]
async fn one_part_of_a_form_is_the_file_and_all_are_told() {
    let backend = Running::start().await;
    let token = backend.access_token("ada").await;
    let send = |field: &str, body: String| {
        let request = backend.post(&format!("/api/files{field}")).bearer_auth(&token).body(body);
        request.header("content-type", "multipart/form-data; boundary=edge").send()
    };
    let answer = body(send("", form("file")).await.unwrap(), 201).await;
    assert_eq!((&answer["name"], &answer["size"], &answer["sha256"]), (&json!("报告%22.txt"), &json!(3), &json!(ABC)));
    assert_eq!(answer["contentType"], "text/plain");
    let file = json!({
        "disposition": "form-data; name=\"file\"; filename=\"报告%22.txt\"",
        "field": "file", "fileName": "报告%22.txt", "contentType": "text/plain", "size": 3, "sha256": ABC, "text": null,
    });
    assert_eq!(answer["parts"][1], file);
    let of = |index: usize| [&answer["parts"][index]["field"], &answer["parts"][index]["text"]];
    assert_eq!((of(0), of(2)), ([&json!("note"), &json!("hello")], [&json!("%0D%0A注"), &json!("")]));

    let other = body(send("?field=other", form("other")).await.unwrap(), 201).await;
    assert_eq!((&other["name"], &other["size"]), (&json!("报告%22.txt"), &json!(3)));
    assert!(refusal(send("", form("other")).await.unwrap(), 400).await.contains("file"));
    refusal(send("", "no form at all".to_owned()).await.unwrap(), 400).await;
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

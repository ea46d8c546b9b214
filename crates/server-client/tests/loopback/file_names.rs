//! The header tables of `tests/vectors/file_names`, over a connection: npm/tests/file-names.test.mjs sends the same.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use http::header::CONTENT_DISPOSITION;
use http::{HeaderMap, HeaderValue, Response};
use serde_json::Value;

use crate::scripted::Scripted;
use crate::stage::client;

/// The cases whose header can be sent, with its bytes.
fn cases() -> Vec<(String, String, HeaderValue, String)> {
    let tables = [
        include_str!("../../../../tests/vectors/file_names/chromium-header.json"),
        include_str!("../../../../tests/vectors/file_names/chromium-names.json"),
        include_str!("../../../../tests/vectors/file_names/firefox-header.json"),
        include_str!("../../../../tests/vectors/file_names/firefox-names.json"),
        include_str!("../../../../tests/vectors/file_names/libraries.json"),
        include_str!("../../../../tests/vectors/file_names/node-content-disposition.json"),
        include_str!("../../../../tests/vectors/file_names/own.json"),
        include_str!("../../../../tests/vectors/file_names/rfc.json"),
        include_str!("../../../../tests/vectors/file_names/tc2231.json"),
    ];
    let documents = tables.map(|text| serde_json::from_str::<Value>(text).unwrap());
    let all = documents.iter().flat_map(|document| document["cases"].as_array().unwrap());
    all.filter(|case| case.get("asked").is_none()).filter_map(sendable).collect()
}

fn sendable(case: &Value) -> Option<(String, String, HeaderValue, String)> {
    let text = |name: &str| case[name].as_str().map(str::to_owned);
    let bytes = text("header")?.chars().map(u8::try_from).collect::<Result<Vec<_>, _>>().ok()?;
    let path = text("path").unwrap_or_else(|| "/".to_owned());
    Some((text("id")?, path, HeaderValue::from_bytes(&bytes).ok()?, text("name")?))
}

#[tokio::test]
async fn d_02_a_file_is_named_by_the_bytes_of_its_header() {
    let cases = Arc::new(cases());
    let known = Arc::clone(&cases);
    let backend = Scripted::new(move |request: Request| {
        let index: usize = request.headers()["x-case"].to_str().unwrap().parse().unwrap();
        let header = known[index].2.clone();
        async move { Response::builder().header(CONTENT_DISPOSITION, header).body(Body::from("a,b")).unwrap() }
    })
    .await;
    let api = client(&backend.url).incoming(&HeaderMap::new());
    for (index, (id, path, _, name)) in cases.iter().enumerate() {
        let file = api.get(path).header("x-case", index.to_string()).download().await.unwrap();
        assert_eq!(file.name(), name, "{id}");
    }
    assert!(cases.len() >= 400, "only {} headers were sent", cases.len());
}

#[tokio::test]
async fn two_lines_name_a_file_as_one_that_is_joined_by_a_comma() {
    let backend = Scripted::new(async |_| {
        let lines = ["attachment; filename=\"a.txt\"", "attachment; filename*=utf-8''%e2%82%ac.txt"];
        let [first, second] = lines.map(|line| (CONTENT_DISPOSITION, line));
        Response::builder().header(first.0, first.1).header(second.0, second.1).body(Body::from("a,b")).unwrap()
    })
    .await;
    let file = client(&backend.url).background().get("/").download().await.unwrap();
    assert_eq!(file.name(), "€.txt");
}

#[tokio::test]
async fn json_under_a_name_of_any_bytes_is_a_file() {
    let backend = Scripted::new(async |_| {
        let named = HeaderValue::from_bytes("attachment; filename=报告.json".as_bytes()).unwrap();
        let response = Response::builder().header("content-type", "application/json");
        response.header(CONTENT_DISPOSITION, named).body(Body::from("{}")).unwrap()
    })
    .await;
    let file = client(&backend.url).background().get("/export").download().await.unwrap();
    assert_eq!(file.name(), "报告.json");
}

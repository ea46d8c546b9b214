use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::raw::{GET, answer, to_end};

async fn call(control: &str, method: &str, path: &str, body: &str) -> (String, Value) {
    let mut socket = TcpStream::connect(control).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let (head, body) = answer(&mut socket).await;
    let status = head.split(' ').nth(1).unwrap().to_owned();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test]
async fn the_program_is_told_scripts_and_ends_with_its_stdin() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_twinfetch-faults"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let control = ready["control"].as_str().unwrap().strip_prefix("http://").unwrap();

    let script = r#"{"rules":[{"nth":1,"fault":{"kind":"reset_before_head"}}]}"#;
    let (status, server) = call(control, "POST", "/servers", script).await;
    assert_eq!(status, "201");
    let (port, url) = (server["port"].as_u64().unwrap(), server["url"].as_str().unwrap());
    let address = url.strip_prefix("http://").unwrap();
    let path = format!("/servers/{port}");

    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(GET.as_bytes()).await.unwrap();
    assert!(to_end(&mut socket).await.by_reset);
    let (status, counts) = call(control, "GET", &format!("{path}/counts?requests=1&open=0"), "").await;
    assert_eq!((status.as_str(), &counts["requests"]), ("200", &Value::from(1)));
    let (_, record) = call(control, "GET", &path, "").await;
    assert_eq!(record["requests"][0]["path"], "/a?b=c");
    assert_eq!(record["faults"]["reset_before_head"], 1);

    assert_eq!(call(control, "PUT", &path, r#"{"rules":[]}"#).await.0, "204");
    assert_eq!(call(control, "PUT", &path, r#"{"rulez":[]}"#).await.0, "422");
    assert_eq!(call(control, "PUT", "/servers/1", "{}").await.0, "404");
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(GET.as_bytes()).await.unwrap();
    assert_eq!(answer(&mut socket).await.1, b"{\"request\":1}");
    assert_eq!(call(control, "DELETE", &path, "").await.0, "204");
    assert_eq!(to_end(&mut socket).await.text, "");

    drop(program.stdin.take());
    assert!(program.wait().await.unwrap().success());
}

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use reqwest::Client;

use crate::running::Running;

fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_twinfetch-backend"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn the_program_says_when_it_is_ready_logs_no_secret_and_ends_on_sigterm() {
    let mut program = start(&["--port", "0", "--test-endpoints", "--token-seconds", "60"]);
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim_end().strip_prefix("twinfetch-backend ready at ").unwrap();

    let http = Client::new();
    let credentials = serde_json::json!({ "username": "ada", "password": "lovelace-1843" });
    let answer = http.post(format!("{url}/api/auth/login")).json(&credentials).send().await.unwrap();
    let token = answer.json::<serde_json::Value>().await.unwrap()["accessToken"].as_str().unwrap().to_owned();
    http.get(format!("{url}/api/me?token={token}")).bearer_auth(&token).send().await.unwrap();

    assert!(Command::new("kill").arg(program.id().to_string()).status().unwrap().success());
    let mut log = String::new();
    program.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(program.wait().unwrap().success());
    assert!(log.contains("/api/me"), "{log}");
    assert!(!log.contains(&token) && !log.contains("lovelace-1843"), "{log}");
}

#[tokio::test]
async fn one_program_speaks_all_systems_each_on_its_own_port() {
    let mut program =
        start(&["--system", "s4", "--system", "s2", "--system", "s1", "--system", "s3", "--system", "s0"]);
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let http = Client::new();
    for (words, path, status) in [
        ("twinfetch-backend ready at ", "/api/me", 401),
        ("twinfetch-backend s1 ready at ", "/api/docs-json", 200),
        ("twinfetch-backend s2 ready at ", "/auth/permissions", 401),
        ("twinfetch-backend s3 ready at ", "/auth/me", 401),
        ("twinfetch-backend s4 ready at ", "/api/auth/profile", 401),
    ] {
        let line = lines.next().unwrap().unwrap();
        let url = line.strip_prefix(words).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(http.get(format!("{url}{path}")).send().await.unwrap().status(), status, "{url}{path}");
    }
    program.kill().unwrap();
    program.wait().unwrap();
}

#[test]
fn an_unknown_system_is_refused_by_name() {
    for (system, said) in [("s9", "none of s0"), ("s1=port", "is not a port")] {
        let program = start(&["--system", system]).wait_with_output().unwrap();
        assert!(!program.status.success());
        let words = String::from_utf8(program.stderr).unwrap();
        assert!(words.contains(said), "{words}");
    }
}

#[tokio::test]
async fn both_address_families_of_localhost_answer() {
    let backend = Running::start().await;
    let port = backend.url().rsplit(':').next().unwrap();
    let http = Client::new();
    assert_eq!(http.get(format!("http://127.0.0.1:{port}/api/me")).send().await.unwrap().status(), 401);
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        assert_eq!(http.get(format!("http://[::1]:{port}/api/me")).send().await.unwrap().status(), 401);
    }
}

#[tokio::test]
async fn a_taken_port_is_said_at_the_start() {
    let backend = Running::start().await;
    let port = backend.url().rsplit(':').next().unwrap().parse().unwrap();
    let options = twinfetch_backend::Options { port, ..twinfetch_backend::Options::default() };
    let error = twinfetch_backend::serve(options).await.unwrap_err();
    assert!(error.to_string().contains(&port.to_string()));
}

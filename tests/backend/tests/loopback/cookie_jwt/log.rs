use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::{Client, Response};
use serde_json::json;

use super::ADA;
use crate::running::header;

/// The program in a process of its own, which can be asked for its log.
struct Program {
    process: std::process::Child,
    url: String,
    http: Client,
}

impl Program {
    fn start(database: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_twinfetch-backend"))
            .args(["--system", "s2", "--database"])
            .arg(database)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("twinfetch-backend s2 ready at ").unwrap().to_owned();
        Self { process, url, http: Client::builder().user_agent("Browser/1 \"quoted\"").build().unwrap() }
    }

    async fn log_in(&self, password: &str) -> Response {
        let credentials = json!({ "email": ADA.0, "password": password });
        self.http.post(format!("{}/auth/login", self.url)).json(&credentials).send().await.unwrap()
    }

    fn end(mut self) -> String {
        assert!(Command::new("kill").arg(self.process.id().to_string()).status().unwrap().success());
        let mut log = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        self.process.wait().unwrap();
        log
    }
}

#[tokio::test]
async fn sign_in_sign_out_and_errors_are_logged_with_time_user_agent_address_and_request_id() {
    let database = std::env::temp_dir().join(format!("twinfetch-log-{}.sqlite", std::process::id()));
    let program = Program::start(&database);
    let refused = program.log_in("wrong").await;
    let signed_in = program.log_in(ADA.1).await;
    let token = header(&signed_in, "set-cookie").split(';').next().unwrap().to_owned();
    let log_out = program.http.post(format!("{}/auth/logout", program.url)).header("cookie", &token);
    let signed_out = log_out.send().await.unwrap();
    rusqlite::Connection::open(&database).unwrap().execute_batch("DROP TABLE members").unwrap();
    let failed = program.log_in(ADA.1).await;
    assert_eq!(failed.status(), 500);

    let log = program.end();
    std::fs::remove_file(database).unwrap();
    for (answer, words) in [
        (&refused, "sign-in refused"),
        (&signed_in, "signed in"),
        (&signed_out, "signed out"),
        (&failed, "no such table: members"),
    ] {
        let id = header(answer, "x-request-id");
        let line = log.lines().find(|line| line.contains(id) && line.contains(words));
        let line = line.unwrap_or_else(|| panic!("no line {words:?} in {log}"));
        assert!(line.starts_with("20") && line.contains(r#"user_agent="Browser/1 \"quoted\"""#), "{line}");
        assert!(line.contains("address=127.0.0.1") || line.contains("address=::1"), "{line}");
    }
    assert!(!log.contains(ADA.1) && !log.contains(&token), "{log}");
}

//! One server process of an app: this test's own program, run again, which does what it is told on standard input.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use twinfetch_server_client::{Dialect, Redis, Secret, ServerClient, Tokens};

/// The same in all processes of the app.
const SECRET: &str = "CANARY-secret-b7e05c1d9f3a48268a4c6e0f2d1b9375";

/// The variable by which a process knows that it is one, and how it is to be.
const SETTINGS: &str = "TWINFETCH_TEST_PROCESS";

/// What an answer begins with, among what a test program prints.
const MARK: &str = "@@";

/// Longer than any test takes on a loaded machine.
const LONG: Duration = Duration::from_mins(10);

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Settings {
    pub(crate) backend: String,
    pub(crate) redis: Option<String>,
    pub(crate) lock_ms: u64,
}

impl Settings {
    pub(crate) fn client(&self) -> ServerClient {
        let builder = ServerClient::builder()
            .base_url(&self.backend)
            .app_url("http://localhost:3000")
            .dialect(Dialect::dual_token())
            .own_session()
            .secrets([SECRET]);
        let builder = builder.connect_timeout(LONG).head_timeout(LONG).idle_timeout(LONG).timeout(LONG);
        let redis = |url| Redis::new(url).timeout(LONG).lock_ttl(Duration::from_millis(self.lock_ms));
        match &self.redis {
            Some(url) => builder.redis(redis(url)).build().unwrap(),
            None => builder.build().unwrap(),
        }
    }
}

/// What a process is told to do.
#[derive(Deserialize, Serialize)]
pub(crate) enum Order {
    /// So many incoming requests at once with one cookie, each of which asks the backend for something.
    Serve { cookie: String, times: u32 },
    /// A request that signs its user out.
    SignOut { cookie: String },
    /// So many users of one kept pair at once.
    WithTokens { access: String, refresh: String, times: u32 },
}

/// What came of it.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Report {
    pub(crate) fine: u32,
    /// The codes of what failed.
    pub(crate) failed: BTreeMap<String, u32>,
    /// The cookies that the responses set.
    pub(crate) cookies: Vec<String>,
    /// How many responses delete the session's cookie.
    pub(crate) deleted: u32,
    /// What was warned of about Redis since the process began.
    pub(crate) warnings: Vec<String>,
}

/// A running process.
pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Process {
    pub(crate) fn start(settings: &Settings) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "process::a_server_does_what_it_is_told", "--nocapture"])
            .env(SETTINGS, serde_json::to_string(settings).unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut process = Self { child, input, output };
        let _: Value = process.next();
        process
    }

    pub(crate) fn tell(&mut self, order: &Order) {
        writeln!(self.input, "{}", serde_json::to_string(order).unwrap()).unwrap();
    }

    /// Waits for what came of the order that was told first.
    pub(crate) fn report(&mut self) -> Report {
        let report: Report = self.next();
        twinfetch_canary::show(&report.warnings);
        report
    }

    /// Waits for what comes of its last order, without keeping the backend from answering.
    pub(crate) async fn last_report(mut self) -> Report {
        tokio::task::spawn_blocking(move || self.report()).await.unwrap()
    }

    pub(crate) fn perform(&mut self, order: &Order) -> Report {
        self.tell(order);
        self.report()
    }

    /// Stops it where it stands, until it is to go on.
    pub(crate) fn pause(&self) {
        kill(self.pid(), Signal::SIGSTOP).unwrap();
    }

    pub(crate) fn go_on(&self) {
        kill(self.pid(), Signal::SIGCONT).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }

    fn next<T: for<'a> Deserialize<'a>>(&mut self) -> T {
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the process has ended");
            // The test's name may stand before it on the line.
            if let Some((_, answer)) = line.split_once(MARK) {
                return serde_json::from_str(answer).unwrap();
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser's `Cookie` header after somebody has signed in.
pub(crate) async fn signed_in(settings: &Settings, user: &str) -> String {
    let api = settings.client().incoming(&HeaderMap::new());
    api.sign_in(&json!({ "email": user, "password": "p" })).await.unwrap();
    let mut response = HeaderMap::new();
    api.relay(&mut response);
    kept(&response).unwrap()
}

/// What a browser keeps of a response, if it is a session.
fn kept(response: &HeaderMap) -> Option<String> {
    let lines = response.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap());
    let pairs: Vec<&str> =
        lines.map(|line| line.split(';').next().unwrap()).filter(|pair| !pair.ends_with('=')).collect();
    (!pairs.is_empty()).then(|| pairs.join("; "))
}

/// Not a test by itself: what [`Process::start`] runs.
#[test]
fn a_server_does_what_it_is_told() {
    let Ok(settings) = std::env::var(SETTINGS) else { return };
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let settings: Settings = serde_json::from_str(&settings).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(serve(settings.client(), log));
}

async fn serve(client: ServerClient, log: Log) {
    say(&json!({}));
    while let Some(order) = tokio::task::spawn_blocking(order).await.unwrap() {
        let mut report = match serde_json::from_str(&order).unwrap() {
            Order::Serve { cookie, times } => incoming(&client, &cookie, times).await,
            Order::SignOut { cookie } => {
                let api = client.incoming(&headers(&cookie));
                let is_told = api.sign_out().await.unwrap().server_told;
                Report { fine: u32::from(is_told), ..Report::default() }
            }
            Order::WithTokens { access, refresh, times } => {
                let tokens = Tokens { access: Secret::new(access), refresh: Some(Secret::new(refresh)) };
                with_tokens(&client, &tokens, times).await
            }
        };
        report.warnings = log.warnings();
        say(&report);
    }
}

/// The next order; none when nobody gives any more.
fn order() -> Option<String> {
    let mut line = String::new();
    (std::io::stdin().read_line(&mut line).unwrap() > 0).then_some(line)
}

fn say(answer: &impl Serialize) {
    println!("{MARK}{}", serde_json::to_string(answer).unwrap());
    std::io::stdout().flush().unwrap();
}

fn headers(cookie: &str) -> HeaderMap {
    HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(cookie).unwrap())])
}

async fn incoming(client: &ServerClient, cookie: &str, times: u32) -> Report {
    let mut requests = JoinSet::new();
    for _ in 0..times {
        let api = client.incoming(&headers(cookie));
        requests.spawn(async move {
            let read = api.get::<Value>("/api/posts").await;
            let mut response = HeaderMap::new();
            api.relay(&mut response);
            (read.map_err(|error| error.code().name()), response)
        });
    }
    let mut report = Report::default();
    while let Some(request) = requests.join_next().await {
        let (read, response) = request.unwrap();
        report.note(&read);
        let kept = kept(&response);
        report.deleted += u32::from(kept.is_none() && response.contains_key(SET_COOKIE));
        report.cookies.extend(kept);
    }
    report
}

async fn with_tokens(client: &ServerClient, tokens: &Tokens, times: u32) -> Report {
    let mut users = JoinSet::new();
    for _ in 0..times {
        let signed_in = client.background().with_tokens(tokens.clone());
        users.spawn(async move {
            let read = signed_in.api().get::<Value>("/api/posts").await;
            read.map_err(|error| error.code().name())
        });
    }
    let mut report = Report::default();
    while let Some(read) = users.join_next().await {
        report.note(&read.unwrap());
    }
    report
}

impl Report {
    fn note(&mut self, read: &Result<Value, &'static str>) {
        match read {
            Ok(_) => self.fine += 1,
            Err(code) => *self.failed.entry((*code).to_owned()).or_default() += 1,
        }
    }
}

/// What a process has logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn warnings(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().filter(|line| line.contains(" WARN ") && line.contains("::redis")).map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

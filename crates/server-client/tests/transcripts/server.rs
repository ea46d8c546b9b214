//! The other side of a transcript: a server that checks every request and gives the answer that is written for it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// Which of an application's two sites it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    App,
    Backend,
}

/// The script of one act, shared by the servers of both sites.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<Mutex<Act>>);

#[derive(Default)]
struct Act {
    lines: Vec<Value>,
    /// Whether the app has a site of its own, where the sign-in library's paths are.
    has_app: bool,
    /// The names of what is not known before: of signed tokens, and of the app's address.
    names: HashMap<String, String>,
    /// Calls that are on their way together: the first so many lines are answered when all of them have come.
    together: Option<Arc<Barrier>>,
    first: usize,
    complaints: Vec<String>,
}

struct Received {
    site: Site,
    line: String,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

impl Script {
    /// Goes on with the lines of an act.
    pub(crate) fn begin(&self, act: &Value, has_app: bool, names: HashMap<String, String>) {
        let together = act["together"].as_array().map_or(1, Vec::len);
        let mut state = self.0.lock().unwrap();
        *state = Act {
            lines: act["script"].as_array().unwrap().clone(),
            has_app,
            names,
            together: (together > 1).then(|| Arc::new(Barrier::new(together))),
            first: if together > 1 { together } else { 0 },
            complaints: Vec::new(),
        };
    }

    /// Fails when a request was not the script's, or one is missing.
    pub(crate) fn end(&self, it: &str) {
        let state = self.0.lock().unwrap();
        assert!(state.complaints.is_empty(), "{it}: {:#?}", state.complaints);
        assert!(state.lines.is_empty(), "{it}: the script goes on with {}", state.lines[0]["sends"]);
    }

    /// What is answered to a request; a barrier when it waits for others.
    fn answer(&self, request: &Received) -> (Value, Option<Arc<Barrier>>) {
        let mut state = self.0.lock().unwrap();
        // Calls that are on their way together come in any order.
        let candidates = if state.together.is_some() { state.lines.len() } else { 1 };
        let judged = state.lines.iter().take(candidates).map(|line| state.judge(line, request)).collect::<Vec<_>>();
        let Some(found) = judged.iter().position(Result::is_ok) else {
            let reason = judged.into_iter().next().map_or("no more is expected".to_owned(), Result::unwrap_err);
            let complaint = format!("{} {}: {reason}", request.line, String::from_utf8_lossy(&request.body));
            state.complaints.push(complaint);
            return (json!({ "status": 599 }), None);
        };
        let line = state.lines.remove(found);
        let waits = state.first > 0;
        state.first = state.first.saturating_sub(1);
        (line["answer"].clone(), state.together.clone().filter(|_| waits))
    }
}

impl Act {
    /// Whether a request is the one of a line, else what is different.
    fn judge(&self, line: &Value, request: &Received) -> Result<(), String> {
        let same = |what: &str, expected: &Value, sent: &Value| {
            if expected == sent { Ok(()) } else { Err(format!("{what}: {expected} is expected, {sent} was sent")) }
        };
        same("request", &line["sends"], &json!(request.line))?;
        let path = request.line.split(' ').nth(1).unwrap();
        let site = if self.has_app && path.starts_with("/api/auth/") { Site::App } else { Site::Backend };
        same("site", &json!(format!("{site:?}")), &json!(format!("{:?}", request.site)))?;
        let bearer = request.headers.get("authorization").map(|value| {
            let token = value.strip_prefix("Bearer ").unwrap_or(value);
            json!(self.names.get(token).map_or(token, String::as_str))
        });
        same("bearer", line.get("bearer").unwrap_or(&Value::Null), &bearer.unwrap_or_default())?;
        if let Some(body) = line.get("body") {
            same("body", body, &request.body(site, &self.names))?;
        }
        for (name, value) in line["headers"].as_object().into_iter().flatten() {
            same(name, value, &request.headers.get(name).map_or(Value::Null, |sent| json!(sent)))?;
        }
        Ok(())
    }
}

impl Received {
    /// The members of the body: the sign-in library takes forms.
    fn body(&self, site: Site, names: &HashMap<String, String>) -> Value {
        let is_form = self.headers.get("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form"));
        assert!(!is_form || site == Site::App, "a form for the backend");
        if !is_form {
            return serde_json::from_slice(&self.body).unwrap_or_default();
        }
        let pairs = str::from_utf8(&self.body).unwrap().split('&').map(|pair| pair.split_once('=').unwrap());
        let told = |value: String| names.get(&value).cloned().unwrap_or(value);
        pairs
            .map(|(name, value)| (decoded(name), json!(told(decoded(value)))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text).decode_utf8().unwrap().into_owned()
}

/// A server of one site, on a free port.
pub(crate) async fn serve(site: Site, script: Script, serving: &mut JoinSet<()>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    serving.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            connections.spawn(connection(socket, site, script.clone()));
        }
    });
    url
}

/// One request and its answer; who is to find no network is hung up on.
async fn connection(socket: TcpStream, site: Site, script: Script) {
    let mut socket = BufReader::new(socket);
    let Some(request) = read(&mut socket, site).await else { return };
    let (answer, together) = script.answer(&request);
    if let Some(together) = together {
        together.wait().await;
    }
    if answer.get("fails").is_some() {
        return;
    }
    let body = answer.get("body").map(Value::to_string).unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} Scripted\r\nconnection: close\r\n", answer["status"]);
    let mut headers = answer["headers"].as_object().cloned().unwrap_or_default();
    if answer.get("body").is_some() {
        headers.entry("content-type").or_insert(json!("application/json"));
    }
    if answer["status"] != 204 {
        headers.insert("content-length".to_owned(), json!(body.len().to_string()));
    }
    for (name, value) in &headers {
        write!(head, "{name}: {}\r\n", value.as_str().unwrap()).unwrap();
    }
    // Whoever was asked may be gone.
    drop(socket.write_all(format!("{head}\r\n{body}").as_bytes()).await);
    drop(socket.shutdown().await);
}

async fn read(socket: &mut BufReader<TcpStream>, site: Site) -> Option<Received> {
    let mut line = String::new();
    socket.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    let line = line.rsplit_once(" HTTP/").unwrap().0.to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut header = String::new();
        socket.read_line(&mut header).await.unwrap();
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await.unwrap();
    Some(Received { site, line, headers, body })
}

//! A backend whose refresh tokens are good once, and which holds its answers back until a test lets them go.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::{Barrier, Notify, Semaphore};

use super::token;
use crate::scripted::Scripted;

/// A backend of S1's form.
pub(crate) struct Backend {
    server: Scripted,
    state: Arc<State>,
}

struct State {
    /// The generation of each user's good tokens: 1 unless they have renewed.
    generations: Mutex<HashMap<String, u64>>,
    refreshes: AtomicU64,
    logouts: Mutex<Vec<Value>>,
    /// What refused calls with a token of the generation 0 wait for.
    barrier: Option<Barrier>,
    call_waits: Notify,
    refresh_asked: Notify,
    /// How many refreshes may be answered.
    gate: Semaphore,
    /// What refreshes are answered, in the place of new tokens.
    answers: Mutex<Vec<Response>>,
    data: Mutex<Option<Value>>,
    accepted: Mutex<Option<String>>,
}

impl Backend {
    pub(crate) async fn new() -> Self {
        Self::with(None).await
    }

    /// Refuses nothing before `calls` are there to be refused.
    pub(crate) async fn refusing_together(calls: usize) -> Self {
        Self::with(Some(Barrier::new(calls))).await
    }

    async fn with(barrier: Option<Barrier>) -> Self {
        let state = Arc::new(State {
            generations: Mutex::default(),
            refreshes: AtomicU64::new(0),
            logouts: Mutex::default(),
            barrier,
            call_waits: Notify::new(),
            refresh_asked: Notify::new(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            answers: Mutex::default(),
            data: Mutex::default(),
            accepted: Mutex::default(),
        });
        let of_handler = Arc::clone(&state);
        let server = Scripted::new(move |request| Arc::clone(&of_handler).answer(request)).await;
        Self { server, state }
    }

    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    /// How many requests came.
    pub(crate) fn hits(&self) -> u64 {
        self.server.hits()
    }

    pub(crate) fn refreshes(&self) -> u64 {
        self.state.refreshes.load(Ordering::SeqCst)
    }

    /// The refresh tokens that sign-outs have shown.
    pub(crate) fn logouts(&self) -> Vec<Value> {
        self.state.logouts.lock().unwrap().clone()
    }

    /// A user's tokens are of this generation from now on, whatever they were.
    pub(crate) fn moved_on(&self, user: &str, generation: u64) {
        self.state.generations.lock().unwrap().insert(user.to_owned(), generation);
    }

    /// Holds refreshes back from now on.
    pub(crate) fn hold(&self) {
        self.state.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Lets one refresh be answered.
    pub(crate) fn release(&self) {
        self.state.gate.add_permits(1);
    }

    /// Waits until a call is there which is refused with others.
    pub(crate) async fn call_waits(&self) {
        self.state.call_waits.notified().await;
    }

    /// Waits until a refresh has come.
    pub(crate) async fn refresh_asked(&self) {
        self.state.refresh_asked.notified().await;
    }

    /// Has the next refresh be answered so.
    pub(crate) fn answer_refresh(&self, response: Response) {
        self.state.answers.lock().unwrap().push(response);
    }

    /// Forgets what refreshes are answered.
    pub(crate) fn forget_answers(&self) {
        self.state.answers.lock().unwrap().clear();
    }

    /// Takes this token as well.
    pub(crate) fn accept(&self, token: &str) {
        *self.state.accepted.lock().unwrap() = Some(token.to_owned());
    }

    /// Has refreshes give these members, whatever is spent.
    pub(crate) fn give(&self, data: Value) {
        *self.state.data.lock().unwrap() = Some(data);
    }
}

impl State {
    async fn answer(self: Arc<Self>, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 65_536).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let bearer = parts.headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        match parts.uri.path() {
            "/auth/login" => {
                let user = body["email"].as_str().unwrap();
                enveloped(StatusCode::OK, &tokens(user, self.generation(user)))
            }
            "/auth/refresh" => self.refresh(body["refreshToken"].as_str().unwrap()).await,
            "/auth/logout" => {
                let Some(user) = self.who(bearer).await else { return refused() };
                let shown = body["refreshToken"].clone();
                self.generations.lock().unwrap().insert(user, u64::MAX);
                self.logouts.lock().unwrap().push(shown);
                enveloped(StatusCode::OK, &Value::Null)
            }
            _ => match self.who(bearer).await {
                Some(user) => enveloped(StatusCode::OK, &json!({ "id": user, "path": parts.uri.path() })),
                None => refused(),
            },
        }
    }

    fn generation(&self, user: &str) -> u64 {
        self.generations.lock().unwrap().get(user).copied().unwrap_or(1)
    }

    /// Whose token it is, if it is good.
    async fn who(&self, bearer: Option<&str>) -> Option<String> {
        if self.accepted.lock().unwrap().as_deref().is_some_and(|token| Some(token) == bearer) {
            return Some("ada".to_owned());
        }
        let known = bearer?.split_once("-access-");
        if let Some((user, _)) = known.filter(|(user, generation)| generation.parse() == Ok(self.generation(user))) {
            return Some(user.to_owned());
        }
        if let (Some((_, "0")), Some(barrier)) = (known, &self.barrier) {
            self.call_waits.notify_one();
            barrier.wait().await;
        }
        None
    }

    async fn refresh(&self, refresh: &str) -> Response {
        self.refreshes.fetch_add(1, Ordering::SeqCst);
        let (user, generation) = refresh.split_once("-refresh-").unwrap();
        let spent = generation.parse() != Ok(self.generation(user));
        if !spent && self.data.lock().unwrap().is_none() && self.answers.lock().unwrap().is_empty() {
            self.generations.lock().unwrap().insert(user.to_owned(), generation.parse::<u64>().unwrap() + 1);
        }
        self.refresh_asked.notify_one();
        self.gate.acquire().await.unwrap().forget();
        if let Some(answer) = self.answers.lock().unwrap().pop() {
            return answer;
        }
        if let Some(data) = &*self.data.lock().unwrap() {
            return enveloped(StatusCode::OK, data);
        }
        if spent { refused() } else { enveloped(StatusCode::OK, &tokens(user, self.generation(user))) }
    }
}

pub(crate) fn tokens(user: &str, generation: u64) -> Value {
    json!({
        "accessToken": token(user, "access", generation),
        "refreshToken": token(user, "refresh", generation),
    })
}

fn refused() -> Response {
    enveloped(StatusCode::UNAUTHORIZED, &Value::Null)
}

pub(crate) fn enveloped(status: StatusCode, data: &Value) -> Response {
    let body = json!({ "success": status.is_success(), "data": data, "message": "m" });
    (status, [("content-type", "application/json")], Body::from(body.to_string())).into_response()
}

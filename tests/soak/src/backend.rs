//! A backend that knows whose token is whose, refuses each after a while, and says in every answer who asked what.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// So many calls carry one access token.
const LIFE: u32 = 60;

/// A running backend.
pub(crate) struct Backend {
    pub(crate) url: String,
    book: Shared,
    _serving: JoinSet<()>,
}

type Shared = Arc<Mutex<Book>>;

/// What the backend knows and has seen.
#[derive(Default)]
struct Book {
    users: HashMap<String, User>,
    issued: u64,
    /// How often each question that may not be repeated was answered.
    done: HashMap<u64, u8>,
    seen: Seen,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// Calls of users.
    pub(crate) calls: u64,
    /// Refused since the token has ended.
    pub(crate) refused: u64,
    /// Renewals that brought something new.
    pub(crate) renewals: u64,
    /// A dead refresh token, which means that somebody will be signed out.
    pub(crate) dead: u64,
    /// The token of one user in the call of another.
    pub(crate) crossed: u64,
    /// Done twice although it may not be repeated.
    pub(crate) twice: u64,
}

/// Somebody's pair, and the refresh token before it, which counts until the new pair is used: its answer may be lost.
struct User {
    access: String,
    refresh: String,
    before: Option<String>,
    uses: u32,
}

impl Backend {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let book = Shared::default();
        let routes = Router::new().route("/auth/refresh", post(renew)).fallback(any(answer));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let mut serving = JoinSet::new();
        let routes = routes.with_state(Arc::clone(&book));
        serving.spawn(async move { drop(axum::serve(listener, routes).await) });
        Ok(Self { url, book, _serving: serving })
    }

    /// Opens an account and gives its first pair: access and refresh token.
    pub(crate) fn enrol(&self, name: &str) -> (String, String) {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let user = book.pair(name, None);
        let pair = (user.access.clone(), user.refresh.clone());
        book.users.insert(name.to_owned(), user);
        pair
    }

    pub(crate) fn seen(&self) -> Seen {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).seen
    }
}

impl Book {
    fn pair(&mut self, name: &str, before: Option<String>) -> User {
        self.issued += 1;
        let token = |kind| format!("CANARY-{kind}-{name}-{:032x}", self.issued);
        User { access: token("access"), refresh: token("refresh"), before, uses: 0 }
    }
}

async fn renew(State(book): State<Shared>, Json(body): Json<Value>) -> Response {
    let mut book = book.lock().unwrap_or_else(PoisonError::into_inner);
    let spent = body.get("refreshToken").and_then(Value::as_str).unwrap_or_default();
    let owner = book.users.iter().find(|(_, user)| user.refresh == spent || user.before.as_deref() == Some(spent));
    let Some((name, user)) = owner else {
        book.seen.dead += 1;
        return refused(StatusCode::UNAUTHORIZED);
    };
    let name = name.clone();
    // Whoever shows the one before has not got the answer.
    if user.refresh == spent {
        let user = book.pair(&name, Some(spent.to_owned()));
        book.users.insert(name.clone(), user);
        book.seen.renewals += 1;
    }
    let pair = book.users.get(&name).map(|user| json!({ "accessToken": user.access, "refreshToken": user.refresh }));
    accepted(&pair.unwrap_or_default())
}

async fn answer(State(book): State<Shared>, request: Request) -> Response {
    let mut book = book.lock().unwrap_or_else(PoisonError::into_inner);
    let Book { users, done, seen, .. } = &mut *book;
    let headers = request.headers();
    let asker = text(headers, "x-user");
    let token = text(headers, header::AUTHORIZATION.as_str()).strip_prefix("Bearer ").unwrap_or_default();
    seen.calls += 1;
    if users.iter().any(|(name, user)| user.access == token && name != asker) {
        seen.crossed += 1;
    }
    let Some(user) = users.get_mut(asker).filter(|user| user.access == token && user.uses < LIFE) else {
        seen.refused += 1;
        return refused(StatusCode::UNAUTHORIZED);
    };
    user.uses += 1;
    user.before = None;
    // A redirect leads elsewhere.
    let question = request.uri().query().and_then(|query| query.strip_prefix("question=")?.parse::<u64>().ok());
    let Some(question) = question else { return refused(StatusCode::NOT_FOUND) };
    if request.method() == "POST" && !headers.contains_key("idempotency-key") {
        let times = done.entry(question).or_default();
        *times += 1;
        seen.twice += u64::from(*times == 2);
    }
    accepted(&json!({ "asker": asker, "question": question }))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn accepted(data: &Value) -> Response {
    Json(json!({ "success": true, "data": data, "message": "ok" })).into_response()
}

fn refused(status: StatusCode) -> Response {
    let body = json!({ "success": false, "data": null, "message": "no" });
    (status, Json(body)).into_response()
}

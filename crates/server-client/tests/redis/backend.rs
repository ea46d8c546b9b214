//! A backend whose refresh tokens are good once. It counts, and holds an answer back when a test says so.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use twinfetch_canary::canary;

pub(crate) struct Backend {
    pub(crate) url: String,
    book: Arc<Book>,
    _serving: JoinSet<()>,
}

#[derive(Default)]
struct Book {
    sessions: Mutex<Sessions>,
    counts: watch::Sender<Counts>,
    hold: Mutex<Option<Arc<Hold>>>,
}

#[derive(Default)]
struct Sessions {
    /// The access token that is good, by the user.
    access: HashMap<String, &'static str>,
    /// Whose refresh token it is, and how often it may be spent yet.
    refresh: HashMap<&'static str, (String, u32)>,
    /// How often the next refresh tokens may be spent.
    leniency: u32,
}

/// What came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) answered: u32,
    pub(crate) refused: u32,
    /// Refresh tokens that were shown.
    pub(crate) refreshes: u32,
    /// Of these, the ones that were good.
    pub(crate) renewed: u32,
}

/// When a refresh is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Before the token is spent.
    Before,
    /// When it is spent, and the answer is not on its way yet.
    After,
}

/// A refresh that is held back.
pub(crate) struct Hold {
    moment: Moment,
    let_go: Notify,
}

impl Hold {
    pub(crate) fn let_go(&self) {
        self.let_go.notify_one();
    }
}

impl Backend {
    pub(crate) async fn new() -> Self {
        let book = Arc::new(Book::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(Arc::clone(&book));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, book, _serving: serving }
    }

    /// Has refresh tokens that are given from now on be good this many times, and not only once.
    pub(crate) fn be_lenient(&self, times: u32) {
        self.book.sessions.lock().unwrap().leniency = times - 1;
    }

    /// Ends all access tokens.
    pub(crate) fn expire(&self) {
        self.book.sessions.lock().unwrap().access.clear();
    }

    /// Holds the next refresh back.
    pub(crate) fn hold(&self, moment: Moment) -> Arc<Hold> {
        let hold = Arc::new(Hold { moment, let_go: Notify::new() });
        *self.book.hold.lock().unwrap() = Some(Arc::clone(&hold));
        hold
    }

    pub(crate) fn counts(&self) -> Counts {
        *self.book.counts.borrow()
    }

    /// Forgets what came.
    pub(crate) fn count_anew(&self) {
        self.book.counts.send_replace(Counts::default());
    }

    /// Waits until so much came.
    pub(crate) async fn counted(&self, enough: impl Fn(&Counts) -> bool) {
        self.book.counts.subscribe().wait_for(enough).await.unwrap();
    }
}

impl Sessions {
    fn give(&mut self, user: &str) -> Value {
        let (access, refresh) = (canary("access"), canary("refresh"));
        self.access.insert(user.to_owned(), access);
        self.refresh.insert(refresh, (user.to_owned(), 1 + self.leniency));
        json!({ "accessToken": access, "refreshToken": refresh, "user": { "id": user } })
    }

    fn spend(&mut self, refresh: &str) -> Option<Value> {
        let (user, times) = self.refresh.get_mut(refresh).filter(|(_, times)| *times > 0)?;
        *times -= 1;
        let user = user.clone();
        Some(self.give(&user))
    }
}

impl Book {
    fn count(&self, change: impl FnOnce(&mut Counts)) {
        self.counts.send_modify(change);
    }

    async fn refresh(&self, refresh: &str) -> Option<Value> {
        let hold = self.hold.lock().unwrap().take();
        self.count(|counts| counts.refreshes += 1);
        if let Some(hold) = hold.iter().find(|hold| hold.moment == Moment::Before) {
            hold.let_go.notified().await;
        }
        let given = self.sessions.lock().unwrap().spend(refresh);
        self.count(|counts| counts.renewed += u32::from(given.is_some()));
        if let Some(hold) = hold.iter().find(|hold| hold.moment == Moment::After) {
            hold.let_go.notified().await;
        }
        given
    }

    fn read(&self, bearer: &str) -> Option<Value> {
        let sessions = self.sessions.lock().unwrap();
        let user = sessions.access.iter().find(|(_, access)| **access == bearer).map(|(user, _)| user.clone());
        self.count(|counts| if user.is_some() { counts.answered += 1 } else { counts.refused += 1 });
        Some(json!({ "id": user? }))
    }
}

async fn answer(State(book): State<Arc<Book>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bearer = parts.headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    let sent: Value = serde_json::from_slice(&body).unwrap_or_default();
    let outcome = match parts.uri.path() {
        "/auth/login" => Some(book.sessions.lock().unwrap().give(sent["email"].as_str().unwrap())),
        "/auth/refresh" => book.refresh(sent["refreshToken"].as_str().unwrap()).await,
        "/auth/logout" => Some(Value::Null),
        _ => book.read(bearer.unwrap_or_default()),
    };
    let status = if outcome.is_some() { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
    (status, Json(json!({ "success": outcome.is_some(), "data": outcome, "message": "m" }))).into_response()
}

//! A backend whose users share all but their tokens. It knows whose each token is, and who each request is for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use twinfetch_canary::canary;

use crate::chance::Chance;

pub(crate) struct Backend {
    pub(crate) url: String,
    book: Arc<Book>,
    _serving: JoinSet<()>,
}

struct Book {
    chance: Chance,
    users: Mutex<Users>,
}

#[derive(Default)]
struct Users {
    /// Whose each token is that was ever given.
    owners: HashMap<&'static str, usize>,
    list: Vec<User>,
    totals: Totals,
}

struct User {
    /// What only this user may see.
    mark: String,
    access: &'static str,
    refresh: &'static str,
    refreshes: u32,
}

/// What was seen of all users.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) requests: u32,
    pub(crate) refused: u32,
    pub(crate) refreshes: u32,
    /// Requests with a token of somebody else than they are for.
    pub(crate) crossed: u32,
    /// Refresh tokens that were spent twice.
    pub(crate) spent_twice: u32,
}

impl Backend {
    pub(crate) async fn new(users: usize, seed: u64) -> Self {
        let chance = Chance::of(seed);
        let book = Arc::new(Book { chance, users: Mutex::default() });
        for number in 0..users {
            let mark = format!("of {number} with seed {seed}");
            let user = User { mark, access: "", refresh: "", refreshes: 0 };
            book.users.lock().unwrap().list.push(user);
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(Arc::clone(&book));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, book, _serving: serving }
    }

    /// Refuses a user's access token from now on.
    pub(crate) fn refuse(&self, user: usize) {
        self.book.users.lock().unwrap().list[user].access = "";
    }

    /// Ends a user's session: the refresh token is dead, too.
    pub(crate) fn end(&self, user: usize) {
        self.refuse(user);
        self.book.users.lock().unwrap().list[user].refresh = "";
    }

    pub(crate) fn mark(&self, user: usize) -> String {
        self.book.users.lock().unwrap().list[user].mark.clone()
    }

    pub(crate) fn refreshes(&self, user: usize) -> u32 {
        self.book.users.lock().unwrap().list[user].refreshes
    }

    pub(crate) fn totals(&self) -> Totals {
        self.book.users.lock().unwrap().totals
    }
}

impl Users {
    fn give(&mut self, user: usize) -> Value {
        let (access, refresh) = (canary("access"), canary("refresh"));
        self.owners.extend([(access, user), (refresh, user)]);
        let known = &mut self.list[user];
        (known.access, known.refresh) = (access, refresh);
        json!({ "accessToken": access, "refreshToken": refresh, "user": { "mark": known.mark } })
    }

    /// Notes a token in a request that is for somebody else; one that was never given is so in any request.
    fn check(&mut self, token: &str, is_for: Option<usize>) -> Option<usize> {
        let owner = self.owners.get(token).copied();
        // Whose session is over asks without a token.
        if !token.is_empty() && (owner.is_none() || is_for.is_some() && owner != is_for) {
            self.totals.crossed += 1;
        }
        owner
    }

    fn refresh(&mut self, token: &str, is_for: Option<usize>) -> Option<Value> {
        let owner = self.check(token, is_for)?;
        if self.list[owner].refresh != token {
            self.totals.spent_twice += u32::from(!self.list[owner].refresh.is_empty());
            return None;
        }
        self.list[owner].refreshes += 1;
        self.totals.refreshes += 1;
        Some(self.give(owner))
    }
}

async fn answer(State(book): State<Arc<Book>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let text = |name: &str| parts.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    // The id of the visit, which all of its requests repeat; a renewal is for all visits of its user.
    let is_for = text("x-request-id").strip_prefix("user-").and_then(|id| id.split('.').next()?.parse().ok());
    let bearer = text("authorization").strip_prefix("Bearer ").unwrap_or_default().to_owned();
    book.chance.dawdle().await;
    let bytes = axum::body::to_bytes(body, 100_000).await.unwrap();
    let sent: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let outcome = {
        let mut users = book.users.lock().unwrap();
        users.totals.requests += 1;
        match parts.uri.path() {
            "/auth/login" => Some(users.give(usize::try_from(sent["user"].as_u64().unwrap()).unwrap())),
            "/auth/refresh" => users.refresh(sent["refreshToken"].as_str().unwrap_or_default(), is_for),
            _ => {
                let owner = users.check(&bearer, is_for);
                let owner = owner.filter(|owner| users.list[*owner].access == bearer);
                users.totals.refused += u32::from(owner.is_none());
                owner.map(|owner| json!({ "mark": users.list[owner].mark }))
            }
        }
    };
    // An answer may take as long as it likes.
    book.chance.dawdle().await;
    let Some(data) = outcome else {
        let refusal = json!({ "success": false, "data": null, "message": "no" });
        return (StatusCode::UNAUTHORIZED, Json(refusal)).into_response();
    };
    Json(json!({ "success": true, "data": data })).into_response()
}

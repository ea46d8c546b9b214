//! A crowd of users, each with several requests at once, while their tokens are refused, renewed, dropped and ended.

use std::fmt;

use futures_util::future::{Either, join_all, select};
use serde_json::{Value, json};
use twinfetch_server_client::{ServerClient, SignedIn};

use crate::backend::{Backend, Totals};
use crate::chance::Chance;
use crate::visits::{App, Jar, page};

/// How a crowd comes.
#[derive(Clone, Copy, Debug)]
struct Setting {
    users: usize,
    rounds: usize,
    seed: u64,
}

/// A user: known to the app by a cookie, or signed in on the server itself, as services are.
enum User {
    Browser(Jar),
    Service(SignedIn),
}

/// What has been looked at.
#[derive(Default)]
struct Seen {
    answers: usize,
    dropped: usize,
    totals: Vec<Totals>,
}

/// Who asks, and whether somebody loses patience.
struct Visit {
    user: usize,
    id: String,
    is_dropped: bool,
}

async fn sign_in(app: &App, service: &ServerClient, user: usize) -> User {
    let who = json!({ "user": user });
    if user % 3 == 2 {
        return User::Service(service.background().sign_in(&who).await.unwrap());
    }
    let mut jar = Jar::default();
    let (status, headers, _) = app.visit("/sign-in", &format!("user-{user}.in"), &jar, &who).await;
    assert!(status.is_success(), "{status}");
    jar.keep(&headers);
    assert!(!jar.is_empty());
    User::Browser(jar)
}

/// What a visitor is shown, and what their browser is to keep.
async fn visit(app: &App, user: &User, id: &str) -> (Value, Option<http::HeaderMap>) {
    match user {
        User::Browser(jar) => {
            let (status, headers, shown) = app.visit("/page", id, jar, &Value::Null).await;
            (if status.is_success() { shown } else { json!(status.as_u16()) }, Some(headers))
        }
        User::Service(signed_in) => {
            let shown = page(signed_in.api()).await.map(|shown| shown.0);
            (shown.unwrap_or_else(|error| json!(error.status().map(|status| status.as_u16()))), None)
        }
    }
}

/// All visits of a round at once; each may be given up after some turns.
async fn round(
    app: &App,
    users: &[User],
    visits: Vec<Visit>,
    chance: &Chance,
) -> Vec<(usize, Value, Option<http::HeaderMap>)> {
    let all = visits.into_iter().map(|one| async move {
        chance.dawdle().await;
        let patience = async {
            for _ in 0..chance.below(200) {
                tokio::task::yield_now().await;
            }
        };
        let asked = visit(app, &users[one.user], &one.id);
        if !one.is_dropped {
            let (shown, headers) = asked.await;
            return Some((one.user, shown, headers));
        }
        match select(std::pin::pin!(asked), std::pin::pin!(patience)).await {
            Either::Left(((shown, headers), _)) => Some((one.user, shown, headers)),
            Either::Right(_) => None,
        }
    });
    join_all(all).await.into_iter().flatten().collect()
}

async fn run(setting: Setting) -> Seen {
    let Setting { users: count, rounds, seed } = setting;
    let (chance, backend) = (Chance::of(seed), Backend::new(count, !seed).await);
    let (app, client) = App::new(&backend.url);
    let mut users = join_all((0..count).map(|user| sign_in(&app, &client, user))).await;
    let (mut refused, mut seen) = (vec![0; count], Seen::default());
    for number in 0..rounds {
        let mut visits = Vec::new();
        for (user, refused) in refused.iter_mut().enumerate() {
            if chance.below(2) == 0 {
                backend.refuse(user);
                *refused += 1;
            }
            // The last one stays, so that each refusal comes to a renewal.
            let times = 1 + chance.below(4);
            visits.extend((0..times).map(|time| Visit {
                user,
                id: format!("user-{user}.{number}.{time}"),
                is_dropped: time + 1 < times && chance.below(4) == 0,
            }));
        }
        chance.shuffle(&mut visits);
        let asked = visits.len();
        let mut shown = round(&app, &users, visits, &chance).await;
        seen.dropped += asked - shown.len();
        // Responses reach a browser in any order.
        chance.shuffle(&mut shown);
        for (user, shown, headers) in shown {
            let mark = backend.mark(user);
            assert_eq!(shown, json!([mark, mark, mark, mark, mark]), "user {user}, round {number}, {setting:?}");
            seen.answers += 1;
            if let (User::Browser(jar), Some(headers)) = (&mut users[user], headers) {
                jar.keep(&headers);
            }
        }
    }
    end_some(&app, &backend, &users).await;
    for (user, refused) in refused.into_iter().enumerate() {
        assert_eq!(backend.refreshes(user), refused, "renewals of user {user}, {setting:?}");
    }
    seen.totals.push(backend.totals());
    seen
}

/// A dead session is the business of whose it is, and of nobody else.
async fn end_some(app: &App, backend: &Backend, users: &[User]) {
    let is_ended = |user: usize| user % 5 == 1;
    (0..users.len()).filter(|user| is_ended(*user)).for_each(|user| backend.end(user));
    let ids: Vec<_> = (0..users.len()).map(|user| format!("user-{user}.end")).collect();
    let shown = join_all(ids.iter().zip(users).map(|(id, user)| visit(app, user, id))).await;
    for (user, (shown, _)) in shown.into_iter().enumerate() {
        let mark = backend.mark(user);
        let is_refused = shown == json!(401) || shown.is_null();
        let expected = if is_ended(user) { is_refused } else { shown == json!([mark, mark, mark, mark, mark]) };
        assert!(expected, "user {user}: {shown}");
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = |of: fn(&Totals) -> u32| self.totals.iter().map(of).sum::<u32>();
        write!(
            formatter,
            "{} interleavings: {} pages right, {} given up, {} requests, {} refused, {} renewals, {} crossed, {} spent twice",
            self.totals.len(),
            self.answers,
            self.dropped,
            sum(|totals| totals.requests),
            sum(|totals| totals.refused),
            sum(|totals| totals.refreshes),
            sum(|totals| totals.crossed),
            sum(|totals| totals.spent_twice),
        )
    }
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.answers += other.answers;
        self.dropped += other.dropped;
        self.totals.extend(other.totals);
    }

    fn check(&self) {
        assert!(self.totals.iter().all(|totals| totals.crossed == 0 && totals.spent_twice == 0), "{self}");
        assert!(self.totals.iter().map(|totals| totals.refreshes).sum::<u32>() > 0, "{self}");
    }
}

#[tokio::test]
async fn x_01_from_two_to_a_hundred_users_at_once_never_cross() {
    for (users, rounds, seeds) in [(2, 6, 10), (10, 5, 4), (100, 4, 2)] {
        let mut all = Seen::default();
        for seed in 0..seeds {
            all.add(run(Setting { users, rounds, seed }).await);
        }
        println!("X-01, {users} users: {all}");
        all.check();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn x_01_a_hundred_users_on_four_threads_never_cross() {
    let seen = run(Setting { users: 100, rounds: 4, seed: 7 }).await;
    println!("X-01, 100 users on 4 threads: {seen}");
    seen.check();
}

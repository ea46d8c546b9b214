//! Many users who ask at once through one client.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use futures_util::future::join_all;
use serde_json::json;
use tokio::sync::Notify;
use twinfetch_server_client::{Dialect, Error, Secret, ServerClient, SignedIn, Tokens};

use crate::backend::Backend;
use crate::tally::{Answer, Tally};

const USERS: u64 = 16;

/// So many calls of each user are under way at once, and share a renewal.
const AT_ONCE: u64 = 4;

/// The users, and how far they have come.
pub(crate) struct Load {
    users: Vec<(String, SignedIn)>,
    calls: u64,
    asked: Arc<AtomicU64>,
    tenth: Arc<Notify>,
}

impl Load {
    /// Signs everybody in to a backend, behind what is at `url`.
    pub(crate) fn new(backend: &Backend, url: &str, calls: u64) -> anyhow::Result<Self> {
        let client = ServerClient::builder()
            .base_url(url)
            .dialect(Dialect::dual_token())
            .without_secrets()
            .head_timeout(Duration::from_millis(500))
            .idle_timeout(Duration::from_millis(500))
            .body_limit(64 << 10)
            .build()
            .context("the client")?;
        let enrol = |number| {
            let name = format!("user-{number}");
            let (access, refresh) = backend.enrol(&name);
            let tokens = Tokens { access: Secret::new(access), refresh: Some(Secret::new(refresh)) };
            (name, client.background().with_tokens(tokens))
        };
        Ok(Self { users: (0..USERS).map(enrol).collect(), calls, asked: Arc::default(), tenth: Arc::default() })
    }

    /// Waits until a tenth of the calls is over.
    pub(crate) fn warm(&self) -> impl Future<Output = ()> + use<> {
        let tenth = Arc::clone(&self.tenth);
        async move { tenth.notified().await }
    }

    /// Makes all calls.
    pub(crate) async fn run(&self) -> anyhow::Result<Tally> {
        let workers = self.users.iter().flat_map(|user| (0..AT_ONCE).map(move |_| user));
        let workers: Vec<_> =
            workers.map(|(name, user)| tokio::spawn(self.worker(name.clone(), user.clone()))).collect();
        let mut total = Tally::default();
        for tally in join_all(workers).await {
            total.add(&tally.context("a call panicked")?);
        }
        Ok(total)
    }

    fn worker(&self, name: String, user: SignedIn) -> impl Future<Output = Tally> + use<> {
        let (calls, asked, tenth) = (self.calls, Arc::clone(&self.asked), Arc::clone(&self.tenth));
        async move {
            let mut tally = Tally::default();
            loop {
                let question = asked.fetch_add(1, Ordering::Relaxed);
                if question >= calls {
                    return tally;
                }
                if question == calls / 10 {
                    tenth.notify_one();
                }
                tally.count((&name, question), &ask(&user, &name, question).await);
            }
        }
    }

    /// How many are signed in no more.
    pub(crate) fn signed_out(&self) -> usize {
        self.users.iter().filter(|(_, user)| user.tokens().is_none()).count()
    }
}

/// Mostly reads, and some of each kind of change.
async fn ask(user: &SignedIn, name: &str, question: u64) -> Result<Answer, Error> {
    let (api, path) = (user.api(), format!("/api/questions?question={question}"));
    let call = match question % 10 {
        7 => api.put(&path).json(&json!({ "question": question })),
        8 => api.post(&path).header("idempotency-key", question.to_string()),
        9 => api.post(&path).json(&json!({ "question": question })),
        _ => api.get(&path),
    };
    call.header("x-user", name).await
}

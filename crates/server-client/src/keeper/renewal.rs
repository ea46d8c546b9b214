//! Renewing the tokens of a keeper: once for all of its calls, and once for all keepers of one refresh token.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::task::{AbortHandle, JoinError};
use twinfetch_core::error::{Code, Error as Reason};
use twinfetch_core::seal::json;
use twinfetch_core::session::{Errand as Since, Presented, Session as Found};
use twinfetch_core::token::{self, Lifetime};
use twinfetch_core::verb::{Outcome, Permissions, Verb};

use super::{Keeper, Kept, obtain};
use crate::client::ServerClient;
use crate::driver::Credential;
use crate::errand::{Done, Errand};
use crate::incoming::fresh;
use crate::jar::Jar;
use crate::relay;
use crate::renewals::{Landing, Pair, Purpose};

/// A renewal under way.
pub(super) struct Underway {
    ended: Ended,
    task: AbortHandle,
}

/// Whether a renewal came to its end; what came of it is in the keeper.
type Ended = Shared<BoxFuture<'static, Result<(), Code>>>;

impl Keeper {
    /// What a call that was refused presents after a renewal, which is done once for all who wait.
    pub(crate) async fn renewed(self: &Arc<Self>, client: &ServerClient, generation: u64) -> Result<Presented, Reason> {
        let renewal = self.renewal(client, generation);
        if let Some(ended) = renewal {
            ended.await.map_err(Reason::new)?;
        }
        let kept = self.lock();
        let presented = kept.held.present_renewed(client.dialect(), generation)?;
        Ok(kept.complete(presented))
    }

    /// The renewal that gives tokens newer than a generation, joined or begun; `None` when there is none to wait for.
    fn renewal(self: &Arc<Self>, client: &ServerClient, generation: u64) -> Option<Ended> {
        let mut kept = self.lock();
        if kept.held.generation() != generation {
            return None;
        }
        // A task that ended without a word, with its runtime for example, keeps nobody from trying again.
        if let Some(Underway { ended, .. }) = kept.renewal.as_ref().filter(|renewal| !renewal.task.is_finished()) {
            return Some(ended.clone());
        }
        let verb = kept.held.renewal(client.dialect(), generation, client.milliseconds())?;
        // What is read in a session document is not kept here.
        let presented = kept.present(client).ok().filter(|_| verb == Verb::Refresh)?;
        let pair = kept.pair()?;
        // A task of its own: whoever began it may be gone before it ends, and the refresh token is spent by then.
        let since = kept.held.set_out(verb);
        let spending = Spending { client: client.clone(), presented, since, purpose: kept.purpose };
        let task = tokio::spawn(Arc::clone(self).renew(pair, spending));
        let abort = task.abort_handle();
        let ended = task.map(|ended| ended.map_err(|cause| why(&cause))).boxed().shared();
        kept.renewal = Some(Underway { ended: ended.clone(), task: abort });
        Some(ended)
    }

    async fn renew(self: Arc<Self>, pair: Pair, spending: Spending) {
        let Spending { client, presented, since, purpose } = spending;
        let spend = || self.spend(&pair, &client, presented, since);
        let landing = client.renewals().renew(&pair, purpose, spend).await;
        self.lock().take_renewed(since, landing, &client);
    }

    /// Spends the refresh token.
    async fn spend(&self, pair: &Pair, client: &ServerClient, presented: Presented, since: Since) -> Landing {
        let credential = Credential { presented, keeper: None };
        let errand = Errand { verb: since.verb, credential, details: None, jar: Jar::default(), request_id: fresh() };
        let Done { outcome, set_cookies, .. } = match errand.run(client).await {
            Ok(done) => done,
            Err(error) => return Landing::Failed(error.into_parts().0),
        };
        let mut kept = self.lock();
        if kept.held.concerns(since.read) {
            kept.set_cookies.extend(relay::known(&set_cookies, client));
        }
        match outcome {
            Outcome::Tokens(tokens) => kept.landing(pair.renewed(tokens, client.milliseconds()), client),
            Outcome::Gone => Landing::Gone,
            _ => Landing::Failed(Reason::new(Code::MalformedBody)),
        }
    }

    /// Renews tokens that are about to end before anything is sent with them. When that fails they may still be good: if
    /// not, they are refused.
    pub(crate) async fn freshen(self: &Arc<Self>, client: &ServerClient) {
        let due = {
            let kept = self.lock();
            let lifetime = kept.held.tokens().and_then(|tokens| lifetime(tokens.access.expose()));
            let due_at = kept.held.due_at(client.dialect(), lifetime, kept.random);
            due_at.filter(|due_at| *due_at <= client.milliseconds()).map(|_| kept.held.generation())
        };
        if let Some(generation) = due {
            drop(self.renewed(client, generation).await);
        }
    }

    /// Waits for renewals that are under way, and takes the newest tokens: who leaves ends those.
    pub(crate) async fn settled_to_leave(&self, client: &ServerClient) {
        let renewal = self.lock().renewal.as_ref().map(|renewal| renewal.ended.clone());
        if let Some(ended) = renewal {
            let _ = ended.await;
        }
        let pair = {
            let mut kept = self.lock();
            kept.purpose = Purpose::Leave;
            kept.pair()
        };
        let Some(pair) = pair else { return };
        if let Some(newer) = client.renewals().end(&pair).await {
            self.lock().adopt(&newer);
        }
    }

    /// Takes over what this process knows to be newer, so that nothing old is shown first.
    pub(crate) fn catch_up(&self, client: &ServerClient) {
        let pair = self.lock().pair();
        if let Some(newer) = pair.and_then(|pair| client.renewals().newest(&pair)) {
            self.lock().adopt(&newer);
        }
    }
}

/// What a renewal needs beside its pair.
struct Spending {
    client: ServerClient,
    presented: Presented,
    since: Since,
    purpose: Purpose,
}

impl Kept {
    /// How a renewal ended that brought a pair: well, where it can be kept.
    fn landing(&self, renewed: Pair, client: &ServerClient) -> Landing {
        let kept = self.owned.as_ref().zip(client.own_session());
        let written = kept.map(|(owned, own_session)| own_session.write(owned, &renewed.tokens()));
        match written {
            Some(Err(cause)) => Landing::Failed(cause),
            Some(Ok(_)) | None => Landing::Renewed(renewed),
        }
    }

    fn adopt(&mut self, newer: &Pair) {
        self.note(newer);
        obtain(&mut self.held, Verb::Refresh, newer.tokens(), newer.obtained_at);
    }

    fn note(&mut self, newer: &Pair) {
        self.renewed = newer.generation;
        self.owned = self.owned.as_ref().map(|owned| owned.renewed(newer));
    }

    fn take_renewed(&mut self, since: Since, landing: Landing, client: &ServerClient) {
        self.renewal = None;
        let (mut now, concerned) = (client.milliseconds(), self.held.concerns(since.read));
        let ended = match landing {
            Landing::Renewed(pair) => {
                now = pair.obtained_at.unwrap_or(now);
                if concerned {
                    self.note(&pair);
                }
                Ok(Outcome::<Found<()>>::Tokens(pair.tokens()))
            }
            Landing::Gone => Ok(Outcome::Gone),
            Landing::Failed(cause) => Err(cause),
        };
        // What failed is told to whoever waits, by what they present then.
        drop(self.held.take(since, ended, |_, _| Permissions::default(), now));
        if self.held.tokens().is_none() {
            self.leave();
        }
    }
}

/// How long an access token lives by its own word, where it says so.
fn lifetime(token: &str) -> Option<Lifetime> {
    let payload = URL_SAFE_NO_PAD.decode(token::payload(token)?).ok()?;
    Lifetime::of(&&json::parse(&payload).ok()?)
}

/// Why a task came to no end of its own.
fn why(cause: &JoinError) -> Code {
    if cause.is_panic() { Code::CorePanicked } else { Code::Aborted }
}

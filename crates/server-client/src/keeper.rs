//! The tokens of somebody who signed in here, kept in memory and renewed once for all who wait.
//!
//! ```text
//!  call ── refused ──┐
//!  call ── refused ──┼──▶ one renewal, a task of its own ──▶ the new tokens, or why there are none
//!  call ── refused ──┘        (whoever began it may be gone)
//! ```

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use http::HeaderValue;
use serde_json::Value;
use twinfetch_core::error::Error as Reason;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Authenticated, Errand as Since, Held, Presented, Session as Found, Standing, Tokens};
use twinfetch_core::verb::{Outcome, Permissions, Verb};

use crate::answer::Answer;
use crate::client::ServerClient;
use crate::driver::Credential;
use crate::errand::{Done, Errand};
use crate::error::Error;
use crate::incoming::fresh;
use crate::jar::Jar;
use crate::memo::{Key, Memo};
use crate::relay;
use crate::session::Session;

/// A renewal under way.
type Renewal = Shared<BoxFuture<'static, ()>>;

/// What is kept of a sign-in.
pub(crate) struct Keeper {
    kept: Mutex<Kept>,
}

struct Kept {
    held: Held<()>,
    renewal: Option<Renewal>,
    /// The cookies to pass on, where the backend takes no bearer token.
    cookie: Option<Secret>,
    mirrored: Option<String>,
    /// Who signed in, where the app and not the backend says it.
    session: Option<Session>,
    /// What browsers shall keep.
    set_cookies: Vec<HeaderValue>,
    /// The tokens that the browser has, or shall not have.
    known: u64,
}

/// What somebody signed in with, beside tokens.
#[derive(Default)]
pub(crate) struct Entered {
    pub(crate) cookie: Option<Secret>,
    pub(crate) mirrored: Option<String>,
    pub(crate) session: Option<Session>,
    pub(crate) set_cookies: Vec<HeaderValue>,
}

impl Keeper {
    /// Keeps what a sign-in brought.
    pub(crate) fn new(tokens: Option<Tokens>, entered: Entered) -> Self {
        let Entered { cookie, mirrored, session, set_cookies } = entered;
        let mut held = Held::new(0);
        let known = held.generation();
        held.sign_in(tokens);
        Self { kept: Mutex::new(Kept { held, renewal: None, cookie, mirrored, session, set_cookies, known }) }
    }

    /// Keeps tokens that the app itself has stored: its browser knows of them what it shall.
    pub(crate) fn resumed(tokens: Tokens) -> Self {
        let keeper = Self::new(Some(tokens), Entered::default());
        {
            let mut kept = keeper.lock();
            kept.known = kept.held.generation();
        }
        keeper
    }

    pub(crate) fn tokens(&self) -> Option<Tokens> {
        self.lock().held.tokens().cloned()
    }

    pub(crate) fn generation(&self) -> u64 {
        self.lock().held.generation()
    }

    /// What a call presents.
    pub(crate) fn present(&self, client: &ServerClient) -> Result<Presented, Reason> {
        self.lock().present(client)
    }

    /// What a call that was refused presents after a renewal, which is done once for all who wait.
    pub(crate) async fn renewed(self: &Arc<Self>, client: &ServerClient, generation: u64) -> Result<Presented, Reason> {
        let renewal = self.renewal(client, generation);
        if let Some(renewal) = renewal {
            renewal.await;
        }
        let kept = self.lock();
        let presented = kept.held.present_renewed(client.dialect(), generation)?;
        Ok(kept.complete(presented))
    }

    /// The renewal that gives tokens newer than a generation, joined or begun; `None` when there is none to wait for.
    fn renewal(self: &Arc<Self>, client: &ServerClient, generation: u64) -> Option<Renewal> {
        let mut kept = self.lock();
        if kept.held.generation() != generation {
            return None;
        }
        if let Some(renewal) = &kept.renewal {
            return Some(renewal.clone());
        }
        let verb = kept.held.renewal(client.dialect(), generation, client.milliseconds())?;
        // What is read in a session document is not kept here.
        let presented = kept.present(client).ok().filter(|_| verb == Verb::Refresh)?;
        // A task of its own: whoever began it may be gone before it ends, and the refresh token is spent by then.
        let since = kept.held.set_out(verb);
        let task = tokio::spawn(Arc::clone(self).renew(client.clone(), presented, since));
        let renewal = task.map(drop).boxed().shared();
        kept.renewal = Some(renewal.clone());
        Some(renewal)
    }

    async fn renew(self: Arc<Self>, client: ServerClient, presented: Presented, since: Since) {
        let credential = Credential { presented, keeper: None };
        let errand = Errand { verb: since.verb, credential, details: None, jar: Jar::default(), request_id: fresh() };
        let ended = errand.run(&client).await;
        self.lock().take_renewed(since, ended, &client);
    }

    /// Waits for a renewal that is under way.
    pub(crate) async fn settled(&self) {
        let renewal = self.lock().renewal.clone();
        if let Some(renewal) = renewal {
            renewal.await;
        }
    }

    /// Who is signed in: the app's word at the sign-in, else the backend's, which is asked once per incoming request.
    pub(crate) async fn session(
        self: &Arc<Self>,
        client: &ServerClient,
        request_id: String,
        memo: Option<&Memo>,
    ) -> Result<Session, Error> {
        let presented = {
            let kept = self.lock();
            if kept.held.tokens().is_none() && kept.cookie.is_none() {
                return Ok(Session::Anonymous);
            }
            if let Some(session) = &kept.session {
                return Ok(session.clone());
            }
            kept.present(client).map_err(Error::new)?
        };
        let key = Key::of_verb(Verb::ReadSession, &presented);
        let (keeper, own) = (Arc::clone(self), client.clone());
        let ask = move || keeper.ask(own, presented, request_id);
        let told = match memo {
            Some(memo) => memo.once(key, ask).await?,
            None => ask().await?,
        };
        Session::of_document(told.decode()?.data, client)
    }

    /// Asks the backend who is signed in; `null` is nobody.
    async fn ask(
        self: Arc<Self>,
        client: ServerClient,
        presented: Presented,
        request_id: String,
    ) -> Result<Answer, Error> {
        let since = self.lock().held.set_out(Verb::ReadSession);
        let credential = Credential { presented, keeper: Some(Arc::clone(&self)) };
        let errand = Errand { verb: since.verb, credential, details: None, jar: Jar::default(), request_id };
        let Done { outcome, document, .. } = errand.run(&client).await?;
        let is_nobody = matches!(outcome, Outcome::Session(Standing::Anonymous));
        let found = if is_nobody {
            Found::Anonymous
        } else {
            let (claims, user) = ((), String::new());
            Found::Authenticated(Authenticated { claims, user, access_token: None, expires_at: None })
        };
        self.lock().held.finish(since.read, found, client.milliseconds());
        Ok(Answer::of(if is_nobody { &Value::Null } else { &document }))
    }

    /// Forgets it all: the session is over.
    pub(crate) fn sign_out(&self, told: bool, client: &ServerClient) {
        let mut kept = self.lock();
        kept.held.sign_out(told, client.milliseconds());
        kept.leave();
    }

    /// The `Set-Cookie` lines for the browser of whoever signed in.
    pub(crate) fn set_cookies(&self, client: &ServerClient) -> Vec<HeaderValue> {
        let kept = self.lock();
        let mut lines = kept.set_cookies.clone();
        if kept.held.generation() != kept.known {
            lines.extend(relay::access_cookie(kept.held.tokens(), client));
        }
        lines
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn present(&self, client: &ServerClient) -> Result<Presented, Reason> {
        Ok(self.complete(self.held.present(client.dialect())?))
    }

    fn complete(&self, presented: Presented) -> Presented {
        Presented { cookie: self.cookie.clone(), mirrored: self.mirrored.clone(), ..presented }
    }

    fn take_renewed(&mut self, since: Since, ended: Result<Done, Error>, client: &ServerClient) {
        self.renewal = None;
        let ended = match ended {
            Ok(Done { outcome, set_cookies, .. }) => {
                if self.held.concerns(since.read) {
                    self.set_cookies.extend(relay::known(&set_cookies, client));
                }
                Ok(outcome.with_session(|_| Found::Anonymous))
            }
            Err(error) => Err(error.into_parts().0),
        };
        // What failed is told to whoever waits, by what they present then.
        drop(self.held.take(since, ended, |_, _| Permissions::default(), client.milliseconds()));
        if self.held.tokens().is_none() {
            self.leave();
        }
    }

    fn leave(&mut self) {
        (self.cookie, self.mirrored, self.session) = (None, None, None);
        self.set_cookies.clear();
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Keeper(***)")
    }
}

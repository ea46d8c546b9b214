//! The tokens of somebody who signed in here, kept in memory and renewed once for all who wait.
//!
//! ```text
//!  call ── refused ──┐
//!  call ── refused ──┼──▶ one renewal, a task of its own ──▶ the new tokens, or why there are none
//!  call ── refused ──┘        (whoever began it may be gone)
//! ```

mod renewal;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderValue;
use serde_json::Value;
use twinfetch_core::error::Error as Reason;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Authenticated, Held, Presented, Session as Found, Standing, Tokens};
use twinfetch_core::verb::{Outcome, Permissions, Verb};

use crate::answer::Answer;
use crate::client::ServerClient;
use crate::driver::Credential;
use crate::errand::{Done, Errand};
use crate::error::Error;
use crate::jar::Jar;
use crate::memo::{Key, Memo};
use crate::own_session::Owned;
use crate::relay;
use crate::renewals::{Pair, Purpose, SessionId};
use crate::session::Session;
use renewal::Underway;

/// What is kept of a sign-in.
pub(crate) struct Keeper {
    kept: Mutex<Kept>,
}

struct Kept {
    held: Held<()>,
    renewal: Option<Underway>,
    /// Why renewals are wanted from now on.
    purpose: Purpose,
    /// How often the tokens were renewed.
    renewed: u64,
    /// What spreads the renewals of many sessions; the same in all requests of one.
    random: u32,
    /// The session that this server keeps for the browser.
    owned: Option<Owned>,
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
    /// When the tokens came from the backend, in milliseconds since 1970, where that is known.
    pub(crate) obtained_at: Option<u64>,
    pub(crate) owned: Option<Owned>,
}

impl Keeper {
    /// Keeps what a sign-in brought.
    pub(crate) fn new(tokens: Option<Tokens>, entered: Entered) -> Self {
        let Entered { cookie, mirrored, session, set_cookies, obtained_at, owned } = entered;
        let mut held = Held::new(0);
        let known = held.generation();
        match tokens {
            Some(tokens) => obtain(&mut held, Verb::SignIn, tokens, obtained_at),
            None => held.sign_in(None),
        }
        let renewed = owned.as_ref().map_or(0, |owned| owned.generation);
        let (renewal, purpose) = (None, Purpose::Stay);
        let random = owned.as_ref().map_or_else(SessionId::fresh, |owned| owned.id).random();
        let kept =
            Kept { held, renewal, purpose, renewed, random, owned, cookie, mirrored, session, set_cookies, known };
        Self { kept: Mutex::new(kept) }
    }

    /// Keeps tokens that were stored, by the app itself or in a cookie: the browser knows of them what it shall.
    pub(crate) fn resumed(tokens: Tokens, entered: Entered) -> Self {
        let keeper = Self::new(Some(tokens), entered);
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

    /// Whether this server keeps the session for the browser.
    pub(crate) fn is_owned(&self) -> bool {
        self.lock().owned.is_some()
    }

    /// What a call presents.
    pub(crate) fn present(&self, client: &ServerClient) -> Result<Presented, Reason> {
        self.lock().present(client)
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
        let has_changed = kept.held.generation() != kept.known;
        match &kept.owned {
            Some(owned) if has_changed || kept.held.tokens().is_none() => {
                lines.extend(kept.own_cookies(owned, client));
            }
            None if has_changed => lines.extend(relay::access_cookie(kept.held.tokens(), client)),
            _ => {}
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

    /// The tokens, where they can be renewed.
    fn pair(&self) -> Option<Pair> {
        Pair::of(self.owned.as_ref().map(|owned| owned.id), self.renewed, self.held.tokens()?)
    }

    /// The cookies of a session that this server keeps: as it is known by now, or none where it is over.
    fn own_cookies(&self, owned: &Owned, client: &ServerClient) -> Vec<HeaderValue> {
        let Some(own_session) = client.own_session() else { return Vec::new() };
        let is_ended = client.renewals().is_ended(owned.id);
        // Who has ended it tells the browser, which may have the cookie of another session by the time that this answer comes.
        if is_ended && self.purpose == Purpose::Stay {
            return Vec::new();
        }
        let Some(tokens) = self.held.tokens().filter(|_| !is_ended) else {
            return own_session.clear(&owned.received());
        };
        // A request that came later may have renewed it since, and its answer may be there before this one.
        let newer = self.pair().and_then(|pair| client.renewals().newest(&pair));
        let (owned, tokens) = match newer {
            Some(newer) => (owned.renewed(&newer), newer.tokens()),
            None => (owned.clone(), tokens.clone()),
        };
        own_session.write(&owned, &tokens).unwrap_or_else(|cause| {
            tracing::error!(code = cause.code().name(), "the session cannot be kept in its cookie");
            Vec::new()
        })
    }

    fn leave(&mut self) {
        (self.cookie, self.mirrored, self.session) = (None, None, None);
        self.set_cookies.clear();
    }
}

/// Takes tokens over that the backend gave at a moment.
fn obtain(held: &mut Held<()>, verb: Verb, tokens: Tokens, at: Option<u64>) {
    match at {
        Some(at) => {
            let since = held.set_out(verb);
            drop(held.take(since, Ok(Outcome::Tokens(tokens)), |_, _| Permissions::default(), at));
        }
        None if verb == Verb::Refresh => held.renew(tokens),
        None => held.sign_in(Some(tokens)),
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Keeper(***)")
    }
}

//! What belongs to one incoming request, or to none, and dies with it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use http::{HeaderMap, HeaderValue};
use tokio::sync::OnceCell;
use twinfetch_core::seal::SessionError;
use twinfetch_core::session::Presented;
use twinfetch_core::verb::Verb;
use uuid::Uuid;

use crate::client::ServerClient;
use crate::driver::Credential;
use crate::errand::Errand;
use crate::error::Error;
use crate::jar::Jar;
use crate::keeper::Keeper;
use crate::memo::Memo;
use crate::own_session::Opened;
use crate::relay;
use crate::seal::Seal;
use crate::session::{Authenticated, Resolved, Session};
use crate::visitor::{Visitor, forwarded, knows_somebody};

/// What belongs to one incoming request, or to none, and dies with it.
pub(crate) struct Incoming {
    client: ServerClient,
    /// Absent where there is no incoming request.
    visitor: Option<Visitor>,
    request_id: Option<String>,
    resolved: OnceLock<Resolved>,
    /// The session that this server keeps by itself, where the request brings one.
    owned: OnceLock<Option<Arc<Keeper>>>,
    /// Who is signed in by the backend's word, where there is no seal.
    told: OnceCell<Result<Session, Error>>,
    /// Whether the response may depend on who is signed in.
    personal: AtomicBool,
    signed_out: AtomicBool,
    outgoing: Mutex<Vec<Outgoing>>,
    memo: Option<Memo>,
}

/// Cookies for the response.
pub(crate) enum Outgoing {
    Lines(Vec<HeaderValue>),
    /// Those of somebody who signed in, as they are when the response leaves.
    Of(Arc<Keeper>),
}

impl Incoming {
    /// Of a request with these headers, or of none.
    pub(crate) fn new(client: ServerClient, headers: Option<&HeaderMap>) -> Self {
        Self {
            client,
            visitor: headers.map(Visitor::new),
            request_id: headers.map(|headers| headers.get(REQUEST_ID).and_then(sane).unwrap_or_else(fresh)),
            resolved: OnceLock::new(),
            owned: OnceLock::new(),
            told: OnceCell::new(),
            personal: AtomicBool::new(false),
            signed_out: AtomicBool::new(false),
            outgoing: Mutex::default(),
            memo: headers.map(|_| Memo::default()),
        }
    }

    fn resolved(&self) -> &Resolved {
        self.keeper();
        self.resolved.get_or_init(|| match &self.visitor {
            Some(visitor) => Resolved::open(self.client.dialect(), self.client.seal(), visitor, self.client.now()),
            None => Resolved { session: Ok(Session::Anonymous), refusal: None },
        })
    }

    /// Who keeps the visitor's tokens, where this server does it by itself.
    pub(crate) fn keeper(&self) -> Option<&Arc<Keeper>> {
        let (own_session, visitor) = (self.client.own_session()?, self.visitor.as_ref()?);
        let owned = self.owned.get_or_init(|| {
            let Opened { keeper, stale, refusal } = own_session.open(visitor, &self.client);
            // What was refused is told of as a session that a seal refused.
            let _ = self.resolved.set(Resolved { session: Ok(Session::Anonymous), refusal });
            let keeper = keeper.map(Arc::new);
            self.give(keeper.clone().map_or(Outgoing::Lines(stale), Outgoing::Of));
            keeper
        });
        owned.as_ref().filter(|_| !self.is_signed_out())
    }

    /// What calls of the visitor show.
    pub(crate) fn present(&self) -> Result<Presented, Error> {
        let Some(visitor) = self.visitor.as_ref().filter(|_| !self.is_signed_out()) else {
            return Ok(Presented::default());
        };
        self.becomes_personal();
        let passed_on = visitor.passed_on(self.client.dialect());
        if forwarded(self.client.dialect()).is_some() {
            return Ok(passed_on);
        }
        let session = self.resolved().session.as_ref().map_err(Clone::clone)?;
        let token = session.authenticated().and_then(Authenticated::access_token).cloned();
        Ok(Presented { token, ..passed_on })
    }

    fn is_signed_out(&self) -> bool {
        self.signed_out.load(Ordering::Relaxed)
    }

    /// Has the response set cookies.
    pub(crate) fn give(&self, outgoing: Outgoing) {
        // A background has no response that could set cookies.
        if self.visitor.is_some() {
            self.becomes_personal();
            self.outgoing.lock().unwrap_or_else(PoisonError::into_inner).push(outgoing);
        }
    }

    pub(crate) const fn client(&self) -> &ServerClient {
        &self.client
    }

    pub(crate) const fn visitor(&self) -> Option<&Visitor> {
        self.visitor.as_ref()
    }

    pub(crate) const fn memo(&self) -> Option<&Memo> {
        self.memo.as_ref()
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    pub(crate) fn request_id_or_fresh(&self) -> String {
        self.request_id.clone().unwrap_or_else(fresh)
    }

    /// Who the visitor is.
    pub(crate) async fn session(&self) -> Result<Session, Error> {
        let Some(visitor) = self.visitor.as_ref().filter(|_| !self.is_signed_out()) else {
            return Ok(Session::Anonymous);
        };
        let asks = matches!(self.client.seal(), Seal::None) && forwarded(self.client.dialect()).is_some();
        if !asks {
            return self.resolved().session.clone();
        }
        self.becomes_personal();
        if !knows_somebody(&visitor.cookies(), self.client.dialect()) {
            return Ok(Session::Anonymous);
        }
        self.told.get_or_init(|| self.ask(visitor)).await.clone()
    }

    async fn ask(&self, visitor: &Visitor) -> Result<Session, Error> {
        let credential = Credential { presented: visitor.passed_on(self.client.dialect()), keeper: None };
        let request_id = self.request_id_or_fresh();
        let errand = Errand { verb: Verb::ReadSession, credential, details: None, jar: Jar::default(), request_id };
        Ok(errand.run(&self.client).await?.session(&self.client))
    }

    pub(crate) fn refusal(&self) -> Option<SessionError> {
        self.resolved().refusal
    }

    pub(crate) fn is_personal(&self) -> bool {
        self.resolved.get().is_some() || self.personal.load(Ordering::Relaxed)
    }

    pub(crate) fn becomes_personal(&self) {
        self.personal.store(true, Ordering::Relaxed);
    }

    /// From now on the visitor is nobody.
    pub(crate) fn sign_out(&self) {
        self.signed_out.store(true, Ordering::Relaxed);
    }

    /// The cookies for the response.
    pub(crate) fn set_cookies(&self) -> Vec<HeaderValue> {
        let outgoing = self.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        let owned = |outgoing: &Outgoing| matches!(outgoing, Outgoing::Of(keeper) if keeper.is_owned());
        // The chunks of two sessions are never mixed.
        let last = outgoing.iter().rposition(owned);
        let lines = outgoing.iter().enumerate().flat_map(|(index, outgoing)| match outgoing {
            Outgoing::Lines(lines) => lines.clone(),
            Outgoing::Of(keeper) if keeper.is_owned() && Some(index) != last => Vec::new(),
            Outgoing::Of(keeper) => keeper.set_cookies(&self.client),
        });
        relay::last_of_each(lines.collect())
    }
}

pub(crate) const REQUEST_ID: &str = "x-request-id";

pub(crate) fn fresh() -> String {
    Uuid::new_v4().to_string()
}

/// An id that another service made, if it cannot do harm in a header or a log.
fn sane(id: &HeaderValue) -> Option<String> {
    let id = id.to_str().ok().filter(|id| (1..=128).contains(&id.len()))?;
    id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte)).then(|| id.to_owned())
}

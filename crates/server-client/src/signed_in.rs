//! Signing in, and somebody who has.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue};
use serde::Serialize;
use twinfetch_core::cookie::Cookies;
use twinfetch_core::error::{Code, Error as Reason, Sent};
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Presented, Tokens};
use twinfetch_core::verb::{Outcome, Verb};

use crate::api::Api;
use crate::client::ServerClient;
use crate::driver::Credential;
use crate::errand::{Done, details};
use crate::error::Error;
use crate::keeper::{Entered, Keeper};
use crate::own_session::Owned;
use crate::relay;
use crate::session::Session;
use crate::visitor::{Visitor, mirrored, passed_on};

/// Somebody who signed in here: their tokens, and the backend as they see it.
///
/// The tokens are kept in memory and renewed as the dialect has it: once for any number of calls that were refused, also when the
/// call that began it is dropped. Clones share them; they are gone with the last one.
///
/// Made from an incoming request it belongs to that request, whose equal reads are one: for later requests keep the
/// [tokens](Self::tokens) and go on [with them](Api::with_tokens), or sign in with [`ServerClient::background`], which
/// reads anew each time.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # use twinfetch_backend::{Options, System};
/// # let backend = twinfetch_backend::serve(Options { system: System::DualToken, ..Options::default() }).await?;
/// use serde_json::{Value, json};
/// use twinfetch_server_client::{Dialect, ServerClient};
///
/// let client = ServerClient::builder().base_url(backend.url()).dialect(Dialect::dual_token()).without_secrets().build()?;
/// let credentials = json!({ "email": "ada@example.com", "password": "lovelace-1843" });
/// let service = client.background().sign_in(&credentials).await?;
/// let posts: Vec<Value> = service.api().get("/api/posts").await?;
/// service.api().sign_out().await?;
/// assert!(service.tokens().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SignedIn {
    api: Api,
    keeper: Arc<Keeper>,
}

impl Api {
    /// Signs somebody in with credentials, which are sent as one JSON object with the names that the backend has for them.
    ///
    /// The cookies by which their browser stays signed in are added to the response of this incoming request by
    /// `ApiLayer` or [`Self::relay`]: those which the backend sets and the dialect knows, without
    /// `Domain`; or, where the dialect's tokens are for the client to keep and its seal names a cookie, one with the access
    /// token (`HttpOnly`, `SameSite=Lax`, as long as the token); or both tokens, sealed, with
    /// [`Builder::own_session`](crate::Builder::own_session). Sign a service account in with
    /// [`ServerClient::background`], whose tokens reach no browser.
    ///
    /// # Errors
    /// `sign_in_refused` when the credentials are wrong; `session_too_large` when the tokens do not fit into cookies; else what kept
    /// the credentials from being judged, such as `rate_limited` with [`Error::retry_after`].
    pub async fn sign_in(&self, credentials: &(impl Serialize + ?Sized)) -> Result<SignedIn, Error> {
        self.enter(Verb::SignIn, credentials).await
    }

    /// Makes an account and signs its user in, as [`Self::sign_in`].
    ///
    /// # Errors
    /// `sign_in_refused` or `rejected`, with the backend's message, when it makes no such account.
    pub async fn register(&self, account: &(impl Serialize + ?Sized)) -> Result<SignedIn, Error> {
        self.enter(Verb::Register, account).await
    }

    /// Spends a refresh token, which the app has kept, on new tokens.
    ///
    /// Each call spends it. Where several requests may come with the same one, and a second use of it would end the session, go on
    /// [with the tokens](Self::with_tokens) instead: they are renewed once.
    ///
    /// # Errors
    /// `unauthorized` when the token is dead; else what kept it from being judged.
    pub async fn refresh(&self, refresh_token: impl Into<String>) -> Result<SignedIn, Error> {
        let refresh = Some(Secret::new(refresh_token));
        let presented = Presented { refresh, ..Presented::default() };
        let done = self.errand(Verb::Refresh, Credential { presented, keeper: None }, None).await?;
        self.entered(done)
    }

    /// Goes on with tokens that the app has kept: calls as their owner, renewed as after a sign-in.
    ///
    /// Nothing is sent. The browser gets a cookie only when the tokens were renewed. However many go on with the same tokens in this
    /// process, their refresh token is spent once: who comes up to five minutes later gets what it brought.
    pub fn with_tokens(&self, tokens: Tokens) -> SignedIn {
        let keeper = Keeper::resumed(tokens, Entered::default());
        // What they have brought may have ended since: from there it goes on, not from what was spent.
        keeper.catch_up(self.client());
        self.kept_by(keeper)
    }

    async fn enter(&self, verb: Verb, with: &(impl Serialize + ?Sized)) -> Result<SignedIn, Error> {
        let details = details(with)?;
        // Whoever was signed in before is not asked who they were; only their cookies go along, where cookies do.
        let presented = self.visitor().map(|visitor| visitor.passed_on(self.client().dialect())).unwrap_or_default();
        let done = self.errand(verb, Credential { presented, keeper: None }, Some(details)).await?;
        self.entered(done)
    }

    fn entered(&self, done: Done) -> Result<SignedIn, Error> {
        let client = self.client();
        let keeper = match done.outcome {
            Outcome::Tokens(tokens) => {
                let set_cookies = relay::known(&done.set_cookies, client);
                // The backend has signed them in.
                let owned = self.begin_owned(&tokens).map_err(answered)?;
                let obtained_at = Some(client.milliseconds());
                Keeper::new(Some(tokens), Entered { set_cookies, obtained_at, owned, ..Entered::default() })
            }
            Outcome::Accepted => by_cookies(&done.set_cookies, client)?,
            _ => return Err(answered(Reason::new(Code::Unauthorized))),
        };
        Ok(self.kept_by(keeper))
    }

    /// The session that this server keeps of somebody who signs in, where it keeps any.
    ///
    /// # Errors
    /// `session_too_large`: before the browser is told anything.
    pub(crate) fn begin_owned(&self, tokens: &Tokens) -> Result<Option<Owned>, Reason> {
        let client = self.client();
        let Some(own_session) = client.own_session() else { return Ok(None) };
        let received = self.visitor().map(Visitor::cookies).unwrap_or_default();
        let owned = own_session.begin(&received, client.seconds());
        own_session.write(&owned, tokens)?;
        if let Ok(Some((before, _))) = own_session.read(&received, client.seconds()) {
            client.renewals().replace(before.id);
        }
        Ok(Some(owned))
    }

    pub(crate) fn kept_by(&self, keeper: Keeper) -> SignedIn {
        let keeper = Arc::new(keeper);
        self.give_to_browser(&keeper);
        SignedIn { api: self.kept(Arc::clone(&keeper)), keeper }
    }
}

/// What the backend has answered cannot be used: it is done all the same.
fn answered(reason: Reason) -> Error {
    Error::new(reason.after(1, Sent::Acknowledged))
}

/// What a sign-in brought whose answer is cookies.
fn by_cookies(lines: &[HeaderValue], client: &ServerClient) -> Result<Keeper, Error> {
    let pairs: Vec<(String, String)> = lines
        .iter()
        .filter_map(relay::pair)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let cookies: Cookies<'_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (cookie, mirror) = passed_on(&cookies, client.dialect());
    let session = Session::of_cookies(&cookies, client)?;
    let token = match &session {
        Some(Session::Authenticated(session)) => session.access_token().cloned(),
        // This server cannot open it, and neither has to: the backend has just made it.
        _ => client.sealed_token(&cookies),
    };
    let tokens = token.map(|access| Tokens { access, refresh: None });
    let session = session.filter(|_| client.is_session_of_app());
    let set_cookies = relay::known(lines, client);
    let mirrored = mirror.filter(|_| mirrored(client.dialect()).is_some());
    Ok(Keeper::new(tokens, Entered { cookie, mirrored, session, set_cookies, ..Entered::default() }))
}

impl SignedIn {
    /// The tokens as they are now; `None` when the session is over, or is one of cookies alone.
    pub fn tokens(&self) -> Option<Tokens> {
        self.keeper.tokens()
    }

    /// The backend as whoever signed in sees it.
    pub fn api(&self) -> Api {
        self.api.clone()
    }

    /// Renews the tokens now. Who asks while a renewal is under way gets what it brings.
    ///
    /// # Errors
    /// `unauthorized` when the session is over; else why it could not be renewed, such as `rate_limited`, after which
    /// nothing is asked again before [`Error::retry_after`] has passed.
    pub async fn refresh(&self) -> Result<(), Error> {
        let generation = self.keeper.generation();
        let renewed = self.keeper.renewed(self.api.client(), generation).await.map_err(Error::new)?;
        match renewed.token {
            Some(_) if self.keeper.generation() != generation => Ok(()),
            _ => Err(Error::new(Reason::new(Code::Unauthorized))),
        }
    }

    /// The `Set-Cookie` lines by which the browser of whoever signed in stays signed in.
    pub fn set_cookies(&self) -> Vec<HeaderValue> {
        relay::last_of_each(self.keeper.set_cookies(self.api.client()))
    }

    /// Adds [`Self::set_cookies`] to a response, where `ApiLayer` does not do it. What the response says of
    /// a cookie already stays.
    pub fn relay(&self, response: &mut HeaderMap) {
        relay::append(response, self.set_cookies());
    }
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SignedIn(***)")
    }
}

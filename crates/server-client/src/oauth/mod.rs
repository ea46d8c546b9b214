//! Sign-in at an `OpenID` provider (Google, for example) for axum: the two routes that send a browser there and take it back.
//!
//! ```text
//! GET /api/auth/google?return_to=/journeys     OAuth::start      302 to the provider, and the flow cookie
//! GET /api/auth/google/callback?code&state     OAuth::callback   SignedIn, which the app makes its session of; 303
//! ```
//!
//! ```
//! use axum::extract::{Query, State};
//! use axum::http::{HeaderMap, HeaderValue, Uri, header::SET_COOKIE};
//! use axum::response::{IntoResponse, Response};
//! use axum::{Router, routing::get};
//! use twinfetch_server_client::oauth::{Identity, OAuth, OAuthError};
//!
//! #[derive(serde::Deserialize)]
//! struct Start {
//!     return_to: Option<String>,
//! }
//!
//! async fn start(State(oauth): State<OAuth>, Query(query): Query<Start>) -> Result<Response, OAuthError> {
//!     oauth.start(query.return_to.as_deref()).await
//! }
//!
//! async fn callback(State(oauth): State<OAuth>, uri: Uri, headers: HeaderMap) -> Response {
//!     match oauth.callback(&uri, &headers).await {
//!         Ok(signed_in) => {
//!             let mut response = signed_in.redirect(); // 303 to where the user wanted to go
//!             response.headers_mut().append(SET_COOKIE, session_of(signed_in.identity()));
//!             response
//!         }
//!         Err(error) => error.redirect("/login"), // 303 to /login?error=flow_expired, or error.into_response()
//!     }
//! }
//!
//! fn session_of(who: &Identity) -> HeaderValue {
//!     let (_issuer, _subject) = who.key(); // the app's users are keyed by both, never by the e-mail address
//!     HeaderValue::from_static("app_session=of the app; Path=/; HttpOnly; Secure; SameSite=Lax")
//! }
//!
//! let oauth = OAuth::builder()
//!     .issuer("https://accounts.google.com")
//!     .client_id("of the app")
//!     .client_secret("from Google")
//!     .redirect_uri("https://app.example.com/api/auth/google/callback")
//!     .secrets(["change me: at least 32 characters"])
//!     .build()?;
//! let app: Router = Router::new()
//!     .route("/api/auth/google", get(start))
//!     .route("/api/auth/google/callback", get(callback))
//!     .with_state(oauth);
//! # Ok::<(), twinfetch_server_client::Error>(())
//! ```
//!
//! # What is checked
//!
//! State, nonce and PKCE verifier (S256) wait in one encrypted cookie of ten minutes, whose keys are derived for nothing but
//! sign-ins of this client at this issuer: it is no session, and no session is a flow. Every outcome deletes it. The state is
//! compared in constant time, `iss` must be the provider's (RFC 9207), and the `id_token` must be signed by one of the provider's
//! own keys, for this client (`aud`, `azp`), with this nonce, in its time and for this access token (`at_hash`). Keys that the
//! provider changes are read again.
//!
//! Redirects are never followed on the way to the provider, and nothing that the provider or the browser wrote is shown or logged.
//!
//! # What is not
//!
//! The cookie is the only memory, so that any server of the app can take the browser back. That a code is used once is the
//! provider's duty. Of two sign-ins at once in one browser the later one counts.

mod builder;
mod callback;
mod error;
mod flow;
mod identity;
mod provider;
mod response;
mod token;

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum_core::response::Response;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue, Uri};
use openidconnect::core::CoreResponseType;
use openidconnect::{
    AuthenticationFlow, ClientId, ClientSecret, CsrfToken, Nonce, PkceCodeChallenge, RedirectUrl, Scope,
};
use subtle::ConstantTimeEq as _;
use twinfetch_core::address::{BaseUrl, Path};
use twinfetch_core::cookie::Cookies;

pub use builder::OAuthBuilder;
pub use error::{OAuthCode, OAuthError};
pub use identity::{Identity, SignedIn};

use crate::transport::Transport;
use callback::Answer;
use error::Refusal;
use flow::{Flow, FlowCookie};
use provider::{Client, Provider};
use token::Doubt;

/// The sign-in at one provider: one per process and provider, cheap to clone. The [module](self) has an example.
#[derive(Clone)]
pub struct OAuth(Arc<Parts>);

struct Parts {
    provider: Provider,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    redirect: RedirectUrl,
    scopes: Vec<Scope>,
    flow_cookie: FlowCookie,
    app_url: BaseUrl,
    default_return_path: Path,
    transport: Transport,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

/// More than this does not fit into the flow cookie.
const MAX_RETURN_PATH: usize = 1024;

impl OAuth {
    /// Begins a sign-in's settings, see [`OAuthBuilder`].
    pub fn builder() -> OAuthBuilder {
        OAuthBuilder::default()
    }

    /// Sends the browser to the provider: 302, with the flow cookie.
    ///
    /// `return_to` is where the user goes afterwards, as the request says: a path of the app. Anything else, such as an address
    /// of another origin, is replaced by the default return path.
    ///
    /// # Errors
    /// The provider cannot be reached, or its description is unfit.
    pub async fn start(&self, return_to: Option<&str>) -> Result<Response, OAuthError> {
        self.begin(return_to).await.map_err(|refusal| OAuthError::new(refusal, self.clone()))
    }

    /// Takes the browser back: checks the answer, exchanges the code, verifies who signed in.
    ///
    /// # Errors
    /// There is no sign-in; [`OAuthCode`] says why. Nobody may be signed in then.
    pub async fn callback(&self, uri: &Uri, headers: &HeaderMap) -> Result<SignedIn, OAuthError> {
        let answer = self.complete(uri.query().unwrap_or_default(), headers).await;
        answer.map_err(|refusal| OAuthError::new(refusal, self.clone()))
    }

    async fn begin(&self, return_to: Option<&str>) -> Result<Response, Refusal> {
        let client = self.client(Age::Fresh).await?.0;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let code_flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let request = client
            .authorize_url(code_flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(self.0.scopes.iter().cloned())
            .set_pkce_challenge(challenge);
        let (url, state, nonce) = request.url();
        let return_path = return_to.map_or_else(|| self.0.default_return_path.clone(), |path| self.app_path(path));
        let flow = Flow { state, nonce, verifier, return_path: return_path.as_str().to_owned() };
        let cookie = self.0.flow_cookie.write(&flow, seconds((self.0.clock)()));
        let cookie = cookie.ok_or(Refusal::new(OAuthCode::FlowInvalid, "the flow cannot be sealed"))?;
        Ok(response::found(url.as_str(), &cookie))
    }

    async fn complete(&self, query: &str, headers: &HeaderMap) -> Result<SignedIn, Refusal> {
        let now = (self.0.clock)();
        let answer = Answer::read(query)?;
        let cookies = Cookies::parse(headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes));
        let flow = self.0.flow_cookie.read(&cookies, seconds(now))?;
        let state = answer.state.as_deref().unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(flow.state.secret().as_bytes())) {
            return Err(Refusal::new(OAuthCode::StateMismatch, "the state is missing or another"));
        }
        let (client, names_itself) = self.client(Age::Fresh).await?;
        match &answer.issuer {
            None if names_itself => return Err(Refusal::new(OAuthCode::IssuerMismatch, "the answer has no iss")),
            Some(issuer) if issuer != self.0.provider.issuer().as_str() => {
                return Err(Refusal::new(OAuthCode::IssuerMismatch, "the answer is of another issuer"));
            }
            _ => {}
        }
        let tokens = token::redeem(&client, answer.code()?, flow.verifier, &self.0.transport).await?;
        let invalid = |detail| Refusal::new(OAuthCode::IdTokenInvalid, detail);
        let identity = match token::verify(&client, &tokens, &flow.nonce, now) {
            Err(Doubt::UnknownKey) => {
                let client = self.client(Age::Newest).await?.0;
                token::verify(&client, &tokens, &flow.nonce, now)
            }
            verified => verified,
        };
        let identity = identity.map_err(|doubt| match doubt {
            Doubt::UnknownKey => invalid("key"),
            Doubt::Refused(claim) => invalid(claim),
        })?;
        tracing::debug!("signed in");
        Ok(SignedIn { identity, return_path: self.app_path(&flow.return_path), oauth: self.clone() })
    }

    /// The protocol's client, and whether the provider names itself in its answers.
    async fn client(&self, age: Age) -> Result<(Client, bool), Refusal> {
        let Parts { provider, transport, clock, client_id, client_secret, redirect, .. } = &*self.0;
        let now = seconds(clock());
        let metadata = match age {
            Age::Fresh => provider.metadata(transport, now).await?,
            Age::Newest => provider.renewed(transport, now).await?,
        };
        let names_itself = provider::names_itself(&metadata);
        let authentication = provider::authentication(&metadata);
        let client = Client::from_provider_metadata((*metadata).clone(), client_id.clone(), client_secret.clone());
        Ok((client.set_redirect_uri(redirect.clone()).set_auth_type(authentication), names_itself))
    }

    /// A path of the app, or the default one.
    fn app_path(&self, path: &str) -> Path {
        let fits = |path: &Path| path.as_str().len() <= MAX_RETURN_PATH;
        let path = Path::parse(path, &self.0.app_url).ok().filter(fits);
        path.unwrap_or_else(|| self.0.default_return_path.clone())
    }

    fn from_parts(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

/// How new the provider's description has to be.
enum Age {
    Fresh,
    Newest,
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

impl fmt::Debug for OAuth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OAuth").field("issuer", &self.0.provider.issuer().as_str()).finish_non_exhaustive()
    }
}

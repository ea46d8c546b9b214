//! The twinfetch client of a Rust server: finds out who sent a request, and calls the backend with the same access token as
//! the app's own pages.
//!
//! ```text
//! ServerClient                one per process: settings, derived keys, connections
//!   └─ incoming(&headers)     one per incoming request, dies with it
//!        └─ Api               session(), can(), get, post, put, patch, delete, sign_in, sign_out
//!             └─ SignedIn     tokens kept in memory, and an Api that renews them
//!   └─ background()           an Api without an incoming request
//! Proxy                       with the feature `proxy`: a route that forwards what browsers ask of the backend
//! ```
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! # let backend = twinfetch_backend::serve(twinfetch_backend::Options::default()).await?;
//! use twinfetch_server_client::{Kind, ServerClient, Session};
//!
//! let client = ServerClient::builder()
//!     .base_url(backend.url())
//!     .secrets([std::env::var("AUTH_SECRET").unwrap_or("of the app".into())])
//!     .build()?;
//!
//! let api = client.incoming(&http::HeaderMap::new());
//! match api.session().await? {
//!     Session::Authenticated(session) => println!("signed in until {:?}", session.expires()),
//!     Session::Anonymous => println!("nobody is signed in"),
//! }
//! let posts: Result<Vec<serde_json::Value>, _> = api.get("/api/posts").await;
//! assert_eq!(posts.unwrap_err().kind(), Kind::Unauthorized);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Who sent it
//!
//! | the dialect's `seal` | who is signed in |
//! | --- | --- |
//! | `auth-js` | the encrypted cookie is opened: no network |
//! | `jws` | the signed token in the cookie, or in `Authorization: Bearer`, which counts when both come, is verified: no network |
//! | `none`, and cookies that are passed on | the backend is asked with those cookies, once per incoming request |
//! | any, with an [own session](#a-session-of-this-servers-own) | the backend is asked with the token in this server's own cookie, once per incoming request |
//!
//! Names with `__Secure-` and `__Host-` are looked for as well. Several secrets are a rotation, newest first; clocks may differ
//! by 15 s. What is refused is anonymous, with a reason in [`Api::session_refusal`]; what cannot be found out is an error.
//!
//! # Signing in
//!
//! [`Api::sign_in`], [`Api::register`] and [`Api::refresh`] give a [`SignedIn`]. Within an incoming request its cookies go into the
//! response by `ApiLayer` (feature `tower`) or [`Api::relay`], and [`Api::sign_out`] deletes them there:
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! # use twinfetch_backend::{Options, System};
//! # let options = Options { system: System::CookieJwt, secrets: vec!["of the backend".into()], ..Options::default() };
//! # let backend = twinfetch_backend::serve(options).await?;
//! use serde_json::json;
//! use twinfetch_server_client::{Dialect, ServerClient};
//!
//! let client = ServerClient::builder()
//!     .base_url(backend.url())
//!     .dialect(Dialect::cookie_jwt())
//!     .secrets(["of the backend"]) // else JWT_SECRET, with commas between several
//!     .build()?;
//!
//! let api = client.incoming(&http::HeaderMap::new());
//! let credentials = json!({ "email": "ada@example.com", "password": "lovelace-1843" });
//! let signed_in = api.sign_in(&credentials).await?;
//! assert!(signed_in.api().can("account.user.read").await?);
//!
//! let mut response = http::HeaderMap::new();
//! api.relay(&mut response);
//! assert!(response["set-cookie"].to_str()?.starts_with("token="));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A session of this server's own
//!
//! With [`Builder::own_session`] the browser carries the tokens of a sign-in, sealed in a cookie that is this server's own. A token
//! that is about to end, or is refused, is renewed once for all incoming requests of the process that come with it, and the
//! response has the new cookie. A renewal that fails leaves the cookie as it is, unless the refresh token is dead.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! # use twinfetch_backend::{Options, System};
//! # let backend = twinfetch_backend::serve(Options { system: System::DualToken, ..Options::default() }).await?;
//! use http::HeaderMap;
//! use http::header::{COOKIE, SET_COOKIE};
//! use serde_json::{Value, json};
//! use twinfetch_server_client::{Dialect, ServerClient};
//!
//! let client = ServerClient::builder()
//!     .base_url(backend.url())
//!     .dialect(Dialect::dual_token())
//!     .secrets(["of this server"]) // else AUTH_SECRET
//!     .own_session()
//!     .build()?;
//!
//! let api = client.incoming(&HeaderMap::new());
//! api.sign_in(&json!({ "email": "ada@example.com", "password": "lovelace-1843" })).await?;
//! let mut response = HeaderMap::new();
//! api.relay(&mut response); // `ApiLayer` does it by itself
//!
//! let set = response[SET_COOKIE].to_str()?;
//! assert!(set.starts_with("__Host-twinfetch.session=") && set.ends_with("; HttpOnly; Secure; SameSite=Lax"));
//! let cookie = set.split(';').next().unwrap_or_default().parse()?;
//! let next = client.incoming(&HeaderMap::from_iter([(COOKIE, cookie)]));
//! let me: Value = next.get("/auth/me").await?;
//! assert_eq!(me["username"], "ada");
//! next.sign_out().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Several processes share their renewals with the feature `redis`: `Builder::redis`.
//!
//! # One request, one view
//!
//! Within one incoming request the session is read once, and equal reads are one backend call: concurrent ones join,
//! later ones are answered from what came, until a call other than GET was sent. A failure is not kept. Nothing outlives the
//! request, and a read is only shared between calls with the same credential.
//!
//! # Files
//!
//! [`Call::download`] is a file as a stream, which goes on by itself where a connection breaks off; [`Call::download_to`] saves one, and goes on with
//! it in another process; `Call::proxy_download` (feature `proxy`) passes one on to a browser. What is incomplete is an error and never a file.
//!
//! # What is never done
//!
//! A credential is sent to the backend's origin only; a redirect elsewhere is refused. Proxy variables are not obeyed.
//! No token, query string or body is written to a log, an error or a `Debug` text.

mod answer;
mod api;
#[cfg(feature = "axum")]
mod axum;
mod budgets;
mod builder;
mod cache_mode;
mod call;
mod caller;
mod client;
mod deadline;
mod download;
mod driver;
mod errand;
mod error;
mod incoming;
mod jar;
mod keeper;
#[cfg(feature = "tower")]
mod layer;
mod link;
mod memo;
#[cfg(feature = "oauth")]
pub mod oauth;
mod own_session;
mod permissions;
#[cfg(feature = "proxy")]
mod proxy;
#[cfg(feature = "proxy")]
mod proxy_download;
mod relay;
mod renewals;
mod save;
mod seal;
mod secrets;
mod session;
mod sign_out;
mod signed_in;
#[cfg(any(feature = "axum", feature = "proxy"))]
mod status;
mod transport;
mod upload;
mod visitor;

pub use answer::Reply;
pub use api::Api;
#[cfg(feature = "axum")]
pub use axum::LayerMissing;
pub use builder::Builder;
pub use cache_mode::CacheMode;
pub use call::Call;
pub use client::ServerClient;
pub use download::Download;
pub use error::Error;
#[cfg(feature = "tower")]
pub use layer::{ApiLayer, ApiService};
pub use link::{LinkToken, Linked};
#[cfg(feature = "proxy")]
pub use proxy::{Proxy, ProxyBody, ProxyBuilder};
#[cfg(feature = "proxy")]
pub use proxy_download::FileBody;
#[cfg(feature = "redis")]
pub use renewals::redis::Redis;
pub use save::{NoSha256, Progress, Save, Saved, Sha256};
pub use session::{Authenticated, Session};
pub use sign_out::SignedOut;
pub use signed_in::SignedIn;
pub use twinfetch_core::dialect::Dialect;
pub use twinfetch_core::error::{Code, Kind, Problem, Sent};
pub use twinfetch_core::exchange::Retry;
pub use twinfetch_core::seal::SessionError;
pub use twinfetch_core::secret::Secret;
pub use twinfetch_core::session::Tokens;
pub use twinfetch_core::verb::Permissions;
pub use upload::{Content, Upload, UploadProgress};

/// The example of the repository's README compiles.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The examples of the guide to files compile.
#[cfg(all(doctest, feature = "proxy"))]
#[doc = include_str!("../../../docs/files.md")]
struct Files;

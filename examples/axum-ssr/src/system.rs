//! The systems S1 to S4: one set of pages for all. What differs is asked of the dialect's axes and of [`list::About`].

mod caller;
mod calls;
mod export;
mod index;
mod kept;
mod link;
mod list;
mod members;
mod permissions;
mod posts;
mod renewal;
mod session;
mod settings;
mod sign_in;
mod sign_out;

pub(crate) use index::index;
pub(crate) use settings::all;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use twinfetch_server_client::{ApiLayer, Dialect, Error, ServerClient};

use crate::layout::Site;
use kept::Store;
use list::About;

/// One system with its client.
pub(crate) struct System {
    about: &'static About,
    dialect: Dialect,
    client: ServerClient,
    /// Who signed in here and has tokens that no browser may get.
    kept: Store,
    /// Where this server is, for links.
    origin: String,
}

impl System {
    /// Below which all pages of the system are.
    pub(crate) fn path(&self) -> String {
        format!("/{}", self.about.name)
    }

    fn page(&self, name: &str) -> String {
        format!("/{}/{name}", self.about.name)
    }

    /// The header of a page, whose sign-in leads back to it.
    fn site(&self, page: &str) -> Site {
        let pages = vec![(self.path(), "Session"), (self.page("posts"), "Posts")];
        let sign_in = format!("{}?returnTo={page}", self.page("sign-in"));
        Site { pages, sign_in, sign_out: Some(self.page("sign-out")) }
    }

    /// Whether tokens are kept here, and not in a cookie.
    ///
    /// A refresh token is worth a new access token for days. In a page every script could take it; in a cookie every request
    /// would carry it, and of two requests at once each would spend it, which ends the session. Kept here, it is spent once
    /// for all, and the browser has nothing but a random name for it.
    fn keeps_tokens(&self) -> bool {
        self.dialect.tokens.as_ref().is_some_and(|tokens| tokens.refresh.is_some())
    }
}

/// The pages of a system, without the path that they are below.
pub(crate) fn pages(system: Arc<System>) -> Result<Router, Error> {
    let mut pages = Router::new()
        .route("/", get(session::show))
        .route("/sign-in", get(sign_in::show))
        .route("/sign-out", post(sign_out::leave))
        .route("/calls", post(calls::ten))
        .route("/posts", get(posts::show).post(posts::create))
        .nest("/backend", export::route(&system)?);
    if system.dialect.sign_in.is_some() {
        pages = pages.route("/sign-in", post(sign_in::enter));
    }
    if system.keeps_tokens() {
        pages = pages.route("/renewal", post(renewal::renew));
    }
    if system.about.members.is_some() {
        pages = pages.route("/members", get(members::show));
    }
    if system.dialect.link.is_some() {
        pages = pages.route("/link", post(link::make));
        pages = pages.layer(from_fn_with_state(Arc::clone(&system), link::enter));
    }
    let client = system.client.clone();
    Ok(pages.with_state(system).layer(ApiLayer::new(client)).layer(from_fn(keep_private)))
}

/// All of these pages depend on who asks, also where it is the store and not the request that says it.
async fn keep_private(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

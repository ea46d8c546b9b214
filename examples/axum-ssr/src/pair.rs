//! The Auth.js pair: pages from the session cookie that a Next.js app wrote.

mod home;
mod posts;

use std::env;

use axum::Router;
use axum::routing::get;
use twinfetch_server_client::{ApiLayer, Error, ServerClient};

use crate::layout::Site;

/// The pages; `BACKEND_URL` and `AUTH_SECRET` come from the environment, as in the Next app.
pub(crate) fn pages() -> Result<Router, Error> {
    let client = ServerClient::builder().build()?;
    let pages = Router::new().route("/", get(home::show)).route("/posts", get(posts::show).post(posts::create));
    Ok(pages.layer(ApiLayer::new(client)))
}

/// The header of the pages. One signs in and out in the Next app.
fn site() -> Site {
    let sign_in = env::var("SIGN_IN_URL").unwrap_or_else(|_| "http://localhost:3000/sign-in".to_owned());
    let pages = vec![("/".to_owned(), "Server token"), ("/posts".to_owned(), "Posts")];
    Site { pages, sign_in, sign_out: None }
}

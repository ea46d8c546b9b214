//! `/`: the access token, as this server found it in the cookie.

use std::fmt::Write as _;

use maud::{Markup, html};
use sha2::{Digest as _, Sha256};
use twinfetch_server_client::{Api, Authenticated};

use crate::layout::{failure, page, signed_out};
use crate::visitor::Visitor;

/// Shows the page.
pub(crate) async fn show(api: Api) -> Markup {
    let visitor = Visitor::of(&api).await;
    let content = match &visitor {
        Visitor::Authenticated { session, .. } => html! {
            p.lead { "Decrypted from the session cookie while this page was rendered, by Rust." }
            (card(session))
        },
        Visitor::Anonymous => signed_out(),
        Visitor::Unknown(cause) => failure(cause),
    };
    page("Server token", &visitor, &content)
}

fn card(session: &Authenticated) -> Markup {
    let Some(token) = session.access_token() else {
        return html! { p { "The session has no access token." } };
    };
    html! {
        dl.card {
            dt { "Fingerprint" }
            dd { code data-testid="token-fingerprint" { (fingerprint(token.expose())) } }
            dt { "Access token" }
            dd { code data-testid="access-token" { (token.expose()) } }
        }
    }
}

/// The first 16 digits of the SHA-256: enough to compare by eye.
fn fingerprint(token: &str) -> String {
    Sha256::digest(token).iter().take(8).fold(String::new(), |mut digits, byte| {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

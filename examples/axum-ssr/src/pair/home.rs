//! `/`: the access token, as this server found it in the cookie.

use maud::{Markup, html};
use twinfetch_server_client::{Api, Authenticated};

use super::site;
use crate::fingerprint::fingerprint;
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
        Visitor::Anonymous => signed_out(&site()),
        Visitor::Unknown(cause) => failure(&site(), cause),
    };
    page(&site(), "Server token", &visitor, &content)
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

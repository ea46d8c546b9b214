//! What all pages have in common.

use maud::{DOCTYPE, Markup, html};
use twinfetch_server_client::Error;

use crate::visitor::Visitor;

/// What the header of a page leads to.
pub(crate) struct Site {
    /// The pages, by address and name.
    pub(crate) pages: Vec<(String, &'static str)>,
    /// Where a visitor signs in and comes back from.
    pub(crate) sign_in: String,
    /// Where a visitor signs out, if that is here.
    pub(crate) sign_out: Option<String>,
}

/// A page with its header.
pub(crate) fn page(site: &Site, title: &str, visitor: &Visitor, content: &Markup) -> Markup {
    framed(site, title, &status(site, visitor), content)
}

/// A page that is the same for everybody.
pub(crate) fn bare(site: &Site, title: &str, content: &Markup) -> Markup {
    framed(site, title, &html! {}, content)
}

fn framed(site: &Site, title: &str, status: &Markup, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · twinfetch on axum" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header.bar {
                    a.brand href="/systems" { "twinfetch on axum" }
                    nav aria-label="Pages" { @for (address, name) in &site.pages { a href=(address) { (name) } } }
                    (status)
                }
                main { h1 { (title) } (content) }
            }
        }
    }
}

/// What stands in the place of the content when nobody is signed in.
pub(crate) fn signed_out(site: &Site) -> Markup {
    html! {
        p data-testid="signed-out" { "You are signed out. " (sign_in(site)) " to see this page." }
    }
}

/// A failure in words that can be shown, with the wait that the backend asks for.
pub(crate) fn failure(site: &Site, error: &Error) -> Markup {
    html! {
        p.error role="alert" {
            span data-testid="error-message" { (error.message()) }
            @if error.status().is_some_and(|status| status == 401) { (sign_in(site)) }
        }
        @if let Some(wait) = error.retry_after() {
            p data-testid="wait" data-seconds=(wait.as_secs()) { "Try again in " (wait.as_secs()) " s." }
        }
    }
}

fn sign_in(site: &Site) -> Markup {
    html! { a href=(site.sign_in) { "Sign in" } }
}

fn status(site: &Site, visitor: &Visitor) -> Markup {
    let (status, text) = match visitor {
        Visitor::Authenticated { .. } => ("authenticated", "Signed in as "),
        Visitor::Anonymous => ("anonymous", "Signed out"),
        Visitor::Unknown(_) => ("unknown", "Sign-in could not be checked"),
    };
    html! {
        div.session {
            span data-testid="session-status" data-status=(status) {
                (text)
                @if let Visitor::Authenticated { name, .. } = visitor { b data-testid="user-name" { (name) } }
            }
            @if let (Some(sign_out), false) = (&site.sign_out, matches!(visitor, Visitor::Anonymous)) {
                form method="post" action=(sign_out) { button data-testid="sign-out" { "Sign out" } }
            }
        }
    }
}

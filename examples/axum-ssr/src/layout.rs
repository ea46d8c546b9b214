//! What all pages have in common.

use std::env;
use std::sync::LazyLock;

use maud::{DOCTYPE, Markup, html};
use twinfetch_server_client::Error;

use crate::visitor::Visitor;

/// The page of the Next app where one signs in.
static SIGN_IN_URL: LazyLock<String> =
    LazyLock::new(|| env::var("SIGN_IN_URL").unwrap_or_else(|_| "http://localhost:3000/sign-in".to_owned()));

/// A page with its header.
pub(crate) fn page(title: &str, visitor: &Visitor, content: &Markup) -> Markup {
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
                    a.brand href="/" { "twinfetch on axum" }
                    nav aria-label="Pages" { a href="/" { "Server token" } a href="/posts" { "Posts" } }
                    (status(visitor))
                }
                main { h1 { (title) } (content) }
            }
        }
    }
}

/// What stands in the place of the content when nobody is signed in.
pub(crate) fn signed_out() -> Markup {
    html! {
        p data-testid="signed-out" { "You are signed out. " (sign_in()) " to see this page." }
    }
}

/// A failure in words that can be shown.
pub(crate) fn failure(error: &Error) -> Markup {
    html! {
        p.error role="alert" {
            span data-testid="error-message" { (error.message()) }
            @if error.status().is_some_and(|status| status == 401) { (sign_in()) }
        }
    }
}

fn sign_in() -> Markup {
    html! { a href=(*SIGN_IN_URL) { "Sign in" } }
}

fn status(visitor: &Visitor) -> Markup {
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
        }
    }
}

//! `/systems`: the systems to choose from.

use std::sync::Arc;

use maud::{Markup, html};

use super::System;
use crate::layout::{Site, bare};

/// The page.
pub(crate) fn index(systems: &[Arc<System>]) -> Markup {
    let site = Site { pages: vec![("/".to_owned(), "Auth.js pair")], sign_in: String::new(), sign_out: None };
    let content = html! {
        ul.posts {
            li.card { h2 { a href="/" { "Auth.js pair" } } p { "The encrypted session cookie of a Next.js app." } }
            @for system in systems {
                li.card data-testid="system" {
                    h2 { a href=(system.path()) { (system.about.title) } }
                    p { (system.about.lead) }
                }
            }
        }
    };
    bare(&site, "Systems", &content)
}

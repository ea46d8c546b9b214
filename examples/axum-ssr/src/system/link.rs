//! Links that sign their bearer in: how one is made, and how a visitor comes by one.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::{OriginalUri, Request, State};
use axum::http::header::REFERRER_POLICY;
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use twinfetch_server_client::{Api, LinkToken};

use super::System;
use super::caller::Caller;
use super::session::Asked;
use super::sign_in::refused;
use crate::layout::{failure, page};
use crate::visitor::Visitor;

/// Makes a link, and shows it on the page.
pub(super) async fn make(State(system): State<Arc<System>>, caller: Caller) -> Response {
    match caller.api.create_link_token().await {
        Ok(link) => {
            let shown = system.link(&link);
            system.session_page(&caller, &Asked::default(), &shown).await.into_response()
        }
        Err(error) => system.session_refusal(&caller, &error).await,
    }
}

/// Takes the token out of any page's address: its bearer is signed in and led to the address without it.
///
/// Nothing of this answer may repeat the token: no cache keeps it, and no page is told that one came from here.
pub(super) async fn enter(
    State(system): State<Arc<System>>,
    OriginalUri(address): OriginalUri,
    api: Api,
    request: Request,
    next: Next,
) -> Response {
    if *request.method() != Method::GET {
        return next.run(request).await;
    }
    let mut response = match api.sign_in_with_link(&address).await {
        Ok(None) => return next.run(request).await,
        Ok(Some(linked)) => Redirect::to(&linked.location).into_response(),
        Err(error) => {
            let site = system.site(&system.path());
            let shown = failure(&site, &error);
            refused(&error, &page(&site, "Sign-in by a link", &Visitor::Anonymous, &shown))
        }
    };
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

impl System {
    fn link(&self, link: &LinkToken) -> Markup {
        let parameter = self.dialect.link.as_ref().map(|fields| fields.parameter).unwrap_or_default();
        let token = encoded(link.token.expose());
        let address = format!("{}{}?{parameter}={token}", self.origin, self.path());
        html! {
            p.card.stack {
                label for="link" {
                    "Whoever opens it is signed in"
                    @if let Some(minutes) = minutes(link) { ", for " (minutes) " minutes" }
                }
                input id="link" readonly value=(address) data-testid="link-address";
            }
        }
    }
}

/// How long a link is good.
fn minutes(link: &LinkToken) -> Option<u64> {
    let left = link.expires?.duration_since(SystemTime::now()).ok()?;
    Some(left.as_secs().div_ceil(60))
}

/// A value in a query (RFC 3986 §2.3).
fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn nothing_in_a_token_ends_its_parameter() {
        assert_eq!(encoded("a.b-c_d~1"), "a.b-c_d~1");
        assert_eq!(encoded("a+b/c=&#%好"), "a%2Bb%2Fc%3D%26%23%25%E5%A5%BD");
    }
}

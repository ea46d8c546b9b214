//! `/posts`: the posts, the form that adds one, and their export.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use twinfetch_server_client::Error;

use super::System;
use super::caller::{Caller, sent_to_sign_in};
use super::sign_in::refused;
use crate::layout::{failure, page, signed_out};
use crate::post::{NewPost, Post, form, list};
use crate::visitor::Visitor;

/// Shows the page; whom the backend does not know is led to the sign-in page, and back.
pub(super) async fn show(State(system): State<Arc<System>>, caller: Caller) -> Response {
    let visitor = Visitor::of(&caller.api).await;
    match system.posts(&caller, &visitor).await {
        Ok(posts) => system.posts_page(&visitor, &NewPost::default(), &posts).into_response(),
        Err(error) => sent_to_sign_in(&system, &error, &system.page("posts")).unwrap_or_else(|| {
            refused(&error, &system.posts_page(&visitor, &NewPost::default(), &system.told(&error)))
        }),
    }
}

/// Adds a post, and leads back to the page; shows the page with the refusal otherwise.
pub(super) async fn create(State(system): State<Arc<System>>, caller: Caller, Form(new): Form<NewPost>) -> Response {
    let here = system.page("posts");
    let created: Result<Post, Error> = caller.api.post("/api/posts").json(&new).await;
    let Err(error) = created else { return Redirect::to(&here).into_response() };
    if let Some(response) = sent_to_sign_in(&system, &error, &here) {
        return response;
    }
    let visitor = Visitor::of(&caller.api).await;
    let posts = system.posts(&caller, &visitor).await.unwrap_or_else(|error| system.told(&error));
    refused(&error, &system.posts_page(&visitor, &new, &html! { (system.told(&error)) (posts) }))
}

impl System {
    async fn posts(&self, caller: &Caller, visitor: &Visitor) -> Result<Markup, Error> {
        match visitor {
            Visitor::Authenticated { .. } => Ok(list(&caller.api.get::<Vec<Post>>("/api/posts").await?)),
            Visitor::Anonymous => Ok(signed_out(&self.site(&self.page("posts")))),
            Visitor::Unknown(cause) => Ok(self.told(cause)),
        }
    }

    fn told(&self, error: &Error) -> Markup {
        failure(&self.site(&self.page("posts")), error)
    }

    fn posts_page(&self, visitor: &Visitor, new: &NewPost, posts: &Markup) -> Markup {
        let export = self.page("backend/api/export");
        let content = html! {
            @if let Visitor::Authenticated { .. } = visitor {
                p {
                    a href=(export) data-testid="export" { "Save them to a file" } " · "
                    a href={ (export) "?bytes=20000000&name=bytes.bin" } data-testid="export-large" { "20 MB" }
                }
                (form(&self.page("posts"), new))
            }
            (posts)
        };
        page(&self.site(&self.page("posts")), "Posts", visitor, &content)
    }
}

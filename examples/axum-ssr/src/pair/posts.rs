//! `/posts`: the posts, read by five parts of the page and fetched once; and the form that adds one.

use std::collections::BTreeSet;

use axum::Form;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use twinfetch_server_client::{Api, Error};

use super::site;
use crate::layout::{failure, page, signed_out};
use crate::post::{NewPost, Post, form, list};
use crate::visitor::Visitor;

#[derive(Deserialize)]
struct Me {
    email: String,
}

/// Shows the page.
pub(crate) async fn show(api: Api) -> Markup {
    render(&api, &NewPost::default(), None).await
}

/// Adds a post, and leads back to the page; shows the page with the refusal otherwise.
pub(crate) async fn create(api: Api, Form(new): Form<NewPost>) -> Response {
    let created: Result<Post, Error> = api.post("/api/posts").json(&new).await;
    match created {
        Ok(_) => Redirect::to("/posts").into_response(),
        Err(error) => {
            let status = error.clone().into_response().status();
            (status, render(&api, &new, Some(&error)).await).into_response()
        }
    }
}

async fn render(api: &Api, new: &NewPost, refusal: Option<&Error>) -> Markup {
    let visitor = Visitor::of(api).await;
    let content = match &visitor {
        Visitor::Authenticated { .. } => {
            let board = board(api).await.unwrap_or_else(|error| failure(&site(), &error));
            html! { (form("/posts", new)) @if let Some(refusal) = refusal { (failure(&site(), refusal)) } (board) }
        }
        Visitor::Anonymous => signed_out(&site()),
        Visitor::Unknown(cause) => failure(&site(), cause),
    };
    page(&site(), "Posts", &visitor, &content)
}

/// Each part asks for what it shows, all at once, and knows nothing of the others.
async fn board(api: &Api) -> Result<Markup, Error> {
    let (account, count, authors, longest, newest, list) =
        tokio::try_join!(account(api), count(api), authors(api), longest(api), newest(api), titles(api))?;
    Ok(html! {
        ul.facts { li { (account) } li { (count) } li { (authors) } li { (longest) } li { (newest) } }
        (list)
    })
}

async fn all(api: &Api) -> Result<Vec<Post>, Error> {
    api.get("/api/posts").await
}

async fn account(api: &Api) -> Result<Markup, Error> {
    let Me { email } = api.get("/api/me").await?;
    Ok(html! { "Your account: " (email) })
}

async fn count(api: &Api) -> Result<Markup, Error> {
    Ok(html! { "Posts: " (all(api).await?.len()) })
}

async fn authors(api: &Api) -> Result<Markup, Error> {
    let posts = all(api).await?;
    let names: BTreeSet<_> = posts.iter().map(|post| post.author.as_str()).collect();
    Ok(html! { "Authors: " (names.len()) })
}

async fn longest(api: &Api) -> Result<Markup, Error> {
    let posts = all(api).await?;
    Ok(html! { "Longest title: " (posts.iter().map(|post| post.title.chars().count()).max().unwrap_or_default()) })
}

async fn newest(api: &Api) -> Result<Markup, Error> {
    let posts = all(api).await?;
    Ok(html! { "Newest: " (posts.first().map_or("none", |post| post.title.as_str())) })
}

async fn titles(api: &Api) -> Result<Markup, Error> {
    Ok(list(&all(api).await?))
}

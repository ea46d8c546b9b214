//! A post as every system has it: how it is written and shown.

use maud::{Markup, html};
use serde::{Deserialize, Serialize};

/// One post.
#[derive(Deserialize)]
pub(crate) struct Post {
    pub(crate) title: String,
    pub(crate) body: Option<String>,
    pub(crate) author: String,
}

/// What the form sends, and the backend takes.
#[derive(Default, Deserialize, Serialize)]
pub(crate) struct NewPost {
    pub(crate) title: String,
}

/// The form that adds a post by sending it to this address.
pub(crate) fn form(action: &str, new: &NewPost) -> Markup {
    html! {
        form.row method="post" action=(action) {
            input name="title" value=(new.title) placeholder="A title" aria-label="Title of a new post" required
                data-testid="new-post-title";
            button data-testid="new-post-submit" { "Post" }
        }
    }
}

/// The posts, in their order.
pub(crate) fn list(posts: &[Post]) -> Markup {
    html! {
        @if posts.is_empty() { p { "No posts yet. Write the first one." } }
        ul.posts {
            @for post in posts {
                li.card data-testid="post" {
                    h2 data-testid="post-title" { (post.title) }
                    @if let Some(body) = post.body.as_deref().filter(|body| !body.is_empty()) { p { (body) } }
                    small { (post.author) }
                }
            }
        }
    }
}

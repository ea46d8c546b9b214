//! What every system is for: posts, a file to save and files to send, behind its own sign-in and in its own wrapper.

mod export;
mod files;
mod posts;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Serialize;

use crate::backend::Backend;
use crate::failure::{Failure, Refusing};

pub(crate) use posts::TABLE as POSTS_TABLE;

/// How a system knows who calls, and how it wraps what it answers.
pub(crate) trait Wrapping: Refusing + Sized + 'static {
    /// Who calls, or the refusal of one who may not.
    type Caller: FromRequestParts<Backend, Rejection = Failure<Self>> + Send + 'static;

    /// The name under which the caller writes.
    fn author(caller: Self::Caller) -> String;

    /// The answer with this status and these data.
    fn wrap<T: Serialize>(status: StatusCode, data: T) -> Response;
}

/// The resources of a system.
pub(crate) fn routes<S: Wrapping>() -> Router<Backend> {
    Router::new()
        .route("/api/posts", get(posts::list::<S>).post(posts::create::<S>))
        .route("/api/export", get(export::download::<S>))
        .route("/api/files", post(files::receive::<S>).layer(DefaultBodyLimit::disable()))
}

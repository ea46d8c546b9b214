//! `/backend/api/export`: a file of the backend, passed on piece by piece under the name that it has there.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use twinfetch_server_client::{Error, Proxy};

use super::System;
use super::caller::Caller;
use crate::layout::{failure, page};
use crate::visitor::Visitor;

/// The route, below which the paths are the backend's.
pub(super) fn route(system: &Arc<System>) -> Result<Router<Arc<System>>, Error> {
    let proxy = Proxy::builder(system.client.clone()).allow("/api/export").build()?;
    Ok(Router::new().route_service("/api/export", proxy).layer(from_fn_with_state(Arc::clone(system), as_caller)))
}

/// Has the proxy send what the caller has, renewed if need be: the proxy itself renews nothing. What it answers in place of a
/// file is for scripts, so that a visitor gets a page for it.
async fn as_caller(State(system): State<Arc<System>>, caller: Caller, mut request: Request, next: Next) -> Response {
    let site = system.site(&system.page("posts"));
    let visitor = Visitor::of(&caller.api).await;
    match &visitor {
        Visitor::Authenticated { .. } => {}
        Visitor::Anonymous => return Redirect::to(&site.sign_in).into_response(),
        Visitor::Unknown(cause) => return page(&site, "Export", &visitor, &failure(&site, cause)).into_response(),
    }
    request.extensions_mut().insert(caller.api);
    let response = next.run(request).await;
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let content = html! { p.error role="alert" data-testid="error-message" { "The file could not be had." } };
        return (status, page(&site, "Export", &visitor, &content)).into_response();
    }
    response
}

//! `GET /api/docs`: the routes as an `OpenAPI` page, which the program carries in itself.

use axum::Router;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_swagger_ui::SwaggerUi;

use super::{caller, logout, refresh, sign_in};
use crate::backend::Backend;

#[derive(OpenApi)]
#[openapi(
    info(title = "认证 API", description = "twinfetch 参考后端：系统 S1，双令牌"),
    paths(sign_in::log_in, sign_in::register, refresh::rotate, logout::sign_out, caller::me),
    modifiers(&Bearer),
)]
struct Documentation;

/// Adds the scheme behind the page's button "Authorize".
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        openapi.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The page, and the document it shows.
pub(super) fn page() -> Router<Backend> {
    SwaggerUi::new("/api/docs").url("/api/docs-json", Documentation::openapi()).into()
}

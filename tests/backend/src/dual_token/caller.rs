//! Who calls, by the Bearer token.

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::envelope::{Empty, Envelope};
use super::failure::{DualToken, Failure};
use super::pair::User;
use crate::accounts::Account;
use crate::backend::Backend;
use crate::resources::Wrapping;
use crate::tokens::{TokenType, bearer};

/// The one whose valid access token came with the request, and who still has an account.
#[derive(Debug)]
pub(super) struct Caller(pub(super) Account);

impl FromRequestParts<Backend> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, backend: &Backend) -> Result<Self, Failure> {
        let token = bearer(&parts.headers).ok_or_else(|| Failure::unauthorized("未授权"))?;
        let claims = backend.tokens.verify(token, TokenType::Access)?;
        let account = Account::by_id(&backend.database, claims.sub).await?;
        account.map(Self).ok_or_else(|| Failure::unauthorized("用户不存在"))
    }
}

impl Wrapping for DualToken {
    type Caller = Caller;

    fn author(caller: Caller) -> String {
        caller.0.username
    }

    fn wrap<T: Serialize>(status: StatusCode, data: T) -> Response {
        Envelope::done(status, "操作成功", data).into_response()
    }
}

/// `GET /auth/me`: the caller's own account.
#[utoipa::path(get, path = "/auth/me", tag = "认证", security(("bearer" = [])), responses(
    (status = 200, description = "当前用户", body = Envelope<User>),
    (status = 401, description = "令牌缺失、无效、过期或类型不符", body = Envelope<Empty>),
))]
pub(super) async fn me(caller: Caller, State(_): State<Backend>) -> Envelope<User> {
    Envelope::done(StatusCode::OK, "获取成功", caller.0.into())
}

//! `POST /auth/login` and `POST /auth/register`: a pair of tokens for an address and a password.

use std::net::SocketAddr;
use std::time::Instant;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::envelope::{Empty, Envelope};
use super::failure::Failure;
use super::pair::Pair;
use crate::accounts::{Account, Name, NewAccount};
use crate::backend::Backend;
use crate::rate_limits::Limit;

const LIMIT: Limit = Limit { route: "login", per_minute: 5 };

const SHORTEST_PASSWORD: usize = 6;

/// What one signs in with.
#[derive(Deserialize, ToSchema)]
pub(super) struct Credentials {
    #[schema(example = "ada@example.com")]
    email: String,
    #[schema(example = "lovelace-1843")]
    password: String,
}

/// What one registers with.
#[derive(Deserialize, ToSchema)]
pub(super) struct Registration {
    email: String,
    password: String,
    /// The name to be shown; without it, the address.
    username: Option<String>,
}

/// Signs in.
#[utoipa::path(post, path = "/auth/login", tag = "认证", request_body = Credentials, responses(
    (status = 200, description = "登录成功", body = Envelope<Pair>),
    (status = 400, description = "参数错误", body = Envelope<Empty>),
    (status = 401, description = "邮箱或密码错误", body = Envelope<Empty>),
    (status = 429, description = "请求过多：每分钟最多 5 次", body = Envelope<Empty>),
))]
pub(super) async fn log_in(
    State(backend): State<Backend>,
    ConnectInfo(caller): ConnectInfo<SocketAddr>,
    credentials: Result<Json<Credentials>, JsonRejection>,
) -> Result<Envelope<Pair>, Failure> {
    let entered = backend.rate_limits.enter(LIMIT, caller.ip(), Instant::now());
    entered.map_err(|wait| Failure::too_many_requests("请求过多", wait))?;
    let Json(Credentials { email, password }) = credentials?;
    check_email(&email)?;
    let account = Account::by_password(&backend.database, Name::Email(email), password).await?;
    let account = account.ok_or_else(|| Failure::unauthorized("邮箱或密码错误"))?;
    Ok(Envelope::done(StatusCode::OK, "登录成功", Pair::issue(&backend, account)?))
}

/// Opens an account and signs in.
#[utoipa::path(post, path = "/auth/register", tag = "认证", request_body = Registration, responses(
    (status = 201, description = "注册成功", body = Envelope<Pair>),
    (status = 400, description = "参数错误", body = Envelope<Empty>),
    (status = 409, description = "邮箱或用户名已被使用", body = Envelope<Empty>),
))]
pub(super) async fn register(
    State(backend): State<Backend>,
    registration: Result<Json<Registration>, JsonRejection>,
) -> Result<Envelope<Pair>, Failure> {
    let Json(Registration { email, password, username }) = registration?;
    check_email(&email)?;
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Failure::bad_request(format!("密码至少需要 {SHORTEST_PASSWORD} 个字符")));
    }
    let username = username.unwrap_or_else(|| email.clone());
    let account = Account::open(&backend.database, NewAccount { username, email, password }).await?;
    let account = account.ok_or_else(|| Failure::new(StatusCode::CONFLICT, "邮箱或用户名已被使用"))?;
    Ok(Envelope::done(StatusCode::CREATED, "注册成功", Pair::issue(&backend, account)?))
}

fn check_email(email: &str) -> Result<(), Failure> {
    match email.split_once('@') {
        Some((name, domain)) if !name.is_empty() && domain.contains('.') && !email.contains(char::is_whitespace) => {
            Ok(())
        }
        _ => Err(Failure::bad_request("邮箱格式不正确")),
    }
}

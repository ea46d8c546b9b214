//! What a sign-in, a registration and a refresh give: `{accessToken, refreshToken, user}`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::Account;
use crate::backend::Backend;
use crate::tokens::TokenType;

/// A new pair of tokens, and whose it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pair {
    access_token: String,
    refresh_token: String,
    user: User,
}

/// What one is told of one's own account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct User {
    id: String,
    email: String,
    username: String,
}

/// The body of a refresh and of a sign-out.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefreshToken {
    pub(super) refresh_token: String,
}

impl Pair {
    /// A pair for this account.
    pub(super) fn issue(backend: &Backend, account: Account) -> anyhow::Result<Self> {
        Ok(Self {
            access_token: backend.tokens.issue(&account, TokenType::Access, backend.token_lifetime)?,
            refresh_token: backend.tokens.issue(&account, TokenType::Refresh, backend.refresh_lifetime)?,
            user: account.into(),
        })
    }
}

impl From<Account> for User {
    fn from(Account { id, username, email }: Account) -> Self {
        Self { id, email, username }
    }
}

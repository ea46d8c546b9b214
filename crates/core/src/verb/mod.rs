//! What a client does about a session beyond calls: signing in and out, renewing, asking what is allowed.
//!
//! A [`Flow`] performs one verb as requests one after another. A driver performs each of its steps as it performs a
//! call's, and tells the flow how the exchange ended:
//!
//! ```text
//!   start ─▶ steps of an exchange ─▶ next ─┬─▶ steps of the next exchange ─▶ next …
//!                                          └─▶ Done(outcome)
//! ```

mod flow;
mod link;
mod permissions;
mod requests;

pub use flow::{Flow, Next, Outcome};
pub use link::{LinkToken, sign_in_address, take_link_token};
pub use permissions::Permissions;

use crate::address::BaseUrl;
use crate::error::{Error, Kind};

/// The two sites of an application.
#[derive(Clone, Debug)]
pub struct Sites {
    /// The site which serves the data.
    pub backend: BaseUrl,
    /// The site which serves the pages, where it is known.
    pub app: Option<BaseUrl>,
}

/// What a client does about a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Asks who is signed in.
    ReadSession,
    /// Sends the caller's credentials.
    SignIn,
    /// Sends what an account is made of.
    Register,
    /// Spends the refresh token.
    Refresh,
    /// Ends the session; a refresh token is declared dead with it.
    SignOut,
    /// Changes the session's own data.
    Update,
    /// Asks what the user may do.
    ReadPermissions,
    /// Asks for a token that signs its bearer in.
    CreateLinkToken,
}

impl Verb {
    /// Every verb.
    pub const ALL: &'static [Self] = &[
        Self::ReadSession,
        Self::SignIn,
        Self::Register,
        Self::Refresh,
        Self::SignOut,
        Self::Update,
        Self::ReadPermissions,
        Self::CreateLinkToken,
    ];

    /// The verb as transcripts and the clients name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadSession => "getSession",
            Self::SignIn => "signIn",
            Self::Register => "register",
            Self::Refresh => "refresh",
            Self::SignOut => "signOut",
            Self::Update => "update",
            Self::ReadPermissions => "permissions",
            Self::CreateLinkToken => "createLinkToken",
        }
    }

    /// Whether a sign-out that ended so was heard by the server: a refusal of the credential says that there was no
    /// session to end.
    pub fn was_told<T>(ended: &Result<T, Error>) -> bool {
        match ended {
            Ok(_) => true,
            Err(error) => error.kind() == Kind::Unauthorized,
        }
    }
}

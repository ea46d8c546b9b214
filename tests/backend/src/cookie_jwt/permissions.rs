//! `GET /auth/permissions`: what a role allows. A super administrator may do everything.

use super::answer::Answer;
use super::caller::{Caller, Claims};

/// The role that allows everything.
pub(super) const SUPER_ADMINISTRATOR: &str = "1";
pub(super) const EDITOR: &str = "2";
pub(super) const READER: &str = "3";

/// Everything that can be allowed.
const ALL: [&str; 9] = [
    "account.role.create",
    "account.role.delete",
    "account.role.read",
    "account.role.update",
    "account.user.create",
    "account.user.delete",
    "account.user.read",
    "account.user.update",
    "system.log.read",
];

/// What the holder of a token may do.
pub(super) fn of(claims: &Claims) -> &'static [&'static str] {
    match claims.role_id.as_str() {
        _ if claims.is_super_administrator => &ALL,
        EDITOR => &["account.user.read", "account.role.read", "system.log.read"],
        READER => &["account.role.read"],
        _ => &[],
    }
}

/// Whether the holder of a token may do this.
pub(super) fn may(claims: &Claims, permission: &str) -> bool {
    of(claims).contains(&permission)
}

/// The caller's permissions.
pub(super) async fn list(caller: Caller) -> Answer<&'static [&'static str]> {
    Answer::of(of(&caller.0))
}

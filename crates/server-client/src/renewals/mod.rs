//! Who may renew a session.

#[cfg(feature = "redis")]
pub(crate) mod redis;

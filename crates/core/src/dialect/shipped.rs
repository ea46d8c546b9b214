//! The texts of the dialects that ship with twinfetch, one function each: what is not called is not linked.

use super::Dialect;

/// Hands each shipped dialect to a macro of the caller: its documentation, its function and its name.
///
/// This is the one list of them.
#[macro_export]
macro_rules! shipped_dialects {
    ($each:ident) => {
        $each! {
            /// Auth.js, as next-auth v5 speaks it.
            authjs = "authjs",
            /// A JWT in a cookie, with permissions.
            cookie_jwt = "cookie-jwt",
            /// An access token and a refresh token that rotate, as Nest apps have them.
            dual_token = "dual-token",
            /// next-auth v4.
            next_auth_v4 = "next-auth-v4",
            /// A sign-in at an OAuth provider, and a cookie.
            oauth_cookie = "oauth-cookie",
            /// One user, a token, and links that sign their bearer in.
            single_user = "single-user",
        }
    };
}

macro_rules! texts {
    ($($(#[$doc:meta])* $function:ident = $name:literal,)*) => {
        $($(#[$doc])* pub const fn $function() -> &'static str {
            include_str!(concat!("../../dialects/", $name, ".json"))
        })*

        impl Dialect {
            /// The shipped dialects: their names and their JSON texts.
            pub const SHIPPED: &'static [(&'static str, &'static str)] = &[$(($name, $function()),)*];
        }

        #[cfg(feature = "json")]
        impl Dialect {
            $($(#[$doc])* pub fn $function() -> Self { Self::shipped($function()) })*
        }
    };
}

shipped_dialects!(texts);

#[cfg(feature = "json")]
impl Dialect {
    #[expect(clippy::expect_used, reason = "the shipped texts are compiled in, and a test reads every one")]
    fn shipped(text: &str) -> Self {
        Self::from_json(text).expect("a shipped dialect is valid")
    }
}

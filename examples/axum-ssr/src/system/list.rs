//! The systems: what a page has to know beside the dialect.

use twinfetch_server_client::Dialect;

/// What differs between systems and is no business of the dialect.
pub(crate) struct About {
    /// As addresses and settings name it.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) dialect: fn() -> Dialect,
    /// Where the backend is, unless a setting says otherwise.
    pub(crate) backend: &'static str,
    /// What the sign-in form asks for; nothing where a provider asks.
    pub(crate) fields: &'static [Field],
    /// What somebody can sign in with here.
    pub(crate) hint: &'static str,
    /// Where the backend says whom a bearer token belongs to.
    pub(crate) account: &'static str,
    /// What only some may read.
    pub(crate) members: Option<&'static str>,
}

/// One field of a sign-in form.
pub(crate) struct Field {
    /// The name by which the backend knows it.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
}

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Email,
    Password,
    /// A number, or nothing.
    Seconds,
}

const EMAIL: Field = Field { name: "email", label: "E-mail", kind: Kind::Email };
const PASSWORD: Field = Field { name: "password", label: "Password", kind: Kind::Password };

/// All of them, in their order.
pub(crate) const SYSTEMS: [About; 4] = [
    About {
        name: "s1",
        title: "Dual tokens",
        lead: "A short-lived access token, and a refresh token which is spent on the next pair. Both stay on this server.",
        dialect: Dialect::dual_token,
        backend: "http://localhost:8081",
        fields: &[EMAIL, PASSWORD],
        hint: "ada@example.com with lovelace-1843, or grace@example.com with hopper-1906",
        account: "/auth/me",
        members: None,
    },
    About {
        name: "s2",
        title: "Cookie with permissions",
        lead: "A cookie that no script can read, and a list of what its owner may do.",
        dialect: Dialect::cookie_jwt,
        backend: "http://localhost:8082",
        fields: &[EMAIL, PASSWORD],
        hint: "ada@example.com with lovelace-1843, grace@example.com with hopper-1906, or admin@example.com with Admin@123456",
        account: "/auth/session",
        members: Some("/account/users"),
    },
    About {
        name: "s3",
        title: "Single user with links",
        lead: "One password, and links that sign their bearer in.",
        dialect: Dialect::single_user,
        backend: "http://localhost:8083",
        fields: &[PASSWORD, Field { name: "ttl", label: "For how many seconds (or nothing)", kind: Kind::Seconds }],
        hint: "admin123",
        account: "/auth/me",
        members: None,
    },
    About {
        name: "s4",
        title: "OAuth",
        lead: "Sign-in at an OpenID provider, and a session in a cookie.",
        dialect: Dialect::oauth_cookie,
        backend: "http://localhost:8084",
        fields: &[],
        hint: "the provider of the demo, which takes everybody for Ada Lovelace",
        account: "/api/auth/profile",
        members: None,
    },
];

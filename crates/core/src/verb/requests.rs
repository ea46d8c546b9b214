//! Which request a verb is.

use super::{Sites, Verb};
use crate::address::{BaseUrl, Path};
use crate::call::{Call, Encoding, Members, Method};
use crate::dialect::{Csrf, Dialect, Identity, Renewal, Route, SignIn, SignOut, Site};
use crate::error::{Code, Error};
use crate::secret::Secret;
use crate::text;

/// A request with the base that its path is below.
pub(super) struct Prepared<'s> {
    pub(super) base: &'s BaseUrl,
    pub(super) call: Call,
}

impl Prepared<'_> {
    /// Has the refresh token sent under this name.
    const fn with_refresh(mut self, member: Option<&'static str>) -> Self {
        self.call.refresh_as = member;
        self
    }
}

impl Sites {
    fn prepare(
        &self,
        site: Site,
        method: Method,
        path: Route,
        members: Option<Members>,
    ) -> Result<Prepared<'_>, Error> {
        let base = match site {
            Site::Backend => &self.backend,
            Site::App => self.app.as_ref().ok_or_else(|| missing("the address of the app is not set"))?,
        };
        let path = Path::parse(path.as_str(), base)?;
        Ok(Prepared { base, call: Call::of(site, method, path, members) })
    }
}

/// The request for the token that forms repeat.
pub(super) fn form_token<'s>(dialect: &Dialect, sites: &'s Sites) -> Result<Prepared<'s>, Error> {
    match dialect.csrf {
        Some(Csrf::Form { path, .. }) => sites.prepare(Site::App, Method::Get, path, None),
        _ => Err(missing("the dialect has no csrf of the kind form")),
    }
}

impl Verb {
    /// Whether a form's token has to be fetched before.
    pub(super) const fn needs_form_token(self, dialect: &Dialect) -> bool {
        match self {
            Self::SignIn => matches!(dialect.sign_in, Some(SignIn::Form { .. })),
            Self::SignOut => matches!(dialect.sign_out, Some(SignOut::Form { .. })),
            Self::Update => dialect.update.is_some(),
            _ => false,
        }
    }

    /// Whether the request shows who is signed in.
    pub(super) const fn presents(self) -> bool {
        !matches!(self, Self::SignIn | Self::Register | Self::Refresh)
    }

    /// Whether somebody signs in or out by it.
    pub(super) const fn changes_who(self) -> bool {
        matches!(self, Self::SignIn | Self::Register | Self::SignOut)
    }

    /// The request itself.
    pub(super) fn prepare<'s>(
        self,
        dialect: &Dialect,
        sites: &'s Sites,
        form_token: Option<&Secret>,
    ) -> Result<Prepared<'s>, Error> {
        let json = |list| Some(Members { encoding: Encoding::Json, list });
        let to_backend = |path, list| sites.prepare(Site::Backend, Method::Post, path, json(list));
        let mut token = Vec::new();
        if let (Some(Csrf::Form { member, .. }), Some(value)) = (dialect.csrf, form_token) {
            token.push((member, value.clone()));
        }
        match self {
            Self::ReadSession => {
                let Identity::Endpoint { site, path, .. } = dialect.identity;
                sites.prepare(site, Method::Get, path, None)
            }
            Self::SignIn => match field(dialect.sign_in, "signIn")? {
                SignIn::Json { path } => to_backend(path, Vec::new()),
                SignIn::Form { path, .. } => sites.submit(path, token),
            },
            Self::Register => to_backend(field(dialect.register, "register")?.path, Vec::new()),
            Self::Refresh => match dialect.renewal {
                Renewal::Rotate { path, member, .. } => Ok(to_backend(path, Vec::new())?.with_refresh(Some(member))),
                _ => Err(missing("the dialect has no renewal of the kind rotate")),
            },
            Self::SignOut => match field(dialect.sign_out, "signOut")? {
                SignOut::Json { path, member } => Ok(to_backend(path, Vec::new())?.with_refresh(member)),
                SignOut::Form { path } => sites.submit(path, token),
            },
            Self::Update => {
                let update = field(dialect.update, "update")?;
                sites.prepare(Site::App, Method::Post, update.path, json(token))
            }
            Self::ReadPermissions => {
                let path = field(dialect.permissions, "permissions")?.path;
                sites.prepare(Site::Backend, Method::Get, path, None)
            }
            Self::CreateLinkToken => to_backend(field(dialect.link, "link")?.path, Vec::new()),
        }
    }
}

impl Sites {
    /// A form of the sign-in library: v4 answers JSON when it is told so in the form, v5 when a header says it.
    fn submit(&self, path: Route, mut list: Vec<(&'static str, Secret)>) -> Result<Prepared<'_>, Error> {
        let back = self.app.as_ref().map_or("/", |app| app.as_str());
        for (name, value) in [("json", "true"), ("callbackUrl", back)] {
            list.push((name, Secret::new(value)));
        }
        let members = Members { encoding: Encoding::Form, list };
        let Prepared { base, call } = self.prepare(Site::App, Method::Post, path, Some(members))?;
        Ok(Prepared { base, call: call.header("x-auth-return-redirect", "1")? })
    }
}

pub(super) fn field<T>(field: Option<T>, name: &str) -> Result<T, Error> {
    field.ok_or_else(|| missing(&text::concat(&["the dialect has no field ", name])))
}

fn missing(what: &str) -> Error {
    Error::new(Code::ConfigInvalid).with_message(text::concat(&["This client cannot do that: ", what, "."]))
}

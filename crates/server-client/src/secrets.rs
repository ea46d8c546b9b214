//! The secrets of sessions, and what is made of them.

use std::time::Duration;

use twinfetch_core::dialect::{Seal as Axis, SealVersion};
use twinfetch_core::seal::{KeyringError, Sessions, Signed};
use twinfetch_core::secret::Secret;

use crate::error::Error;
use crate::own_session::OwnSession;
use crate::seal::{IssuedAfter, Seal};

/// Where the secrets of sessions come from.
pub(crate) enum Secrets {
    Given(Vec<Secret>),
    None,
    OfTheEnvironment,
}

impl Secrets {
    /// Makes of them what opens the sessions of a dialect, whose cookie has this name.
    pub(crate) fn seal(
        self,
        axis: &Axis,
        cookie: Option<&str>,
        issued_after: Option<IssuedAfter>,
        variable: fn(&str) -> Option<String>,
    ) -> Result<Seal, Error> {
        let Some(cookie) = cookie else { return Ok(Seal::None) };
        let secrets = match self {
            Self::Given(secrets) => secrets,
            Self::None => return Ok(Seal::Closed),
            Self::OfTheEnvironment => of_the_environment(axis, variable),
        };
        match axis {
            Axis::AuthJs { version, .. } => {
                let sessions = Sessions::new(*version, &secrets, cookie);
                sessions.map(Seal::AuthJs).map_err(|cause| unusable(cause, "AUTH_SECRET (or NEXTAUTH_SECRET)"))
            }
            Axis::Jws { algorithm, access, session, .. } => {
                let signed =
                    Signed::new(*algorithm, &secrets, cookie).map_err(|cause| unusable(cause, "JWT_SECRET"))?;
                let signed = signed.access(*access).ends(session.expires.is_some());
                Ok(Seal::Signed(signed, issued_after))
            }
            Axis::None {} => Ok(Seal::None),
        }
    }
}

impl Secrets {
    /// Makes of them what keeps sessions in a cookie of this name.
    pub(crate) fn own_session(
        self,
        cookie: &str,
        secure: bool,
        max_age: Duration,
        variable: fn(&str) -> Option<String>,
    ) -> Result<OwnSession, Error> {
        let secrets = match self {
            Self::Given(secrets) => secrets,
            Self::None => Vec::new(),
            Self::OfTheEnvironment => first_of(OF_OWN_SESSION, variable),
        };
        OwnSession::new(cookie, secure, &secrets, max_age).map_err(|cause| unusable(cause, "AUTH_SECRET"))
    }
}

impl Secrets {
    /// The secrets themselves, for what else is to be kept from others.
    #[cfg(feature = "redis")]
    pub(crate) fn listed(&self, own_session: bool, axis: &Axis, variable: fn(&str) -> Option<String>) -> Vec<Secret> {
        match self {
            Self::Given(secrets) => secrets.clone(),
            Self::None => Vec::new(),
            Self::OfTheEnvironment if own_session => first_of(OF_OWN_SESSION, variable),
            Self::OfTheEnvironment => of_the_environment(axis, variable),
        }
    }
}

/// Where the secrets of sessions that this server keeps come from.
const OF_OWN_SESSION: [&str; 2] = ["AUTH_SECRET", "NEXTAUTH_SECRET"];

fn first_of(names: [&str; 2], variable: fn(&str) -> Option<String>) -> Vec<Secret> {
    names.into_iter().find_map(variable).map(Secret::new).into_iter().collect()
}

fn of_the_environment(axis: &Axis, variable: fn(&str) -> Option<String>) -> Vec<Secret> {
    match axis {
        Axis::AuthJs { version: SealVersion::V4, .. } => first_of(["NEXTAUTH_SECRET", "AUTH_SECRET"], variable),
        Axis::AuthJs { version: SealVersion::V5, .. } => first_of(["AUTH_SECRET", "NEXTAUTH_SECRET"], variable),
        Axis::Jws { .. } => {
            let secrets = variable("JWT_SECRET").unwrap_or_default();
            secrets.split(',').filter(|_| !secrets.is_empty()).map(Secret::new).collect()
        }
        Axis::None {} => Vec::new(),
    }
}

fn unusable(cause: KeyringError, variable: &str) -> Error {
    let hint = match cause {
        KeyringError::EmptySecret | KeyringError::NoSecret => {
            format!(": set {variable} to the value that seals sessions")
        }
        _ => String::new(),
    };
    Error::config(format!("The setting secrets is not usable: {cause}{hint}."))
}

#[cfg(test)]
mod tests {
    use twinfetch_core::dialect::Dialect;

    use super::{Seal, Secrets};

    /// Whether the variables make a seal, else the message.
    fn made(dialect: &Dialect, variable: fn(&str) -> Option<String>) -> Result<(), String> {
        let seal = Secrets::OfTheEnvironment.seal(&dialect.seal, Some("s"), None, variable);
        seal.map(drop).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn an_empty_secret_of_the_environment_is_refused_as_by_auth_js() {
        let variables = |name: &str| match name {
            "AUTH_SECRET" => Some(String::new()),
            "NEXTAUTH_SECRET" => Some("s".to_owned()),
            _ => None,
        };
        assert!(made(&Dialect::authjs(), variables).unwrap_err().contains("AUTH_SECRET"));
        assert_eq!(made(&Dialect::next_auth_v4(), variables), Ok(()));
    }

    #[test]
    fn secrets_of_signed_tokens_come_from_their_own_variable_with_commas() {
        let dialect = Dialect::cookie_jwt();
        assert_eq!(made(&dialect, |name| (name == "JWT_SECRET").then(|| "new,old".to_owned())), Ok(()));
        let refused: [fn(&str) -> Option<String>; 3] = [
            |name| (name == "AUTH_SECRET").then(|| "s".to_owned()),
            |name| (name == "JWT_SECRET").then(|| "new,".to_owned()),
            |name| (name == "JWT_SECRET").then(String::new),
        ];
        for variable in refused {
            assert!(made(&dialect, variable).unwrap_err().contains("JWT_SECRET"));
        }
    }

    #[test]
    fn a_client_may_do_without_secrets() {
        for dialect in [Dialect::authjs(), Dialect::dual_token()] {
            let seal = Secrets::None.seal(&dialect.seal, Some("s"), None, |_| None).unwrap();
            assert!(matches!(seal, Seal::Closed));
        }
    }
}

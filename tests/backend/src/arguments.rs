//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use twinfetch_backend::{OpenIdProvider, Options, Refusals, Stage, System};

/// The reference backend that the twinfetch clients are tested against; it answers on loopback only.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// System to speak: s0, s1, s2, s3 or s4, each on its own port; may be given several times [default: s0]
    #[arg(long, value_name = "SYSTEM[=PORT]", value_parser = place)]
    system: Vec<(System, Option<u16>)>,
    /// Port of the first system, unless it names its own; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Database file to keep the data in; without it they die with the process
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Origin whose pages may call, by scheme, host and port; may be given several times
    #[arg(long, value_name = "URL")]
    allow_origin: Vec<String>,
    /// How long an access token is good [default: as the system has it, 900 for s0 and s1]
    #[arg(long, value_name = "SECONDS")]
    token_seconds: Option<u64>,
    /// How long an access token of s1 is good, such as 900 or 15m; --token-seconds goes before it
    #[arg(long, value_name = "TIME", env, value_parser = lifetime)]
    jwt_access_expires_in: Option<Duration>,
    /// How long a refresh token of s0 and s1 is good
    #[arg(long, value_name = "TIME", env, value_parser = lifetime, default_value = "7d")]
    jwt_refresh_expires_in: Duration,
    /// How long a session of s4 is good, such as 7d; --token-seconds goes before it
    #[arg(long, value_name = "TIME", env, value_parser = lifetime)]
    jwt_expires_in: Option<Duration>,
    /// Secret that signs tokens; may be given several times, newest first, and all of them verify
    #[arg(long, value_name = "SECRET", env = "JWT_SECRET", hide_env_values = true, value_delimiter = ',')]
    secret: Vec<String>,
    /// Redis that remembers tokens which died early [default: the database]
    #[arg(long, value_name = "URL", env = "REDIS_URL", hide_env_values = true)]
    redis_url: Option<String>,
    /// Be strict as in production: no `ttl` in s3, a `Secure` cookie in s2
    #[arg(long)]
    production: bool,
    /// Refuse under status 200 in s2, so that only the code tells
    #[arg(long)]
    refuse_with_ok: bool,
    /// OpenID provider of s4, by its issuer
    #[arg(long, value_name = "URL", requires_all = ["oidc_client_id", "oidc_client_secret"])]
    oidc_issuer: Option<String>,
    /// Id under which the provider knows us
    #[arg(long, value_name = "ID", env = "GOOGLE_CLIENT_ID")]
    oidc_client_id: Option<String>,
    /// Secret by which the provider knows us
    #[arg(long, value_name = "SECRET", env = "GOOGLE_CLIENT_SECRET", hide_env_values = true)]
    oidc_client_secret: Option<String>,
    /// Where s4 sends a browser that has signed in [default: the first --allow-origin]
    #[arg(long, value_name = "URL", env = "FRONTEND_ORIGIN")]
    frontend_origin: Option<String>,
    /// Adds the routes under /test, by which a test counts calls and makes answers go wrong
    #[arg(long)]
    test_endpoints: bool,
}

impl Arguments {
    /// How to run each of the systems, in the order of their numbers.
    pub(crate) fn options(mut self) -> Vec<Options> {
        let mut systems = std::mem::take(&mut self.system);
        systems.sort_unstable();
        systems.dedup_by_key(|(system, _)| *system);
        if systems.is_empty() {
            systems.push((System::default(), None));
        }
        if let Some((_, first @ None)) = systems.first_mut() {
            *first = Some(self.port);
        }
        systems.into_iter().map(|(system, port)| self.options_of(system, port.unwrap_or_default())).collect()
    }

    fn options_of(&self, system: System, port: u16) -> Options {
        Options {
            system,
            port,
            database: self.database.clone(),
            allow_origins: self.allow_origin.clone(),
            token_lifetime: self.token_seconds.map(Duration::from_secs).or(match system {
                System::DualToken => self.jwt_access_expires_in,
                System::OauthCookie => self.jwt_expires_in,
                System::Authjs | System::CookieJwt | System::SingleUser => None,
            }),
            refresh_lifetime: self.jwt_refresh_expires_in,
            secrets: self.secret.clone(),
            redis_url: self.redis_url.clone(),
            stage: if self.production { Stage::Production } else { Stage::Development },
            refusals: if self.refuse_with_ok { Refusals::WithOk } else { Refusals::ByStatus },
            provider: self.provider(),
            frontend_origin: self.frontend_origin.clone(),
            issued: None,
            test_endpoints: self.test_endpoints,
        }
    }

    fn provider(&self) -> Option<OpenIdProvider> {
        let (issuer, client_id) = (self.oidc_issuer.clone()?, self.oidc_client_id.clone()?);
        Some(OpenIdProvider { issuer, client_id, client_secret: self.oidc_client_secret.clone()? })
    }
}

/// Reads `s1` or `s1=8081`.
fn place(text: &str) -> anyhow::Result<(System, Option<u16>)> {
    match text.split_once('=') {
        Some((system, port)) => {
            let port = port.parse().with_context(|| format!("{port:?} is not a port"))?;
            Ok((system.parse()?, Some(port)))
        }
        None => Ok((text.parse()?, None)),
    }
}

/// Reads `900`, which are seconds, or `15m`, `12h` and `7d`.
fn lifetime(text: &str) -> anyhow::Result<Duration> {
    let (number, seconds) = match text.as_bytes().last() {
        Some(b's') => (text.trim_end_matches('s'), 1),
        Some(b'm') => (text.trim_end_matches('m'), 60),
        Some(b'h') => (text.trim_end_matches('h'), 60 * 60),
        Some(b'd') => (text.trim_end_matches('d'), 24 * 60 * 60),
        _ => (text, 1),
    };
    let number = number.parse::<u32>().with_context(|| format!("{text:?} is not a time such as 900, 15m or 7d"))?;
    Ok(Duration::from_secs(u64::from(number) * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_with_and_without_a_unit() {
        for (text, seconds) in [("900", 900), ("30s", 30), ("15m", 900), ("12h", 43_200), ("7d", 604_800)] {
            assert_eq!(lifetime(text).unwrap().as_secs(), seconds, "{text}");
        }
        for text in ["", "d", "-1", "1w", "1.5h", "99999999999"] {
            assert!(lifetime(text).is_err(), "{text}");
        }
    }

    #[test]
    fn systems_come_in_the_order_of_their_numbers_and_the_first_takes_the_port() {
        let arguments = ["", "--system", "s4", "--system", "s1", "--port", "8081", "--jwt-access-expires-in", "60"];
        let options = Arguments::parse_from(arguments).options();
        let [first, second] = &options[..] else { panic!("{options:?}") };
        assert_eq!((first.system, first.port), (System::DualToken, 8081));
        assert_eq!((second.system, second.port), (System::OauthCookie, 0));
        assert_eq!(first.token_lifetime, Some(Duration::from_mins(1)));
        assert_eq!(second.token_lifetime, None);
    }

    #[test]
    fn without_a_system_it_is_the_first_at_the_port() {
        let options = Arguments::parse_from(["", "--port", "8080"]).options();
        let [only] = &options[..] else { panic!("{options:?}") };
        assert_eq!((only.system, only.port), (System::Authjs, 8080));
    }
}

//! The backends of S1 to S4, and the OpenID provider at which people sign in to S4.

use std::process::Command;
use std::time::Instant;

use anyhow::{Result, ensure};

use super::port::Ports;
use super::{Interrupt, PATIENCE, PAUSE, Program, Purpose, origin};
use crate::process::program as command;
use crate::workspace::{path, target};

/// As whom the provider knows the backend.
const CLIENT_ID: &str = "twinfetch-demo";

/// How long an access token of S1 is good where tests wait for its end, in seconds.
const SHORT: &str = "2";

/// A running OpenID provider.
pub(super) struct Provider {
    pub(super) program: Program,
    issuer: String,
    client_secret: String,
}

impl Provider {
    /// Starts it for the backend of S4, and waits until it has said where it is.
    pub(super) fn start(ports: &Ports, client_secret: String, interrupt: &Interrupt) -> Result<Self> {
        let [.., oauth] = ports.systems;
        let mut node = command("node", path("tests/oidc"));
        node.args(["provider.mjs", CLIENT_ID, &client_secret]);
        node.arg(format!("{}/api/auth/google/callback", origin(oauth)));
        let mut program = Program::start("provider", &mut node)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(issuer) = program.said("provider ready at ") {
                return Ok(Self { program, issuer, client_secret });
            }
            program.check()?;
            ensure!(Instant::now() < deadline, "the OpenID provider does not say where it is");
            interrupt.pause(PAUSE)?;
        }
    }
}

/// Starts the backends that pages of the React app may call.
pub(super) fn start(ports: &Ports, provider: &Provider, purpose: Purpose) -> Result<Vec<Program>> {
    let mut systems = backend(ports, (1..).zip(ports.systems));
    systems.args(["--oidc-issuer", &provider.issuer, "--oidc-client-id", CLIENT_ID]);
    systems.env("GOOGLE_CLIENT_SECRET", &provider.client_secret);
    if purpose == Purpose::Demo {
        return Ok(vec![Program::start("systems", &mut systems)?]);
    }
    let mut variants = backend(ports, (1..).zip(ports.variants));
    variants.args(["--jwt-access-expires-in", SHORT, "--refuse-with-ok"]);
    [("systems", systems), ("variants", variants)]
        .into_iter()
        .map(|(name, mut command)| Program::start(name, command.arg("--test-endpoints")))
        .collect()
}

fn backend(ports: &Ports, systems: impl Iterator<Item = (u8, u16)>) -> Command {
    let mut backend = command(target().join("debug/twinfetch-backend"), path(""));
    backend.args(["--allow-origin", &origin(ports.react)]);
    for (number, port) in systems {
        backend.arg("--system").arg(format!("s{number}={port}"));
    }
    backend
}

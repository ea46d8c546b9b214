//! The backends of S1 to S4, and the OpenID provider at which people sign in to S4.

use std::process::Command;
use std::time::Instant;

use anyhow::{Result, ensure};

use super::port::Ports;
use super::{Interrupt, PATIENCE, PAUSE, Program, Purpose, Stack, origin, secret};
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
    /// Starts it for the backends of S4, and waits until it has said where it is.
    pub(super) fn start(ports: &Ports, client_secret: String, interrupt: &Interrupt) -> Result<Self> {
        let [.., oauth] = ports.systems;
        let callbacks = [oauth, ports.oauth_of_axum].map(|port| format!("{}/api/auth/google/callback", origin(port)));
        let mut node = command("node", path("tests/oidc"));
        node.args(["provider.mjs", CLIENT_ID, &client_secret]);
        node.args(callbacks);
        let mut program = Program::start("provider", &mut node)?;
        let issuer = heard(&mut program, "provider ready at ", interrupt)?;
        Ok(Self { program, issuer, client_secret })
    }
}

/// The secrets with which S1 to S4 sign, one each: under a shared one, a token of one system would pass in another.
pub(super) struct Secrets([String; 4]);

impl Secrets {
    /// Draws them for this run.
    pub(super) fn draw() -> Result<Self> {
        Ok(Self([secret()?, secret()?, secret()?, secret()?]))
    }

    /// Tells a server which reads sessions by itself where the backends are, and their secrets.
    pub(super) fn tell(&self, server: &mut Command, ports: &Ports) {
        let [one, two, three, _] = ports.systems;
        for ((number, secret), port) in (1..).zip(&self.0).zip([one, two, three, ports.oauth_of_axum]) {
            server.env(format!("S{number}_SECRET"), secret).env(format!("S{number}_URL"), origin(port));
        }
    }
}

/// Starts the backends that pages of the React app and of the axum app may call.
pub(super) fn start(
    stack: &Stack,
    provider: &Provider,
    secrets: &Secrets,
    interrupt: &Interrupt,
) -> Result<Vec<Program>> {
    let Stack { ports, purpose, .. } = stack;
    let started = |name, command: &mut Command| {
        if *purpose == Purpose::Tests {
            command.arg("--test-endpoints");
        }
        Program::start(name, command)
    };
    let [one, two, three, four] = ports.systems;
    let mut programs = Vec::new();
    let [of_one, of_two, of_three, of_four] = &secrets.0;
    for (name, port, secret) in [("s1", one, of_one), ("s2", two, of_two), ("s3", three, of_three)] {
        programs.push(started(name, backend(ports, [(name, port)]).env("JWT_SECRET", secret))?);
    }
    // It leads a browser back to one front end only, and so runs once for each, on one database.
    let database = target().join("xtask/s4.sqlite");
    if database.exists() {
        std::fs::remove_file(&database)?;
    }
    for (name, port, front_end) in [("s4", four, ports.react), ("s4-of-axum", ports.oauth_of_axum, ports.axum)] {
        let mut oauth = backend(ports, [("s4", port)]);
        oauth.args(["--oidc-issuer", &provider.issuer, "--oidc-client-id", CLIENT_ID]);
        oauth.args(["--frontend-origin", &origin(front_end)]).arg("--database").arg(&database);
        oauth.env("GOOGLE_CLIENT_SECRET", &provider.client_secret).env("JWT_SECRET", of_four);
        let mut program = started(name, &mut oauth)?;
        // The first makes the tables.
        heard(&mut program, "twinfetch-backend s4 ready at ", interrupt)?;
        programs.push(program);
    }
    if *purpose == Purpose::Tests {
        let [short, refusing] = ports.variants;
        let mut variants = backend(ports, [("s1", short), ("s2", refusing)]);
        variants.args(["--jwt-access-expires-in", SHORT, "--refuse-with-ok"]);
        programs.push(started("variants", &mut variants)?);
    }
    Ok(programs)
}

/// Waits until a program has said something, and gives what follows it.
fn heard(program: &mut Program, words: &str, interrupt: &Interrupt) -> Result<String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(said) = program.said(words) {
            return Ok(said);
        }
        program.check()?;
        ensure!(Instant::now() < deadline, "{} does not say where it is", program.name);
        interrupt.pause(PAUSE)?;
    }
}

fn backend(ports: &Ports, systems: impl IntoIterator<Item = (&'static str, u16)>) -> Command {
    let mut backend = command(target().join("debug/twinfetch-backend"), path(""));
    backend.args(["--allow-origin", &origin(ports.react)]);
    for (name, port) in systems {
        backend.arg("--system").arg(format!("{name}={port}"));
    }
    backend
}

//! The demo's programs, started together and stopped together.
//!
//! ```text
//! browser ──▶ Next app ──▶ backend
//!    ├──────▶ axum app ──────┘        one cookie: it ignores the port
//!    ├──────▶ React app
//!    ├──────▶ backends of the other systems
//!    └──────▶ OpenID provider ◀──┘
//! ```

mod canary;
mod interrupt;
mod port;
mod program;
mod react;
mod systems;

pub(crate) use interrupt::Interrupt;
pub(crate) use program::Program;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::npm;
use crate::process::{cargo, program as command, run};
use crate::workspace::{path, tarball, target};
use port::Ports;
use systems::{Provider, Secrets};

/// How long a program may take until it answers.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often a program is asked.
const PAUSE: Duration = Duration::from_millis(100);

/// What the demo and the end-to-end tests need started differently.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A person tries it: well-known ports where they are free.
    Demo,
    /// Tests drive it: any ports, and a backend that counts calls and fails on demand.
    Tests,
}

/// The running programs; dropping it stops them.
pub(crate) struct Stack {
    programs: Vec<Program>,
    /// The secret that the two applications share.
    pub(crate) secret: String,
    ports: Ports,
    purpose: Purpose,
}

impl Stack {
    /// Builds the programs. The package must have been built.
    pub(crate) fn build(purpose: Purpose) -> Result<()> {
        ensure!(tarball().exists(), "the package is not built: run cargo xtask build first");
        println!("stack: compiling the backend and the axum app");
        run(cargo().args(["build", "--package", "twinfetch-backend", "--package", "twinfetch-example-axum-ssr"]))?;
        npm::install("tests/oidc")?;
        println!("stack: building the React app");
        react::build()?;
        println!("stack: building the Next app");
        npm::install_with("examples/nextjs", &tarball())?;
        let mut next = npm::npm("examples/nextjs");
        next.args(["run", "--silent", "build"]).env("NEXT_TELEMETRY_DISABLED", "1");
        match purpose {
            Purpose::Demo => run(&mut next),
            Purpose::Tests => canary::watch(&mut next, &path("examples/nextjs/.next/static")),
        }
    }

    /// Starts them and waits until each answers.
    pub(crate) fn start(purpose: Purpose, interrupt: &Interrupt) -> Result<Self> {
        let ports = Ports::choose(purpose)?;
        let mut stack = Self { programs: Vec::new(), secret: secret()?, ports, purpose };
        stack.programs.push(stack.backend(purpose)?);
        stack.programs.push(stack.next()?);
        let secrets = Secrets::draw()?;
        stack.programs.push(stack.axum(purpose, &secrets)?);
        let provider = Provider::start(&stack.ports, secret()?, interrupt)?;
        stack.programs.extend(systems::start(&stack, &provider, &secrets, interrupt)?);
        stack.programs.push(provider.program);
        stack.programs.push(react::start(&stack.ports)?);
        stack.wait(purpose, interrupt)?;
        Ok(stack)
    }

    /// Where the backend is.
    pub(crate) fn backend_url(&self) -> String {
        origin(self.ports.backend)
    }

    /// Where the Next app is.
    pub(crate) fn next_url(&self) -> String {
        origin(self.ports.next)
    }

    /// Where the axum app is.
    pub(crate) fn axum_url(&self) -> String {
        origin(self.ports.axum)
    }

    /// Where the React app is.
    pub(crate) fn react_url(&self) -> String {
        origin(self.ports.react)
    }

    /// Where the backends of the systems are, each with the name of the variable which tells it to the tests.
    pub(crate) fn system_urls(&self) -> impl Iterator<Item = (String, String)> + use<> {
        let systems = (1..).zip(self.ports.systems).map(|(number, port)| (format!("TWINFETCH_S{number}_URL"), port));
        let variants = ["TWINFETCH_S1_SHORT_URL", "TWINFETCH_S2_OK_URL"].map(str::to_owned);
        let of_axum = [("TWINFETCH_S4_OF_AXUM_URL".to_owned(), self.ports.oauth_of_axum)];
        systems
            .chain(of_axum)
            .chain(variants.into_iter().zip(self.ports.variants))
            .map(|(name, port)| (name, origin(port)))
    }

    /// Fails if one of the programs is no longer there.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.programs.iter_mut().try_for_each(Program::check)
    }

    fn wait(&mut self, purpose: Purpose, interrupt: &Interrupt) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        for (name, port) in self.ports.awaited(purpose) {
            while !port::answers(port) {
                self.check()?;
                if Instant::now() > deadline {
                    bail!("{name} does not answer on port {port} within {} seconds", PATIENCE.as_secs());
                }
                interrupt.pause(PAUSE)?;
            }
        }
        self.check()
    }

    fn backend(&self, purpose: Purpose) -> Result<Program> {
        let mut backend = command(target().join("debug/twinfetch-backend"), path(""));
        backend.arg("--port").arg(self.ports.backend.to_string());
        backend.arg("--allow-origin").arg(self.next_url()).arg("--allow-origin").arg(self.axum_url());
        if purpose == Purpose::Tests {
            backend.arg("--test-endpoints");
        }
        Program::start("backend", &mut backend)
    }

    fn next(&self) -> Result<Program> {
        let next = &mut npm::npm("examples/nextjs");
        next.args(["run", "--silent", "start"])
            .env("AUTH_SECRET", &self.secret)
            .env("AUTH_TRUST_HOST", "true")
            .env("AUTH_URL", self.next_url())
            .env("BACKEND_URL", self.backend_url())
            .env("NEXT_PUBLIC_BACKEND_URL", self.backend_url())
            .env("NEXT_TELEMETRY_DISABLED", "1")
            .env("PORT", self.ports.next.to_string());
        Program::start("next", next)
    }

    fn axum(&self, purpose: Purpose, secrets: &Secrets) -> Result<Program> {
        let axum = &mut command(target().join("debug/axum-ssr"), path("examples/axum-ssr"));
        axum.env("AUTH_SECRET", &self.secret)
            .env("BACKEND_URL", self.backend_url())
            .env("PORT", self.ports.axum.to_string())
            .env("SIGN_IN_URL", format!("{}/sign-in", self.next_url()));
        if purpose == Purpose::Tests {
            let [short, _] = self.ports.variants;
            axum.env("OWN_URL", origin(short));
        }
        secrets.tell(axum, &self.ports);
        Program::start("axum", axum)
    }
}

fn origin(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// A secret for this run only, from the operating system.
fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the operating system gives no random bytes")?;
    Ok(bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}

//! `cargo xtask test`: everything that must hold, in the order in which a failure is cheapest.

mod end_to_end;
mod next_auth;
mod printed;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::process::{cargo, run};
use crate::{browser, build, debian, documents, npm, size, tidy, tools, vectors};

const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];

/// What runs in a browser.
const BROWSER: [&str; 6] =
    ["--package", "twinfetch-core", "--package", "twinfetch-wasm-client", "--features", "twinfetch-wasm-client/npm"];

/// One thing that is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// The Rust sources are formatted
    Format,
    /// No lint complains, on the host and for wasm
    Lint,
    /// The invariants of ARCHITECTURE.md hold
    Tidy,
    /// Rust tests and the examples in the documentation
    Native,
    /// A hundred thousand calls through a proxy that goes wrong
    Soak,
    /// The vectors, natively and in wasm
    Vectors,
    /// Rust tests of the core and the browser client in headless Chromium
    Wasm,
    /// The npm package builds and keeps its invariants
    Build,
    /// What a user downloads is within the budget
    Size,
    /// Lints, types and tests of the npm package
    Npm,
    /// The packed package in real bundlers
    Packaging,
    /// The packed package beside next-auth 4 and 5, in a real browser
    NextAuth,
    /// The demo in a real browser
    E2e,
    /// The documents say what has passed, and every row of the systems has its proofs
    Documents,
}

/// Runs the steps named, or all; stops at the first that fails, and sums up in any case.
pub(crate) fn run_steps(wanted: &[Step]) -> Result<()> {
    tools::check()?;
    let mut done = Vec::new();
    let result = Step::value_variants()
        .iter()
        .filter(|step| wanted.is_empty() || wanted.contains(step))
        .try_for_each(|step| run_step(*step, &mut done));
    println!("\nsteps");
    for (name, time, passed) in done {
        println!("  {} {name:<10}{:>7.1} s", if passed { "ok    " } else { "FAILED" }, time.as_secs_f64());
    }
    result
}

fn run_step(step: Step, done: &mut Vec<(String, Duration, bool)>) -> Result<()> {
    let name = step.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    println!("\n=== {name}");
    let start = Instant::now();
    let result = documents::forget(&name).and_then(|()| step.run()).and_then(|()| documents::record(&name));
    let result = result.with_context(|| format!("the step {name} fails"));
    println!("=== {name}: {:.1} s", start.elapsed().as_secs_f64());
    done.push((name, start.elapsed(), result.is_ok()));
    result
}

impl Step {
    fn run(self) -> Result<()> {
        match self {
            Self::Format => run(cargo().args(["fmt", "--all", "--check"])),
            Self::Lint => lint(),
            Self::Tidy => tidy::run(),
            Self::Native => native(),
            Self::Soak => run(cargo().args(["run", "--package", "twinfetch-soak"])),
            Self::Vectors => vectors::run_on_all(),
            Self::Wasm => wasm(),
            Self::Build => build::run(),
            Self::Size => size::run(),
            Self::Npm => checked("npm"),
            Self::Packaging => packaging(),
            Self::NextAuth => next_auth::run_all(),
            Self::E2e => end_to_end::run_all(),
            Self::Documents => documents::run(),
        }
    }
}

fn lint() -> Result<()> {
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--all-features", "--", "--deny", "warnings"]))?;
    run(cargo().arg("clippy").args(BROWSER).args(WASM).args(["--all-targets", "--", "--deny", "warnings"]))
}

fn native() -> Result<()> {
    npm::install("tests/oidc")?;
    if tools::found("redis-server").is_none() {
        debian::install(&["redis-server"])
            .context("redis-server is needed: install it (Debian: apt-get install redis-server)")?;
    }
    let everything = ["--workspace", "--all-features"];
    let has_nextest = crate::process::output(cargo().args(["nextest", "--version"])).is_ok();
    if has_nextest {
        run(cargo().args(["nextest", "run"]).args(everything))?;
        printed::search()?;
        return run(cargo().args(["test", "--doc"]).args(everything));
    }
    run(cargo().arg("test").args(everything))
}

fn wasm() -> Result<()> {
    browser::chromium()?;
    // Built before it is needed: the tests' output would hide how long that takes.
    run(cargo().args(["build", "--package", "twinfetch-test-runner"]))?;
    let settings = crate::workspace::path("xtask/test-runner/webdriver.json");
    run(cargo().arg("test").args(BROWSER).args(WASM).arg("--tests").env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", settings))
}

fn packaging() -> Result<()> {
    run(cargo().args(["build", "--package", "twinfetch-faults"]))?;
    checked("tests/packaging")
}

/// Installs a folder of JavaScript, checks it and runs its tests.
fn checked(folder: &str) -> Result<()> {
    npm::install(folder)?;
    run(npm::npm(folder).args(["run", "--silent", "check"]))?;
    run(npm::npm(folder).args(["test", "--silent"]).env("CHROMIUM", browser::chromium()?))
}

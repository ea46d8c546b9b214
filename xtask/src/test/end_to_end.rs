//! The demo's programs, driven by a real browser.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::process::run;
use crate::stack::{Interrupt, Program, Purpose, Stack};
use crate::{browser, npm};

/// How often the programs are looked at.
const PAUSE: Duration = Duration::from_millis(200);

/// Builds and starts the stack, and runs `tests/e2e` against it.
pub(super) fn run_all() -> Result<()> {
    let chromium = browser::chromium()?;
    Stack::build(Purpose::Tests)?;
    npm::install("tests/e2e")?;
    for folder in ["examples/nextjs", "examples/react", "tests/e2e"] {
        run(npm::npm(folder).args(["run", "--silent", "check"]))?;
    }
    let interrupt = Interrupt::listen()?;
    let mut stack = Stack::start(Purpose::Tests, &interrupt)?;
    let mut tests = npm::npm("tests/e2e");
    tests
        .args(["test", "--silent"])
        .env("CHROMIUM", chromium)
        .env("TWINFETCH_AUTH_SECRET", &stack.secret)
        .env("TWINFETCH_AXUM_URL", stack.axum_url())
        .env("TWINFETCH_BACKEND_URL", stack.backend_url())
        .env("TWINFETCH_NEXT_URL", stack.next_url())
        .env("TWINFETCH_REACT_URL", stack.react_url())
        .envs(stack.system_urls());
    let mut tests = Program::start_shown("the tests", &mut tests)?;
    loop {
        if let Some(status) = tests.ended()? {
            return if status.success() { Ok(()) } else { bail!("the tests ended with {status}") };
        }
        stack.check()?;
        interrupt.pause(PAUSE)?;
    }
}

//! `cargo xtask demo`: everything built and running, for a person to try.

use std::time::Duration;

use anyhow::Result;

use crate::stack::{Interrupt, Purpose, Stack};
use crate::{build, tools};

/// How often the programs are looked at.
const PAUSE: Duration = Duration::from_millis(500);

/// Builds and starts the programs, and stops them on Ctrl-C or when one of them ends.
pub(crate) fn run() -> Result<()> {
    tools::check()?;
    build::run()?;
    Stack::build(Purpose::Demo)?;
    let interrupt = Interrupt::listen()?;
    println!("demo: starting the backends, the OpenID provider, the Next app, the axum app and the React app");
    let mut stack = Stack::start(Purpose::Demo, &interrupt)?;
    println!();
    println!("  React app  {}   all systems, to choose from", stack.react_url());
    println!("  Next app   {}   the Auth.js pair", stack.next_url());
    println!("  axum app   {}/systems   all systems, rendered by Rust from the same sessions", stack.axum_url());
    println!("  backend    {}", stack.backend_url());
    println!("  sign in as ada with the password lovelace-1843, or as grace with hopper-1906");
    println!("  Ctrl-C stops them all");
    while !interrupt.within(PAUSE) {
        stack.check()?;
    }
    println!("\ndemo: stopping");
    Ok(())
}

//! The React app, which speaks all systems but the first.

use anyhow::Result;

use super::port::Ports;
use super::{Program, origin};
use crate::npm;
use crate::process::run;
use crate::workspace::tarball;

const FOLDER: &str = "examples/react";

/// Builds the app. The package must have been built.
pub(super) fn build() -> Result<()> {
    npm::install_with(FOLDER, &tarball())?;
    run(npm::npm(FOLDER).args(["run", "--silent", "build"]))
}

/// Serves the built app, which is told where the backends are when it runs.
pub(super) fn start(ports: &Ports) -> Result<Program> {
    let mut app = npm::npm(FOLDER);
    app.args(["run", "--silent", "start"]).env("PORT", ports.react.to_string());
    app.env("NEXT_APP_URL", origin(ports.next));
    for (number, port) in (1..).zip(ports.systems) {
        app.env(format!("S{number}_URL"), origin(port));
    }
    Program::start("react", &mut app)
}

//! What a bundler makes of an entry of the package: what a page loads at once, and what it loads on first use.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::npm;
use crate::process::run_quietly;
use crate::workspace::{path, target};

/// The files of an entry, minified.
pub(crate) struct Bundle {
    /// The entry and what it imports.
    pub(crate) first: Vec<Vec<u8>>,
    /// What it imports when it is called.
    pub(crate) later: Vec<Vec<u8>>,
}

impl Bundle {
    /// Bundles a file of `npm/` as an application's bundler would, React left to the application.
    pub(crate) fn of(entry: &str) -> Result<Self> {
        let folder = target().join("xtask/bundle").join(entry);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let report = folder.join("report.json");
        run_quietly(
            npm::tool("esbuild")
                .args([entry, "--bundle", "--splitting", "--format=esm", "--minify", "--log-level=warning"])
                .args(["--external:react", "--external:node:*", "--external:*?module"])
                .arg(format!("--outdir={}", folder.display()))
                .arg(format!("--metafile={}", report.display())),
        )?;
        let report: Value = serde_json::from_str(&fs::read_to_string(report)?)?;
        let outputs = report.get("outputs").and_then(Value::as_object).context("esbuild reports no outputs")?;
        let entry = outputs.iter().find(|(_, output)| output.get("entryPoint").and_then(Value::as_str) == Some(entry));
        let mut reached = BTreeSet::new();
        reach(&report, entry.context("esbuild reports no entry")?.0, &mut reached);
        let read = |wanted: bool| {
            let files = outputs.keys().filter(|file| reached.contains(file.as_str()) == wanted);
            files.map(|file| Ok(fs::read(path("npm").join(file))?)).collect::<Result<Vec<_>>>()
        };
        Ok(Self { first: read(true)?, later: read(false)? })
    }
}

/// Follows the imports that are loaded together with a file.
fn reach<'a>(report: &'a Value, file: &'a str, reached: &mut BTreeSet<&'a str>) {
    if !reached.insert(file) {
        return;
    }
    let imports = report.get("outputs").and_then(|outputs| outputs.get(file)?.get("imports")?.as_array());
    for import in imports.into_iter().flatten() {
        let external = import.get("external").and_then(Value::as_bool).unwrap_or_default();
        let together = import.get("kind").and_then(Value::as_str) == Some("import-statement");
        if let (true, false, Some(path)) = (together, external, import.get("path").and_then(Value::as_str)) {
            reach(report, path, reached);
        }
    }
}

//! What a bundler makes of an entry of the package: what a page loads at once, at its first call, and at its first download.

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
    /// What that imports when a file is downloaded.
    pub(crate) last: Vec<Vec<u8>>,
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
        let first = reached.clone();
        for file in &first {
            for called in imports(&report, file, "dynamic-import") {
                reach(&report, called, &mut reached);
            }
        }
        let read = |wanted: &dyn Fn(&str) -> bool| {
            let files = outputs.keys().filter(|file| wanted(file.as_str()));
            files.map(|file| Ok(fs::read(path("npm").join(file))?)).collect::<Result<Vec<_>>>()
        };
        Ok(Self {
            first: read(&|file| first.contains(file))?,
            later: read(&|file| reached.contains(file) && !first.contains(file))?,
            last: read(&|file| !reached.contains(file))?,
        })
    }
}

/// Follows the imports that are loaded together with a file.
fn reach<'a>(report: &'a Value, file: &'a str, reached: &mut BTreeSet<&'a str>) {
    if !reached.insert(file) {
        return;
    }
    for import in imports(report, file, "import-statement") {
        reach(report, import, reached);
    }
}

/// What a file imports in this way, and the package has.
fn imports<'a>(report: &'a Value, file: &str, kind: &str) -> Vec<&'a str> {
    let all = report.get("outputs").and_then(|outputs| outputs.get(file)?.get("imports")?.as_array());
    let own = |import: &&Value| {
        import.get("kind").and_then(Value::as_str) == Some(kind)
            && !import.get("external").and_then(Value::as_bool).unwrap_or_default()
    };
    all.into_iter().flatten().filter(own).filter_map(|import| import.get("path")?.as_str()).collect()
}

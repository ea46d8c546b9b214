//! What has been proven: transcripts that were played, and tests that are named after a row.
//!
//! A player reports what it has played in `target/systems/<side>.json`. The tests of a step that has passed have passed.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::named;
use super::rows::{Row, Side};
use crate::process::{output, program};
use crate::workspace::{files, path, target};

/// Which step runs the tests below a folder, and which side they prove; the first that fits counts.
const PLACES: [(&str, &str, Side); 10] = [
    ("crates/core/", "native", Side::Core),
    ("crates/wasm-client/tests/", "wasm", Side::WasmClient),
    ("crates/server-client/tests/loopback/systems/", "native", Side::EndToEndServer),
    ("crates/server-client/", "native", Side::Server),
    ("tests/backend/", "native", Side::Backend),
    ("npm/tests/", "npm", Side::Npm),
    ("tests/packaging/", "packaging", Side::Npm),
    ("tests/e2e/axum", "e2e", Side::EndToEndServer),
    ("tests/e2e/", "e2e", Side::EndToEndBrowser),
    ("tests/next-auth/", "next-auth", Side::EndToEndBrowser),
];

/// Which step a player runs in.
const PLAYERS: [(&str, Side); 5] = [
    ("native", Side::Core),
    ("wasm", Side::CoreWasm),
    ("npm", Side::Npm),
    ("wasm", Side::WasmClient),
    ("native", Side::Server),
];

/// A success or a failure that was played, or a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Success,
    Failure,
    Test,
}

/// Something that was proven of a row on a side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proof {
    pub(super) row: String,
    pub(super) side: Side,
    pub(super) kind: Kind,
}

/// Forgets what a step has proven, because it begins again.
pub(crate) fn forget(step: &str) -> Result<()> {
    let reports = PLAYERS.iter().filter(|(of, _)| *of == step).map(|(_, side)| report(side.name()));
    for file in reports.chain([report(&format!("step-{step}"))]).filter(|file| file.exists()) {
        fs::remove_file(file)?;
    }
    Ok(())
}

/// Notes that a step has passed.
pub(crate) fn record(step: &str) -> Result<()> {
    fs::create_dir_all(target().join("systems"))?;
    fs::write(report(&format!("step-{step}")), "{}\n")?;
    if step == "wasm" {
        // A page writes no files. It has played what is compiled in, and ends red where one fails.
        let all = transcripts()?;
        play(Side::CoreWasm, all.keys())?;
        play(Side::WasmClient, all.iter().filter(|(_, played)| !played.server_only).map(|(name, _)| name))?;
    }
    Ok(())
}

fn play<'a>(side: Side, played: impl Iterator<Item = &'a (String, String)>) -> Result<()> {
    let played: Vec<Value> = played.map(|(row, it)| json!({ "row": row, "it": it, "passed": true })).collect();
    fs::write(report(side.name()), json!(played).to_string())?;
    Ok(())
}

fn report(name: &str) -> PathBuf {
    target().join("systems").join(name).with_extension("json")
}

/// Reads what the steps have proven.
pub(super) fn read(rows: &[Row]) -> Result<Vec<Proof>> {
    let known = transcripts()?;
    let mut proofs = Vec::new();
    for (step, side) in PLAYERS {
        let file = report(side.name());
        let text = fs::read_to_string(&file)
            .with_context(|| format!("the step {step} has not played the transcripts: run it"))?;
        let played: Value = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
        for played in played.as_array().context("a report is a list")? {
            let name = |member: &str| played[member].as_str().unwrap_or_default().to_owned();
            let (row, it) = (name("row"), name("it"));
            if played["passed"] != true {
                bail!("{}: {row} {it} has not passed", side.name());
            }
            let Some(transcript) = known.get(&(row.clone(), it.clone())) else {
                bail!("{}: {row} {it} is no transcript", side.name())
            };
            proofs.push(Proof { row, side, kind: transcript.kind });
        }
    }
    proofs.extend(named_after_rows()?);
    let mut lost = Vec::new();
    for row in rows {
        for (side, file, name) in &row.tests {
            match find(file, name) {
                Ok(()) => proofs.push(Proof { row: row.id.clone(), side: *side, kind: Kind::Test }),
                Err(error) => lost.push(format!("{}, {}: {file}: {name}: {error:#}", row.id, side.title())),
            }
        }
    }
    if !lost.is_empty() {
        bail!("tests that are named as proofs:\n  {}", lost.join("\n  "));
    }
    Ok(proofs)
}

/// What a transcript is.
struct Transcript {
    kind: Kind,
    server_only: bool,
}

/// All transcripts by row and sentence.
fn transcripts() -> Result<BTreeMap<(String, String), Transcript>> {
    let mut all = BTreeMap::new();
    for file in files(&path("tests/vectors/systems"))? {
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let document: Value =
            serde_json::from_str(&fs::read_to_string(&file)?).with_context(|| file.display().to_string())?;
        for transcript in document.get("transcripts").and_then(Value::as_array).into_iter().flatten() {
            let text = |name: &str| {
                transcript[name]
                    .as_str()
                    .map(str::to_owned)
                    .with_context(|| format!("{name} is missing in {transcript}"))
            };
            let fails = transcript["acts"].as_array().map_or_else(|| vec![transcript], |acts| acts.iter().collect());
            let kind = if fails.iter().any(|act| act.get("fails").is_some()) { Kind::Failure } else { Kind::Success };
            let (row, it) = (text("row")?, text("it")?);
            let server_only = transcript["only"] == "server";
            if all.insert((row.clone(), it.clone()), Transcript { kind, server_only }).is_some() {
                bail!("two transcripts are called {row} {it}");
            }
        }
    }
    Ok(all)
}

fn named_after_rows() -> Result<Vec<Proof>> {
    let listed = output(program("git", path("")).args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    let mut proofs = Vec::new();
    for file in listed.lines() {
        let place = PLACES.iter().find(|(folder, _, _)| file.starts_with(folder));
        let is_source = [".rs", ".mjs", ".ts", ".tsx"].iter().any(|end| file.ends_with(end)) && path(file).exists();
        let Some((_, step, side)) = place.filter(|_| is_source) else { continue };
        let text = fs::read_to_string(path(file))?;
        for row in named::tests(file, &text).iter().flat_map(named::Test::rows) {
            has_passed(step, file)?;
            proofs.push(Proof { row, side: *side, kind: Kind::Test });
        }
    }
    Ok(proofs)
}

/// Fails when there is no such test, or when its step has not passed.
fn find(file: &str, name: &str) -> Result<()> {
    let text = fs::read_to_string(path(file)).context("there is no such file")?;
    if !named::tests(file, &text).iter().any(|test| test.name == name) {
        bail!("there is no such test");
    }
    let place = PLACES.iter().find(|(folder, _, _)| file.starts_with(folder));
    let (_, step, _) = place.context("no step is known to run this file")?;
    has_passed(step, file)
}

fn has_passed(step: &str, file: &str) -> Result<()> {
    if !report(&format!("step-{step}")).exists() {
        bail!("the step {step}, which runs {file}, has not passed: run it");
    }
    Ok(())
}

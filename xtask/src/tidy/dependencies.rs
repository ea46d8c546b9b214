//! Who may know whom, and what must never be linked where.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::process::{cargo, output};

/// Crates that read, wait, tell the time or draw chance: a decision needs none of them.
const PERFORMING: [&str; 24] = [
    "async-std",
    "chrono",
    "fastrand",
    "futures-executor",
    "getrandom",
    "gloo-net",
    "gloo-timers",
    "hyper",
    "instant",
    "jiff",
    "js-sys",
    "log",
    "mio",
    "rand",
    "rand_chacha",
    "reqwest",
    "smol",
    "socket2",
    "time",
    "tokio",
    "tracing",
    "ureq",
    "wasm-bindgen",
    "web-time",
];

/// Crates that read or write sealed sessions: server only.
const SEALING: [&str; 9] = ["aes", "aes-gcm", "aws-lc-rs", "cbc", "hkdf", "hmac", "jsonwebtoken", "ring", "sha2"];

/// Crates that cost more bytes in a browser than all the rest together.
const HEAVY: [&str; 5] = ["chrono", "regex", "reqwest", "serde_json", "url"];

/// The members that know only these others; any other member may know all but `UNKNOWN`.
const KNOWS: [(&str, &[&str]); 3] = [
    ("twinfetch-core", &[]),
    ("twinfetch-server-client", &["twinfetch-core"]),
    ("twinfetch-wasm-client", &["twinfetch-core"]),
];

/// The members that nobody knows.
const UNKNOWN: [&str; 2] = ["twinfetch-test-runner", "xtask"];

/// Asks cargo for the trees and the members.
pub(super) fn breaches() -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    let core = tree(&["--package", "twinfetch-core", "--all-features"])?;
    breaches.extend(found(&core, &PERFORMING, "twinfetch-core", "the core decides and performs nothing"));
    let shipped = ["--package", "twinfetch-wasm-client", "--features", "npm", "--target", "wasm32-unknown-unknown"];
    let browser = tree(&shipped)?;
    breaches.extend(found(&browser, &SEALING, "twinfetch-wasm-client", "sealed sessions are read on servers only"));
    breaches.extend(found(&browser, &HEAVY, "twinfetch-wasm-client", "it is too large for a browser"));
    let metadata = output(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    breaches.extend(directions(&serde_json::from_str(&metadata)?)?);
    Ok(breaches)
}

fn tree(which: &[&str]) -> Result<Vec<String>> {
    let text = output(cargo().args(["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}"]).args(which))?;
    Ok(text.lines().filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect())
}

fn found(tree: &[String], denied: &[&str], member: &str, reason: &str) -> Vec<String> {
    let in_tree = denied.iter().filter(|name| tree.iter().any(|package| package == *name));
    in_tree.map(|name| format!("{member} depends on {name}: {reason}")).collect()
}

fn directions(metadata: &Value) -> Result<Vec<String>> {
    let packages = list(metadata, "packages")?;
    let mut breaches = Vec::new();
    for package in packages {
        let name = text(package, "name")?;
        let known = KNOWS.iter().find(|(member, _)| *member == name).map(|(_, known)| *known);
        for dependency in list(package, "dependencies")? {
            let other = text(dependency, "name")?;
            let is_member = packages.iter().any(|package| text(package, "name").is_ok_and(|member| member == other));
            let for_tests = dependency.get("kind").and_then(Value::as_str) == Some("dev");
            let refused = !for_tests && known.is_some_and(|known| !known.contains(&other));
            if UNKNOWN.contains(&other) || (is_member && refused) {
                breaches.push(format!("{name} must not know {other}"));
            }
        }
    }
    Ok(breaches)
}

fn list<'a>(value: &'a Value, name: &str) -> Result<&'a Vec<Value>> {
    value.get(name).and_then(Value::as_array).with_context(|| format!("cargo metadata has no list {name}"))
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value.get(name).and_then(Value::as_str).with_context(|| format!("cargo metadata has no text {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, knows: &str, kind: Option<&str>) -> Value {
        serde_json::json!({ "name": name, "dependencies": [{ "name": knows, "kind": kind }] })
    }

    #[test]
    fn an_arrow_in_the_wrong_direction_is_a_breach() {
        let packages = [
            member("twinfetch-core", "twinfetch-wasm-client", None),
            member("twinfetch-wasm-client", "twinfetch-core", None),
            member("twinfetch-server-client", "twinfetch-backend", Some("dev")),
            member("twinfetch-backend", "xtask", Some("dev")),
        ];
        let breaches = directions(&serde_json::json!({ "packages": packages })).unwrap();
        assert_eq!(
            breaches,
            ["twinfetch-core must not know twinfetch-wasm-client", "twinfetch-backend must not know xtask"]
        );
    }

    #[test]
    fn a_denied_crate_is_named_with_the_reason() {
        let breaches = found(&["serde".to_owned(), "tokio".to_owned()], &PERFORMING, "twinfetch-core", "it decides");
        assert_eq!(breaches, ["twinfetch-core depends on tokio: it decides"]);
    }
}

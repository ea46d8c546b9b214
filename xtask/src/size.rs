//! `cargo xtask size`: what a user downloads, against `npm/size-budget.json`.
//!
//! A budget names a row and limits one of its columns. `sent` is what a good server sends: of gzip and brotli the
//! smaller, file by file.

mod bundle;
mod measure;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::workspace::path;
use bundle::Bundle;
use measure::Size;

/// The limits of one row: column to bytes.
type Limits = BTreeMap<String, u64>;

/// Prints the table and fails if a row is above its budget, or a budget has no row.
pub(crate) fn run() -> Result<()> {
    ensure!(path("npm/dist").exists(), "the package is not built: run cargo xtask build first");
    let mut budget = budget()?;
    let mut over = Vec::new();
    println!("{:<44}{:>9}{:>9}{:>9}{:>9}  budget", "", "raw", "gzip", "brotli", "sent");
    for (name, size) in rows()? {
        let limits = budget.remove(&name).unwrap_or_default();
        let Size { raw, gzip, brotli, sent } = size;
        println!("{name:<44}{raw:>9}{gzip:>9}{brotli:>9}{sent:>9}  {}", shown(&limits));
        over.extend(exceeded(&size, &limits).into_iter().map(|what| format!("{name}: {what}")));
    }
    over.extend(budget.into_keys().map(|name| format!("{name}: has a budget but is not built")));
    if over.is_empty() {
        return Ok(());
    }
    bail!("over the budget of npm/size-budget.json:\n  {}", over.join("\n  "))
}

fn budget() -> Result<BTreeMap<String, Limits>> {
    let text = fs::read_to_string(path("npm/size-budget.json")).context("npm/size-budget.json")?;
    serde_json::from_str(&text).context("npm/size-budget.json")
}

fn rows() -> Result<Vec<(String, Size)>> {
    let mut rows = Vec::new();
    for file in exported()? {
        if kind(&file) != Some("js") {
            rows.push((file.clone(), Size::of(&fs::read(path("npm").join(&file)).context(file)?)?));
            continue;
        }
        let bundle = Bundle::of(&file)?;
        if !bundle.later.is_empty() {
            rows.push((format!("{file}, before the first call"), Size::of_all(&bundle.first)?));
        }
        if !bundle.last.is_empty() {
            rows.push((format!("{file}, with the first file"), Size::of_all(&bundle.last)?));
        }
        rows.push((file, Size::of_all(bundle.first.iter().chain(&bundle.later))?));
    }
    Ok(rows)
}

/// The files that the `exports` of the package name, except types and patterns.
fn exported() -> Result<Vec<String>> {
    let text = fs::read_to_string(path("npm/package.json"))?;
    let package: Value = serde_json::from_str(&text).context("npm/package.json")?;
    let mut files = Vec::new();
    collect(package.get("exports").unwrap_or(&Value::Null), &mut files);
    files.retain(|file| !file.contains('*') && matches!(kind(file), Some("js" | "wasm")));
    files.sort();
    files.dedup();
    Ok(files)
}

fn kind(file: &str) -> Option<&str> {
    file.rsplit_once('.').map(|(_, extension)| extension)
}

fn collect(exports: &Value, files: &mut Vec<String>) {
    match exports {
        Value::String(file) => files.push(file.trim_start_matches("./").to_owned()),
        Value::Object(conditions) => conditions.values().for_each(|value| collect(value, files)),
        _ => {}
    }
}

fn exceeded(size: &Size, limits: &Limits) -> Vec<String> {
    let above = |(column, limit): (&String, &u64)| match size.column(column) {
        Some(bytes) if bytes <= *limit => None,
        Some(bytes) => Some(format!("{column} is {bytes} bytes, the budget {limit}")),
        None => Some(format!("there is no column {column}")),
    };
    limits.iter().filter_map(above).collect()
}

fn shown(limits: &Limits) -> String {
    limits.iter().map(|(column, bytes)| format!("{column} <= {bytes}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(column: &str, bytes: u64) -> Limits {
        Limits::from([(column.to_owned(), bytes)])
    }

    #[test]
    fn a_limit_may_be_met_but_not_exceeded() {
        let size = Size { raw: 30, gzip: 20, brotli: 10, sent: 10 };
        assert!(exceeded(&size, &limits("brotli", 10)).is_empty());
        assert_eq!(exceeded(&size, &limits("gzip", 19)), ["gzip is 20 bytes, the budget 19"]);
    }

    #[test]
    fn a_limit_on_no_column_is_refused() {
        let size = Size::default();
        assert_eq!(exceeded(&size, &limits("zip", 1)), ["there is no column zip"]);
    }
}

//! The rows of the systems, and the sides on which each can be proven.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::workspace::path;

const FILE: &str = "tests/vectors/systems/rows.json";

/// Where something is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Core,
    CoreWasm,
    Npm,
    WasmClient,
    Server,
    EndToEndBrowser,
    EndToEndServer,
    Backend,
}

impl Side {
    pub(super) const ALL: [Self; 8] = [
        Self::Core,
        Self::CoreWasm,
        Self::Npm,
        Self::WasmClient,
        Self::Server,
        Self::EndToEndBrowser,
        Self::EndToEndServer,
        Self::Backend,
    ];

    /// Its name in files.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::CoreWasm => "core-wasm",
            Self::Npm => "npm",
            Self::WasmClient => "wasm-client",
            Self::Server => "server",
            Self::EndToEndBrowser => "e2e-browser",
            Self::EndToEndServer => "e2e-server",
            Self::Backend => "backend",
        }
    }

    /// Its name in the matrix.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Core => "core, native",
            Self::CoreWasm => "core, Chromium",
            Self::Npm => "npm driver",
            Self::WasmClient => "Rust driver, Chromium",
            Self::Server => "server driver",
            Self::EndToEndBrowser => "end to end, browser",
            Self::EndToEndServer => "end to end, server",
            Self::Backend => "backend",
        }
    }

    /// Whether every row must say something about it. Rust front ends share their decisions with the npm package, and what
    /// the reference backend does is its own tests' subject.
    pub(super) const fn is_required(self) -> bool {
        !matches!(self, Self::Backend | Self::WasmClient)
    }

    fn named(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|side| side.name() == name).with_context(|| format!("{FILE}: no side {name}"))
    }
}

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) says: String,
    /// Why it is not proven on a side.
    pub(super) not: BTreeMap<Side, String>,
    /// Tests that are not named after it: the side, the file and the name.
    pub(super) tests: Vec<(Side, String, String)>,
}

/// Reads all rows, in their order.
pub(super) fn read() -> Result<Vec<Row>> {
    let text = fs::read_to_string(path(FILE)).context(FILE)?;
    let file: Value = serde_json::from_str(&text).context(FILE)?;
    let rows = file.get("rows").and_then(Value::as_array).context(FILE)?;
    rows.iter().map(|row| read_row(row).context(row["row"].to_string())).collect()
}

fn read_row(row: &Value) -> Result<Row> {
    let text = |value: &Value| value.as_str().map(str::to_owned).context("a text is missing");
    let mut not = BTreeMap::new();
    for (sides, reason) in row["not"].as_object().into_iter().flatten() {
        for side in sides.split(' ') {
            not.insert(Side::named(side)?, text(reason)?);
        }
    }
    let mut tests = Vec::new();
    for (side, list) in row["tests"].as_object().into_iter().flatten() {
        let side = Side::named(side)?;
        for named in list.as_array().context("tests are lists")? {
            let line = text(named)?;
            let Some((file, name)) = line.split_once(": ") else { bail!("{line} is not `file: name`") };
            tests.push((side, file.to_owned(), name.to_owned()));
        }
    }
    Ok(Row { id: text(&row["row"])?, says: text(&row["says"])?, not, tests })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_are_in_their_order_and_each_is_there_once() {
        let number = |row: &Row| {
            let (system, number) = row.id.trim_start_matches('S').split_once('.').unwrap();
            (system.parse::<u8>().unwrap(), number.parse::<u8>().unwrap())
        };
        let numbers: Vec<_> = read().unwrap().iter().map(number).collect();
        let expected: Vec<_> = [(0, 14), (1, 9), (2, 7), (3, 7), (4, 6)]
            .into_iter()
            .flat_map(|(system, rows)| (1..=rows).map(move |row| (system, row)))
            .collect();
        assert_eq!(numbers, expected);
    }
}

//! The names of public tables, and what holds of every name: `docs/file-names.md`. npm/tests/file-names.test.mjs plays the same
//! tables through the browser's wasm.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test ends where it fails")]

#[cfg(not(target_arch = "wasm32"))]
mod properties;
mod safe;

use std::collections::BTreeSet;

use safe::assert_safe;
use serde_json::Value;
use twinfetch_core::file_name::{choose, isomorphic};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

macro_rules! tables {
    ($($name:literal),*) => {
        const TABLES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../tests/vectors/file_names/", $name, ".json"))),)*];
    };
}

tables!(
    "blns",
    "chromium-header",
    "chromium-names",
    "firefox-header",
    "firefox-names",
    "libraries",
    "node-content-disposition",
    "own",
    "reserved",
    "rfc",
    "sanitizers",
    "tc2231",
    "unicode"
);

const PROFILE: &str = include_str!("../../../../docs/file-names.md");

/// A table's cases, each with what it is called where it fails.
fn cases() -> impl Iterator<Item = (String, Value)> {
    TABLES.iter().flat_map(|(table, text)| {
        let document: Value = serde_json::from_str(text).unwrap();
        let cases = document["cases"].as_array().unwrap().clone();
        cases.into_iter().map(move |case| (format!("{table}: {}", case["id"].as_str().unwrap()), case))
    })
}

/// The ways to give a name in a header.
fn headers(name: &str) -> [String; 2] {
    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
    let escaped = name.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02x}"));
    [format!("attachment; filename=\"{quoted}\"; x=y"), format!("inline; filename=x; filename*=utf-8'en'{escaped}")]
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn d_02_every_case_of_every_table_gives_its_name() {
    let mut played = 0;
    for (id, case) in cases() {
        let (header, asked, path) = (case["header"].as_str(), case["asked"].as_str(), case["path"].as_str());
        let (path, name) = (path.unwrap_or("/"), case["name"].as_str().unwrap());
        assert_eq!(choose(header, asked, path), name, "{id}");
        assert_safe(name);
        if let Some(theirs) = case.get("theirs") {
            let agrees = choose(None, theirs.as_str().or(asked), path) == name;
            assert_eq!(agrees, case.get("why").is_none(), "{id} differs from its source, or does so no longer");
        }
        played += 1;
    }
    assert!(played >= 1_400, "only {played} cases were played");
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn d_01_a_name_is_made_the_same_wherever_it_comes_from() {
    for (id, case) in cases() {
        let (None, Some(asked)) = (case["header"].as_str(), case["asked"].as_str()) else { continue };
        for header in headers(asked) {
            let value = isomorphic([header.as_bytes()]);
            let path = case["path"].as_str().unwrap_or("/");
            assert_eq!(choose(value.as_deref(), None, path), case["name"].as_str().unwrap(), "{id}: {header}");
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_disagreement_is_documented_and_every_one_documented_is_met() {
    let met: BTreeSet<String> = cases().filter_map(|(_, case)| Some(case["why"].as_str()?.to_owned())).collect();
    let rows = PROFILE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    assert_eq!(met, rows.map(|(why, _)| why.to_owned()).collect());
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn what_chromium_calls_unsafe_is_not_left_as_it_is() {
    let unsafe_names: Vec<_> = cases().filter(|(id, _)| id.starts_with("chromium-names: unsafe-")).collect();
    assert_eq!(unsafe_names.len(), 20);
    for (id, case) in unsafe_names {
        assert_ne!(case["asked"], case["name"], "{id}");
    }
}

//! Which transcripts were played, for the matrix in `docs/systems.md`.
#![expect(clippy::disallowed_methods, reason = "a report is a file")]

use std::path::Path;

use serde_json::{Value, json};

/// Writes what one player has played to `target/systems/<player>.json`.
pub(crate) fn write(player: &str, transcripts: &[Value]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder));
    let folder = target.join("systems");
    let report: Vec<Value> = transcripts
        .iter()
        .map(|transcript| json!({ "row": transcript["row"], "it": transcript["it"], "passed": true }))
        .collect();
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(player).with_extension("json"), format!("{:#}\n", json!(report))).unwrap();
}

#[test]
fn the_folder_and_the_list_of_systems_agree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/systems");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".json")?.to_owned()))
        .filter(|name| name != "rows")
        .collect();
    names.sort();
    assert_eq!(names, super::SYSTEMS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

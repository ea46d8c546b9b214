//! Which transcripts were played, for the matrix in `docs/systems.md`.

use std::path::Path;

use serde_json::{Value, json};

/// Writes what one player has played to `target/systems/<player>.json`.
pub(crate) fn write(player: &str, report: &[Value]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder));
    let folder = target.join("systems");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(player).with_extension("json"), format!("{:#}\n", json!(report))).unwrap();
}

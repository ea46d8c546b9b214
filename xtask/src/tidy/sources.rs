//! What can be said of source files by reading them.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::secrets;
use crate::process::{output, program};
use crate::workspace::path;

/// More lines than this are two subjects.
const LINES: usize = 300;

/// Names that say nothing about what is in the file.
const EMPTY_NAMES: [&str; 4] = ["common", "helpers", "manager", "utils"];

/// Where the target may be asked for: the drivers, and tests.
const ASKING: [&str; 3] = ["crates/server-client/", "crates/wasm-client/", "tests/"];

/// Reads every source file that git knows or would add.
pub(super) fn breaches() -> Result<Vec<String>> {
    let listed = output(program("git", path("")).args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    let mut breaches = Vec::new();
    for file in listed.lines().filter(|file| is_source(file) && path(file).exists()) {
        let text = fs::read_to_string(path(file))?;
        breaches.extend(judge(file, &text).into_iter().chain(secrets::judge(file, &text)));
    }
    Ok(breaches)
}

fn is_source(file: &str) -> bool {
    let extension = Path::new(file).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    matches!(extension, "css" | "html" | "js" | "jsx" | "mjs" | "rs" | "ts" | "tsx")
}

fn judge(file: &str, text: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    let lines = text.lines().count();
    if lines > LINES {
        breaches.push(format!("{file}: {lines} lines; a file has one subject, and at most {LINES}"));
    }
    if let Some(name) = file.split(['/', '.']).find(|part| EMPTY_NAMES.contains(part)) {
        breaches.push(format!("{file}: `{name}` says nothing; name the subject"));
    }
    if Path::new(file).extension().is_some_and(|extension| extension == "rs") && !may_ask(file) {
        let asking = text.lines().enumerate().filter(|(_, line)| asks_target(line));
        breaches.extend(asking.map(|(number, _)| {
            format!("{file}:{}: only a driver crate and a test ask for the target architecture", number + 1)
        }));
    }
    breaches
}

fn may_ask(file: &str) -> bool {
    file.contains("/tests/") || ASKING.iter().any(|folder| file.starts_with(folder))
}

fn asks_target(line: &str) -> bool {
    line.contains(concat!("target", "_arch")) && !line.contains("test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_drivers_and_tests_ask_for_the_target() {
        let asking = concat!("#[cfg(target", "_arch = \"wasm32\")]\nfn now() {}");
        assert_eq!(judge("crates/core/src/clock.rs", asking).len(), 1);
        assert!(judge("crates/wasm-client/src/clock.rs", asking).is_empty());
        assert!(
            judge("crates/core/src/lib.rs", concat!("#[cfg_attr(not(target", "_arch = \"wasm32\"), test)]")).is_empty()
        );
    }

    #[test]
    fn long_files_and_empty_names_are_refused() {
        assert_eq!(judge("npm/src/client.ts", &"\n".repeat(LINES + 1)).len(), 1);
        assert_eq!(judge("npm/src/utils/url.ts", "").len(), 1);
        assert_eq!(judge("npm/src/helpers.ts", "").len(), 1);
        assert!(judge("npm/src/commonmark.ts", &"\n".repeat(LINES)).is_empty());
    }
}

//! What the shipped package must not contain, whatever the sources say.

use std::fs;

use anyhow::Result;

use crate::workspace::{contains, files, path, shown};

/// Texts that JOSE code cannot do without: the key derivation's label and the names of the algorithms.
const JOSE: [&str; 4] = ["A256CBC-HS512", "A256GCM", "Generated Encryption Key", "HKDF"];

/// Whether there is something to search.
pub(super) fn is_built() -> bool {
    path("npm/dist/core.wasm").exists()
}

/// Searches every file of `npm/dist`. The wasm lies there as it is, so what JavaScript embeds of it is searched too.
pub(super) fn breaches() -> Result<Vec<String>> {
    let forbidden = forbidden();
    let mut breaches = Vec::new();
    for file in files(&path("npm/dist"))? {
        let bytes = fs::read(&file)?;
        let name = shown(&file);
        let present = forbidden.iter().filter(|(text, _)| contains(&bytes, text.as_bytes()));
        breaches.extend(present.map(|(text, reason)| format!("{name} contains {text:?}: {reason}")));
    }
    Ok(breaches)
}

fn forbidden() -> Vec<(String, &'static str)> {
    let jose = JOSE.iter().map(|text| ((*text).to_owned(), "sealed sessions are read on servers only"));
    let here = [path("").display().to_string(), "/.cargo/".to_owned(), "/.rustup/".to_owned()];
    let home = std::env::home_dir().map(|home| format!("{}/", home.display()));
    let folders = here.into_iter().chain(home).map(|folder| (folder, "it is a folder of the machine that built it"));
    jose.chain(folders).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_forbidden() {
        let forbidden = forbidden();
        assert!(forbidden.iter().any(|(text, _)| text.contains(&*path("").to_string_lossy())));
    }
}

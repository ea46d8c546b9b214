//! Where things are in the checkout.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The version that the crates, the npm package and its tarball share.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A path of the checkout, named from its root.
pub(crate) fn path(relative: impl AsRef<Path>) -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).join(relative)
}

/// The folder of cargo's output; what only the commands here need lies in its `xtask` folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| path("target"), PathBuf::from)
}

/// The tarball that `cargo xtask build` leaves behind.
pub(crate) fn tarball() -> PathBuf {
    path(format!("npm/twinfetch-{VERSION}.tgz"))
}

/// A file as messages name it: from the root, where it lies below.
pub(crate) fn shown(file: &Path) -> std::path::Display<'_> {
    file.strip_prefix(path("")).unwrap_or(file).display()
}

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?.path();
        if entry.is_dir() {
            found.extend(files(&entry)?);
        } else {
            found.push(entry);
        }
    }
    Ok(found)
}

/// Whether a text occurs among bytes.
pub(crate) fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_among_bytes() {
        assert!(contains(b"\0asm\x01HKDF\xff", b"HKDF"));
        assert!(!contains(b"\0asm\x01HKD", b"HKDF"));
    }

    #[test]
    fn every_file_below_a_folder_is_found() {
        assert!(files(&path("xtask")).unwrap().contains(&path("xtask/src/workspace.rs")));
    }
}

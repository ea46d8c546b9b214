//! Where things are in the checkout.

use std::path::{Path, PathBuf};

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

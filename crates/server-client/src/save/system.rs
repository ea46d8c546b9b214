//! What each system does in its own way with files that others may meddle with.

#[cfg(not(unix))]
pub(super) use elsewhere::*;
#[cfg(unix)]
pub(super) use unix::*;

#[cfg(unix)]
mod unix {
    use std::fs::{self, File, Metadata, OpenOptions};
    use std::io;
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
    use std::path::Path;

    use rustix::fs::OFlags;
    use rustix::io::Errno;

    /// Opens a file; one that is a link, a pipe or a device, or that has a second name, is refused, as is one that somebody else has
    /// laid into a folder where everybody may lay files.
    pub(in crate::save) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
        // A pipe would have the opening wait for its other end.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default()).open(path)?;
        let metadata = file.metadata()?;
        let is_usable = metadata.is_file() && metadata.nlink() <= 1 && !is_laid(&metadata, path)?;
        if is_usable { Ok(file) } else { Err(Errno::ACCESS.into()) }
    }

    /// As Linux has it with `fs.protected_regular`. Elsewhere an owner says little: some file systems have but one.
    fn is_laid(metadata: &Metadata, path: &Path) -> io::Result<bool> {
        let folder = path.parent().map_or_else(|| fs::metadata("."), fs::metadata)?;
        let is_common = folder.mode() & 0o1000 != 0 && folder.mode() & 0o022 != 0;
        Ok(is_common && metadata.uid() != rustix::process::geteuid().as_raw())
    }

    /// Whether this path still leads to this file.
    pub(in crate::save) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
        let id = |metadata: Metadata| (metadata.dev(), metadata.ino());
        match fs::symlink_metadata(path) {
            Ok(found) => Ok(id(found) == id(file.metadata()?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Gives a file a name that is not taken yet, in the same folder.
    pub(in crate::save) fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
        #[cfg(any(target_vendor = "apple", target_os = "android", target_os = "linux"))]
        {
            use rustix::fs::{CWD, RenameFlags, renameat_with};
            match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
                // This kernel or file system does not know how.
                Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
                ended => return ended.map_err(io::Error::from),
            }
        }
        fs::hard_link(from, to)?;
        fs::remove_file(from)
    }

    /// Waits until the names in a folder are on the device.
    pub(in crate::save) fn sync_folder(folder: &Path) -> io::Result<()> {
        match File::open(folder)?.sync_all() {
            // Some file systems have nothing to do for a folder, and say it so.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            ended => ended,
        }
    }

    /// Whether what is there is no file: a link, or the end of something else.
    pub(in crate::save) fn is_no_file(error: &io::Error) -> bool {
        matches!(Errno::from_io_error(error), Some(Errno::LOOP | Errno::NODEV | Errno::NXIO))
    }
}

/// Compiled, and run by nobody yet.
#[cfg(not(unix))]
mod elsewhere {
    use std::fs::{self, File, OpenOptions};
    use std::io::{self, ErrorKind};
    use std::path::Path;

    pub(in crate::save) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
        match fs::symlink_metadata(path) {
            Ok(found) if !found.is_file() => Err(ErrorKind::PermissionDenied.into()),
            _ => options.open(path),
        }
    }

    pub(in crate::save) fn is_at(_: &File, path: &Path) -> io::Result<bool> {
        fs::exists(path)
    }

    pub(in crate::save) fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)?;
        fs::remove_file(from)
    }

    pub(in crate::save) const fn sync_folder(_: &Path) -> io::Result<()> {
        Ok(())
    }

    pub(in crate::save) const fn is_no_file(_: &io::Error) -> bool {
        false
    }
}

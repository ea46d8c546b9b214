//! Naming what went wrong with a file.

use std::io::{self, ErrorKind};

use twinfetch_core::error::Code;

use super::system;
use crate::error::Cause;
use crate::transport::Failure;

/// Names what the file system refused; `class` says what was tried.
pub(crate) fn failed(class: &'static str) -> impl Fn(io::Error) -> Failure {
    move |error| Failure { code: code(&error), cause: Cause { class, words: error.to_string() } }
}

/// The name of what went wrong with a file, whether it was to be read or written.
pub(crate) fn code(error: &io::Error) -> Code {
    match error.kind() {
        ErrorKind::AlreadyExists => Code::FileExists,
        ErrorKind::NotADirectory | ErrorKind::NotFound => Code::FileMissing,
        ErrorKind::FileTooLarge | ErrorKind::QuotaExceeded | ErrorKind::StorageFull => Code::StorageFull,
        ErrorKind::DirectoryNotEmpty
        | ErrorKind::InvalidFilename
        | ErrorKind::InvalidInput
        | ErrorKind::IsADirectory
        | ErrorKind::PermissionDenied
        | ErrorKind::ReadOnlyFilesystem => Code::StorageDenied,
        _ if system::is_no_file(error) => Code::StorageDenied,
        _ => Code::StorageFailed,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Error;

    use rustix::io::Errno;
    use twinfetch_core::error::Code;

    #[test]
    fn what_the_system_says_has_a_name_that_a_caller_can_act_on() {
        for (errno, code) in [
            (Errno::NOSPC, Code::StorageFull),
            (Errno::DQUOT, Code::StorageFull),
            (Errno::FBIG, Code::StorageFull),
            (Errno::ACCESS, Code::StorageDenied),
            (Errno::PERM, Code::StorageDenied),
            (Errno::ROFS, Code::StorageDenied),
            (Errno::LOOP, Code::StorageDenied),
            (Errno::NXIO, Code::StorageDenied),
            (Errno::ISDIR, Code::StorageDenied),
            (Errno::NAMETOOLONG, Code::StorageDenied),
            (Errno::NOENT, Code::FileMissing),
            (Errno::NOTDIR, Code::FileMissing),
            (Errno::EXIST, Code::FileExists),
            (Errno::IO, Code::StorageFailed),
            (Errno::NOLCK, Code::StorageFailed),
        ] {
            assert_eq!(super::code(&Error::from(errno)), code, "{errno:?}");
        }
    }
}

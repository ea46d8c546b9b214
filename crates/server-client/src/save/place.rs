//! Where a file is to be, and where it is until it is complete.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{self, Path, PathBuf};

use sha2::Digest as _;
use twinfetch_core::error::Code;

use super::sha256::Sha256;
use super::storage::failed;
use crate::transport::Failure;

/// What the caller's path leads to.
#[derive(Debug)]
pub(super) enum Target {
    File(Place),
    /// The file's name in it is the backend's to choose.
    Folder(PathBuf),
}

/// The paths of one file, all in one folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) folder: PathBuf,
    pub(super) file: PathBuf,
    /// The bytes that are there so far.
    pub(super) part: PathBuf,
    /// What is known of them.
    pub(super) journal: PathBuf,
    /// The next journal while it is being written.
    pub(super) draft: PathBuf,
}

/// What the names end in that are beside a file's own.
const PART: &str = ".part";
const JOURNAL: &str = ".part.json";
const DRAFT: &str = ".part.json.new";

/// The longest name that a file may have, in bytes.
const LONGEST: usize = 255;

impl Target {
    /// Looks at what is there; the links that a path to a folder has are followed, those of a file are not.
    pub(super) fn find(path: &Path) -> Result<Self, Failure> {
        let looked = failed("looking for the folder");
        let path = path::absolute(path).map_err(&looked)?;
        let is_folder = match fs::metadata(&path) {
            Ok(found) => found.is_dir(),
            // A link that leads nowhere, or in circles, is no folder either.
            Err(_) => false,
        };
        if is_folder {
            return Ok(Self::Folder(path));
        }
        let (folder, name) = (path.parent(), path.file_name());
        let (Some(folder), Some(name)) = (folder, name.filter(|_| !ends_as_folder(&path))) else {
            return Err(looked(io::ErrorKind::NotFound.into()));
        };
        if !fs::metadata(folder).map_err(&looked)?.is_dir() {
            return Err(looked(io::ErrorKind::NotADirectory.into()));
        }
        Ok(Self::File(Place::new(folder, name)))
    }
}

impl Place {
    pub(super) fn new(folder: &Path, name: &OsStr) -> Self {
        let stem = stem(name);
        let beside = |end: &str| {
            let mut name = stem.clone();
            name.push(end);
            folder.join(name)
        };
        Self {
            folder: folder.to_owned(),
            file: folder.join(name),
            part: beside(PART),
            journal: beside(JOURNAL),
            draft: beside(DRAFT),
        }
    }

    /// The paths of a file whose name the backend chose. Never one of those beside another file: whoever names files in the
    /// backend could lay a part there that the next download goes on with.
    pub(super) fn chosen(folder: &Path, mut name: String) -> Self {
        let lower = name.to_ascii_lowercase();
        if [PART, JOURNAL, DRAFT].iter().any(|end| lower.ends_with(end)) {
            name.truncate(name.floor_char_boundary(LONGEST - 1));
            name.push('_');
        }
        Self::new(folder, OsStr::new(&name))
    }

    /// Refuses a name that is taken, unless it is a file's, or a link's, which may be replaced.
    pub(super) fn check_free(&self, replaces: bool) -> Result<(), Failure> {
        match fs::symlink_metadata(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed("looking for the file")(error)),
            Ok(_) if !replaces => Err(Failure::new(Code::FileExists, "the file is there")),
            Ok(found) if found.is_file() || found.is_symlink() => Ok(()),
            Ok(_) => Err(Failure::new(Code::StorageDenied, "what is there is no file")),
        }
    }
}

/// What the names of part and journal begin with: the file's name, cut where they would be too long.
fn stem(name: &OsStr) -> OsString {
    let longest = LONGEST - DRAFT.len();
    if name.len() <= longest {
        return name.to_owned();
    }
    let digest = Sha256::from(<[u8; 32]>::from(sha2::Sha256::digest(name.as_encoded_bytes()))).to_string();
    let digest = digest.get(..16).unwrap_or_default();
    let text = name.to_string_lossy();
    let end = text.floor_char_boundary(longest - 1 - digest.len());
    format!("{}~{digest}", text.get(..end).unwrap_or_default()).into()
}

fn ends_as_folder(path: &Path) -> bool {
    let last = path.as_os_str().as_encoded_bytes().last();
    last.is_some_and(|byte| path::is_separator(char::from(*byte)))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::path::Path;

    use super::Place;

    #[test]
    fn d_01_the_backend_does_not_choose_the_name_of_another_files_part() {
        let chosen =
            |name: &str| Place::chosen(Path::new("/f"), name.to_owned()).file.into_os_string().into_string().unwrap();
        assert_eq!(chosen("a.csv"), "/f/a.csv");
        assert_eq!(chosen("a.csv.part"), "/f/a.csv.part_");
        assert_eq!(chosen("a.csv.Part.JSON"), "/f/a.csv.Part.JSON_");
        assert_eq!(chosen("a.csv.part.json.new"), "/f/a.csv.part.json.new_");
        assert_eq!(chosen(&format!("{}.part", "a".repeat(250))), format!("/f/{}.par_", "a".repeat(250)));
    }

    #[test]
    fn part_and_journal_have_names_that_are_not_too_long_and_are_their_own() {
        let place = |name: &str| Place::new(Path::new("/f"), OsStr::new(name));
        assert_eq!(place("a.csv").part, Path::new("/f/a.csv.part"));
        assert_eq!(place("a.csv").journal, Path::new("/f/a.csv.part.json"));
        let long = "报".repeat(85);
        let others = [place(&long), place(&format!("{}x", &long[..252])), place(&"a".repeat(242))];
        for (index, place) in others.iter().enumerate() {
            for path in [&place.part, &place.journal, &place.draft] {
                assert!(path.file_name().unwrap().len() <= 255, "{}", path.display());
            }
            assert!(others.iter().skip(index + 1).all(|other| other.part != place.part));
        }
    }
}

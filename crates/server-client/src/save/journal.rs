//! What is known of the part of a file, beside it on the disk.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::digest::Digest;
use super::place::Place;
use super::sha256::Sha256;
use super::system;

/// The version of the journal's form.
const VERSION: u64 = 1;

/// A journal is a few hundred bytes.
const LONGEST: u64 = 64 * 1024;

/// What is known of the part of a file. A name, an address or anything of a credential is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Journal {
    twinfetch: u64,
    /// The digest of where the file comes from, and for whom.
    source: String,
    /// The strong entity tag of the file.
    etag: Option<String>,
    /// The length of the file.
    total: Option<u64>,
    /// What the backend said of the file's digest, as it said it.
    digest: Option<String>,
    /// So many bytes of the part were on the device when this was written.
    kept: u64,
    /// What those bytes come to (CRC-32): only bytes that still do are gone on with.
    checksum: u32,
}

/// What has the journal's name.
pub(super) enum Note {
    None,
    /// A journal, though maybe not one that this version understands.
    Own(Option<Journal>),
    /// What another program wrote.
    Other,
}

/// The bytes that a journal vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) etag: String,
    pub(super) total: Option<u64>,
    pub(super) bytes: u64,
    pub(super) checksum: u32,
}

impl Journal {
    /// The journal of a part without bytes.
    pub(super) fn new(source: Sha256, etag: Option<&str>, total: Option<u64>, digest: Option<String>) -> Self {
        Self {
            twinfetch: VERSION,
            source: source.to_string(),
            etag: etag.map(str::to_owned),
            total,
            digest,
            kept: 0,
            checksum: 0,
        }
    }

    /// The same with so many bytes that come to this.
    pub(super) fn with(&self, kept: u64, checksum: u32, total: Option<u64>) -> Self {
        Self { total, kept, checksum, ..self.clone() }
    }

    /// Takes what the backend says of the file's digest by now.
    pub(super) fn promise(&mut self, digest: Option<String>) {
        self.digest = digest.or(self.digest.take());
    }

    /// What the file has to come to.
    pub(super) fn digest(&self) -> Option<Digest> {
        self.digest.as_deref().and_then(Digest::parse)
    }

    /// Whether the part can be gone on with some time.
    pub(super) const fn is_of_use(&self) -> bool {
        self.etag.is_some()
    }

    /// The bytes that can be gone on with, when they are of this source.
    pub(super) fn kept(&self, source: Sha256) -> Option<Kept> {
        let etag = self.etag.clone().filter(|etag| is_tag(etag))?;
        let is_fitting = self.source == source.to_string() && self.kept > 0;
        let fits_total = self.total.is_none_or(|total| self.kept <= total);
        (is_fitting && fits_total).then_some(Kept {
            etag,
            total: self.total,
            bytes: self.kept,
            checksum: self.checksum,
        })
    }

    /// Reads what has the journal's name.
    pub(super) fn read(place: &Place) -> io::Result<Note> {
        let file = match system::open(&place.journal, OpenOptions::new().read(true)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Note::None),
            Err(error) => return Err(error),
        };
        let mut text = Vec::new();
        file.take(LONGEST).read_to_end(&mut text)?;
        let Ok(value) = serde_json::from_slice::<Value>(&text) else { return Ok(Note::Other) };
        let Some(version) = value.get("twinfetch").and_then(Value::as_u64) else { return Ok(Note::Other) };
        let journal = serde_json::from_value(value).ok().filter(|_| version == VERSION);
        Ok(Note::Own(journal))
    }

    /// Writes the journal, whole or not at all.
    pub(super) fn write(&self, place: &Place) -> io::Result<()> {
        remove(&place.draft)?;
        let ended = self.draft(place).and_then(|()| fs::rename(&place.draft, &place.journal));
        if ended.is_err() {
            // On a device that is full it would be in its own way.
            remove(&place.draft)?;
        }
        ended
    }

    fn draft(&self, place: &Place) -> io::Result<()> {
        let text = serde_json::to_vec(self).map_err(io::Error::other)?;
        let mut file = system::open(&place.draft, OpenOptions::new().write(true).create_new(true))?;
        file.write_all(&text)?;
        file.sync_all()
    }
}

/// Removes a file that may be gone already.
pub(super) fn remove(path: &std::path::Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        ended => ended,
    }
}

/// Whether a text can be sent as an entity tag: what was damaged on the disk is not.
fn is_tag(text: &str) -> bool {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|inner| inner.bytes().all(|byte| byte != b'"' && byte.is_ascii_graphic()))
}

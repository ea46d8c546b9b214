//! The part of a file on the disk: from the first byte to the final name.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write as _};

use bytes::Bytes;
use sha2::Sha512;
use twinfetch_core::error::Code;

use super::digest::Digest;
use super::journal::{Journal, Kept, Note, remove};
use super::place::Place;
use super::sha256::Sha256;
use super::storage::failed;
use super::sum::Sum;
use super::system;
use crate::transport::Failure;

/// The part of a file, which nobody else writes while this is held.
pub(super) struct Part {
    pub(super) place: Place,
    file: File,
    /// The bytes that count, from the beginning; what is behind them is left from before.
    length: u64,
    sum: Sum,
    replaces: bool,
}

/// Bytes of an earlier run while they are being looked at.
pub(super) struct Proof {
    kept: Kept,
    /// Where the download is to go on.
    from: u64,
    /// What comes of the bytes up to there, once they have been read.
    sum: Option<Sum>,
    read: u64,
    all: Sum,
}

/// How many bytes are looked at in one step.
const STEP: u64 = 8 * 1024 * 1024;

impl Part {
    /// Opens the part of a file, or makes an empty one, with what an earlier run noted of it; `None` when somebody else has it.
    /// `with_digest` says that its SHA-256 will be asked for.
    pub(super) fn open(
        place: &Place,
        replaces: bool,
        with_digest: bool,
    ) -> Result<Option<(Self, Option<Journal>)>, Failure> {
        let opened = failed("opening the part");
        place.check_free(replaces)?;
        let file = system::open(&place.part, OpenOptions::new().read(true).write(true).create(true).truncate(false));
        let file = file.map_err(&opened)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(failed("locking the part")(error)),
        }
        // Whoever had it may have given it the final name meanwhile, or removed it.
        if !system::is_at(&file, &place.part).map_err(&opened)? {
            return Ok(None);
        }
        let part = Self { place: place.clone(), file, length: 0, sum: Sum::new(with_digest), replaces };
        match place.check_free(replaces).and_then(|()| part.journal()) {
            Ok(journal) => Ok(Some((part, journal))),
            Err(failure) => {
                part.remove_empty();
                Err(failure)
            }
        }
    }

    /// What an earlier run noted of the part. What another program wrote is left alone, unless it may be replaced.
    fn journal(&self) -> Result<Option<Journal>, Failure> {
        let looked = failed("reading the journal");
        let length = self.file.metadata().map_err(&looked)?.len();
        let refusal = match Journal::read(&self.place).map_err(&looked)? {
            Note::Own(journal) => return Ok(journal),
            Note::None if length == 0 => return Ok(None),
            Note::None => "the part is of another program: it has no journal",
            Note::Other => "what has the journal's name is none",
        };
        if self.replaces { Ok(None) } else { Err(Failure::new(Code::FileExists, refusal)) }
    }

    /// Begins to look whether the part still has the bytes of its journal.
    pub(super) fn proof(&mut self, kept: Kept) -> Result<Proof, Failure> {
        self.file.rewind().map_err(failed("reading the part"))?;
        // Of a file that is complete the last byte is asked for again, so that the backend says whether it is still the same.
        let from = kept.total.map_or(kept.bytes, |total| kept.bytes.min(total.saturating_sub(1)));
        let all = self.empty();
        let sum = (from == 0).then(|| all.clone());
        Ok(Proof { kept, from, sum, read: 0, all })
    }

    /// Looks at the next bytes; whether that was all.
    pub(super) fn prove(&self, proof: &mut Proof) -> Result<bool, Failure> {
        let end = if proof.read < proof.from { proof.from } else { proof.kept.bytes };
        let wanted = STEP.min(end - proof.read);
        let read = feed((&self.file).take(wanted), |bytes| proof.all.add(bytes))?;
        proof.read += read;
        if proof.read == proof.from && proof.sum.is_none() {
            proof.sum = Some(proof.all.clone());
        }
        Ok(read < wanted || proof.read == proof.kept.bytes)
    }

    /// Takes over the bytes that have proved to be those of the journal: those to ask on from, or `None` when they are not.
    pub(super) fn adopt(&mut self, proof: Proof) -> Result<Option<Kept>, Failure> {
        let is_same = proof.read == proof.kept.bytes && proof.all.checksum() == proof.kept.checksum;
        let Some(sum) = proof.sum.filter(|_| is_same && proof.from > 0) else { return Ok(None) };
        self.file.seek(SeekFrom::Start(proof.from)).map_err(failed("reading the part"))?;
        (self.length, self.sum) = (proof.from, sum);
        Ok(Some(Kept { bytes: proof.from, ..proof.kept }))
    }

    /// Empties the part, and notes what will be written to it.
    pub(super) fn begin(&mut self, journal: &Journal) -> Result<(), Failure> {
        let begun = failed("beginning the part");
        (self.length, self.sum) = (0, self.empty());
        // Another program's bytes go first, its own are known by the note.
        self.file.set_len(0).and_then(|()| self.file.rewind()).map_err(&begun)?;
        journal.write(&self.place).map_err(failed("writing the journal"))?;
        system::sync_folder(&self.place.folder).map_err(&begun)
    }

    /// Writes what follows. What could not be written whole is cut off again.
    pub(super) fn write(&mut self, pieces: &[Bytes]) -> Result<(), Failure> {
        let written = pieces.iter().try_for_each(|piece| self.file.write_all(piece));
        if let Err(error) = written {
            // It leaves room for a note, too; where this fails as well, the note tells how much is good.
            let _ = self.file.set_len(self.length);
            return Err(failed("writing the part")(error));
        }
        for piece in pieces {
            self.sum.add(piece);
            self.length += piece.len() as u64;
        }
        Ok(())
    }

    /// How many bytes count, and what they come to.
    pub(super) fn mark(&self) -> (u64, u32) {
        (self.length, self.sum.checksum())
    }

    fn empty(&self) -> Sum {
        Sum::new(self.sum.sha256().is_some())
    }

    /// The same file for another thread, which is to wait for the device.
    pub(super) fn handle(&self) -> Result<File, Failure> {
        self.file.try_clone().map_err(failed("writing the part"))
    }

    /// Gives the part the final name, once it is what it has to be and safe on the device; its SHA-256 where that was looked at.
    pub(super) fn publish(
        &mut self,
        expected: Option<Sha256>,
        digest: Option<&Digest>,
    ) -> Result<Option<Sha256>, Failure> {
        let stored = failed("storing the file");
        self.file.set_len(self.length).map_err(&stored)?;
        let promised = if let Some(Digest::Sha256(promised)) = digest { Some(*promised) } else { None };
        let sha256 = match self.sum.sha256() {
            None if expected.or(promised).is_some() => Some(<[u8; 32]>::from(self.hashed::<sha2::Sha256>()?).into()),
            known => known,
        };
        let is_expected = [expected, promised].into_iter().flatten().all(|expected| Some(expected) == sha256);
        let is_promised = match digest {
            Some(Digest::Sha512(promised)) => self.hashed::<Sha512>()?.as_slice() == promised.as_slice(),
            Some(Digest::Sha256(_)) | None => true,
        };
        if !is_expected || !is_promised {
            return Err(Failure::new(Code::DigestMismatched, "the file has another digest"));
        }
        self.file.sync_all().map_err(&stored)?;
        if !system::is_at(&self.file, &self.place.part).map_err(&stored)? {
            return Err(Failure::new(Code::StorageFailed, "the part was moved meanwhile"));
        }
        let Place { part, file, folder, .. } = &self.place;
        self.place.check_free(self.replaces)?;
        let named = if self.replaces { fs::rename(part, file) } else { system::rename_to_new(part, file) };
        named.map_err(failed("naming the file"))?;
        system::sync_folder(folder).map_err(&stored)?;
        self.clear();
        Ok(sha256)
    }

    /// Removes the journal of a part that has its name now, unless somebody has begun another part meanwhile, whose journal it
    /// is. What cannot be removed is no reason to say that the file is not there.
    fn clear(&self) {
        let place = &self.place;
        let options = &mut OpenOptions::new();
        let Ok(part) = system::open(&place.part, options.write(true).create(true).truncate(false)) else { return };
        let is_ours = part.try_lock().is_ok() && system::is_at(&part, &place.part).unwrap_or(false);
        if is_ours && part.metadata().is_ok_and(|metadata| metadata.len() == 0) {
            let _ = remove(&place.draft);
            let _ = remove(&place.journal);
            let _ = remove(&place.part);
        }
    }

    /// What all of the file comes to, read again.
    fn hashed<D: sha2::Digest>(&mut self) -> Result<sha2::digest::Output<D>, Failure> {
        let mut hash = D::new();
        self.file.rewind().map_err(failed("reading the part"))?;
        feed(&self.file, |bytes| hash.update(bytes))?;
        Ok(hash.finalize())
    }

    /// Removes the part and what is known of it: nobody could go on with it.
    pub(super) fn remove(self) {
        // What cannot be removed is no harm: the next run begins anew. The part goes last, as nobody else writes a journal before.
        let Place { part, journal, draft, .. } = &self.place;
        if system::is_at(&self.file, part).unwrap_or(false) && self.file.set_len(0).is_ok() {
            let _ = remove(draft);
            let _ = remove(journal);
            let _ = remove(part);
        }
    }

    /// Removes a part without bytes, such as one that was only just made.
    pub(super) fn remove_empty(self) {
        let is_empty = self.file.metadata().is_ok_and(|metadata| metadata.len() == 0);
        if is_empty && system::is_at(&self.file, &self.place.part).unwrap_or(false) {
            let _ = remove(&self.place.part);
        }
    }
}

/// Reads to the end: how many bytes that was.
fn feed(mut source: impl Read, mut take: impl FnMut(&[u8])) -> Result<u64, Failure> {
    let mut buffer = vec![0; 256 * 1024];
    let mut all = 0;
    loop {
        let read = source.read(&mut buffer).map_err(failed("reading the part"))?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { return Ok(all) };
        take(bytes);
        all += read as u64;
    }
}

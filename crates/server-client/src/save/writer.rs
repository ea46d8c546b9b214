//! Writing a file without holding up who waits for the next bytes.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use tokio::time::Instant;
use twinfetch_core::error::Code;

use super::journal::{Journal, Kept};
use super::part::Part;
use super::saving::blocking;
use super::sha256::Sha256;
use super::storage::failed;
use crate::transport::Failure;

/// So many bytes are written at once, while as many more come in.
const PIECE: usize = 512 * 1024;

/// How often it is noted how many bytes are on the device: after a crash the rest is asked for again.
const NOTED_EVERY: Duration = Duration::from_secs(1);

/// Writes the part of a file in the background. At most one write and one note are under way.
pub(super) struct Writer {
    part: Option<Part>,
    writing: Option<JoinHandle<(Part, Result<(), Failure>)>>,
    gathered: Vec<Bytes>,
    gathered_bytes: usize,
    pub(super) journal: Journal,
    total: Option<u64>,
    noting: Option<JoinHandle<Result<(), Failure>>>,
    noted: (Instant, u64),
    /// Whether the part is of this download by now, and not as an earlier one left it.
    is_begun: bool,
}

impl Writer {
    /// Writes to a part, which stays as it is until the first byte is there.
    pub(super) fn new(part: Part, journal: Journal) -> Self {
        Self {
            part: Some(part),
            writing: None,
            gathered: Vec::new(),
            gathered_bytes: 0,
            journal,
            total: None,
            noting: None,
            noted: (Instant::now(), 0),
            is_begun: false,
        }
    }

    /// Goes on with what an earlier run has left, if it is still what its journal says: what there is to ask on from.
    pub(super) async fn adopt(&mut self, kept: Kept) -> Result<Option<Kept>, Failure> {
        let mut proof = self.perform(|part| part.proof(kept)).await?;
        loop {
            let (looked, is_done) = self.perform(|part| part.prove(&mut proof).map(|is_done| (proof, is_done))).await?;
            proof = looked;
            if is_done {
                break;
            }
        }
        let adopted = self.perform(|part| part.adopt(proof)).await?;
        self.noted.1 = adopted.as_ref().map_or(0, |kept| kept.bytes);
        Ok(adopted)
    }

    /// Begins the file, or begins it anew.
    pub(super) async fn begin(&mut self, journal: Journal) -> Result<(), Failure> {
        (self.gathered, self.gathered_bytes) = (Vec::new(), 0);
        self.is_noted().await?;
        self.is_begun = true;
        self.journal = journal.clone();
        self.noted = (Instant::now(), 0);
        self.perform(move |part| part.begin(&journal)).await
    }

    /// Takes what follows; waits only where the disk is slower than the network.
    pub(super) async fn take(&mut self, bytes: Bytes, total: Option<u64>) -> Result<(), Failure> {
        self.total = total;
        self.gathered_bytes += bytes.len();
        self.gathered.push(bytes);
        if self.is_due() {
            self.write_all().await?;
            self.note().await?;
        } else if self.gathered_bytes >= PIECE {
            self.is_written().await?;
            self.write()?;
        }
        Ok(())
    }

    /// Has all that was taken written and noted.
    pub(super) async fn settle(&mut self) -> Result<(), Failure> {
        self.write_all().await?;
        self.note_all().await
    }

    async fn write_all(&mut self) -> Result<(), Failure> {
        self.is_written().await?;
        self.write()?;
        self.is_written().await
    }

    async fn note_all(&mut self) -> Result<(), Failure> {
        self.note().await?;
        self.is_noted().await
    }

    /// Gives the file its name.
    pub(super) async fn publish(
        &mut self,
        expected: Option<Sha256>,
    ) -> Result<(PathBuf, u64, Option<Sha256>), Failure> {
        self.write_all().await?;
        self.is_noted().await?;
        let digest = self.journal.digest();
        let name = move |part: &mut Part| {
            let sha256 = part.publish(expected, digest.as_ref())?;
            Ok((part.place.file.clone(), part.mark().0, sha256))
        };
        self.perform(name).await
    }

    /// Leaves the part for another run, with a note of all that is good of it, or removes one that nobody could go on with.
    pub(super) async fn leave(mut self, is_damaged: bool) {
        let written = self.write_all().await;
        // Also after a write that failed: what was there before is good.
        let noted = self.note_all().await;
        for Failure { code, cause } in [written, noted].into_iter().filter_map(Result::err) {
            tracing::debug!(
                code = code.name(),
                class = cause.class,
                words = cause.words,
                "the part is left as noted before"
            );
        }
        let is_of_use = self.journal.is_of_use() && !is_damaged;
        let (Some(part), is_begun) = (self.part.take(), self.is_begun) else { return };
        let leaving = blocking(move || {
            match part.mark().0 {
                0 if !is_begun => part.remove_empty(),
                1.. if is_of_use => {}
                _ => part.remove(),
            }
            Ok(())
        });
        let _ = leaving.await;
    }

    /// Begins to write what was gathered; the part has to be at hand.
    fn write(&mut self) -> Result<(), Failure> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let mut part = self.part.take().ok_or_else(stopped)?;
        let pieces = std::mem::take(&mut self.gathered);
        self.gathered_bytes = 0;
        self.writing = Some(spawn_blocking(move || {
            let written = part.write(&pieces);
            (part, written)
        }));
        Ok(())
    }

    /// Waits for the last write.
    async fn is_written(&mut self) -> Result<(), Failure> {
        let Some(writing) = &mut self.writing else { return Ok(()) };
        let ended = writing.await;
        self.writing = None;
        let (part, written) = ended.map_err(|error| lost(&error))?;
        self.part = Some(part);
        if written.is_err() {
            // Nothing is to follow behind a gap.
            (self.gathered, self.gathered_bytes) = (Vec::new(), 0);
        }
        written
    }

    /// Waits for the last note.
    async fn is_noted(&mut self) -> Result<(), Failure> {
        let Some(noting) = &mut self.noting else { return Ok(()) };
        let ended = noting.await;
        self.noting = None;
        ended.map_err(|error| lost(&error))?
    }

    /// Whether it is time for a note, and nobody is at one.
    fn is_due(&self) -> bool {
        let is_free = self.noting.as_ref().is_none_or(JoinHandle::is_finished);
        is_free && self.journal.is_of_use() && self.noted.0.elapsed() >= NOTED_EVERY
    }

    /// Begins to note how many bytes there are, once they are on the device; the part has to be at hand.
    async fn note(&mut self) -> Result<(), Failure> {
        self.is_noted().await?;
        let Some(part) = self.part.as_ref().filter(|_| self.journal.is_of_use()) else { return Ok(()) };
        let (bytes, checksum) = part.mark();
        if bytes == self.noted.1 {
            return Ok(());
        }
        let (file, place) = (part.handle()?, part.place.clone());
        let journal = self.journal.with(bytes, checksum, self.total);
        self.noted = (Instant::now(), bytes);
        self.noting = Some(spawn_blocking(move || {
            file.sync_data().and_then(|()| journal.write(&place)).map_err(failed("writing the journal"))
        }));
        Ok(())
    }

    /// Does something with the part when it is at hand, away from who waits for bytes.
    async fn perform<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Part) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.is_written().await?;
        let mut part = self.part.take().ok_or_else(stopped)?;
        let working = spawn_blocking(move || {
            let ended = work(&mut part);
            (part, ended)
        });
        let (part, ended) = working.await.map_err(|error| lost(&error))?;
        self.part = Some(part);
        ended
    }
}

/// A writer that leaves its part in order when it is given up.
pub(super) struct Left(pub(super) Option<Writer>);

impl Left {
    pub(super) fn writer(&mut self) -> Result<&mut Writer, Failure> {
        self.0.as_mut().ok_or_else(stopped)
    }

    /// Gives up, and waits until the part is in order.
    pub(super) async fn leave(&mut self, is_damaged: bool) {
        if let Some(writer) = self.0.take() {
            // Whoever drops this future still has the part left in order.
            let _ = tokio::spawn(writer.leave(is_damaged)).await;
        }
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        if let (Some(writer), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(writer.leave(false));
        }
    }
}

fn stopped() -> Failure {
    Failure::new(Code::StorageFailed, "the writing was stopped")
}

/// The runtime has ended, or the work has panicked.
fn lost(error: &JoinError) -> Failure {
    Failure::new(Code::StorageFailed, if error.is_panic() { "the writing panicked" } else { "the runtime ended" })
}

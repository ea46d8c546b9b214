//! The course of one download to a file.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use sha2::Digest as _;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};
use twinfetch_core::download::Download as Plan;
use twinfetch_core::error::{Code, Sent};
use twinfetch_core::file_name;
use twinfetch_core::session::Presented;

use super::journal::{Journal, Kept};
use super::part::Part;
use super::place::{Place, Target};
use super::progress::Teller;
use super::sha256::Sha256;
use super::writer::{Left, Writer};
use super::{Save, Saved};
use crate::call::over;
use crate::caller::Caller;
use crate::deadline::Deadline;
use crate::download::{Piece, Request, Source};
use crate::error::Error;
use crate::transport::Failure;

/// When nothing comes for so long, what is there is written, noted and told of.
const QUIET: Duration = Duration::from_millis(200);

/// How long somebody else may take to let go of the part, as one does who was just cancelled.
const PATIENCE: Duration = Duration::from_secs(2);
const LOOKED_EVERY: Duration = Duration::from_millis(20);

/// One download on its way to a file.
struct Saving {
    source: Source,
    left: Left,
    teller: Teller,
    origin: Sha256,
    /// How many bytes of an earlier run were gone on with.
    kept: u64,
}

/// How a file is to be saved, and whose it is.
struct Terms {
    replaces: bool,
    is_fresh: bool,
    with_digest: bool,
    origin: Sha256,
    presented: Presented,
}

pub(super) async fn save(save: Save) -> Result<Saved, Error> {
    let Save { call, path, expected, replaces, is_fresh, listener } = save;
    let target = blocking(move || Target::find(&path)).await;
    let name = match &target {
        Ok(Target::File(place)) => place.file.file_name().map(OsStr::to_string_lossy),
        Ok(Target::Folder(_)) | Err(_) => None,
    };
    let mut request = call.into_file(name.as_deref())?;
    let expected = expected?;
    request.any_end = expected.is_some();
    let called = Arc::clone(&request.called);
    let target = target.map_err(|failure| over(failure, Sent::Unsent).of(&called))?;
    let (origin, presented) = identify(&request).await.map_err(|error| error.of(&called))?;
    let terms = Terms { replaces, is_fresh, with_digest: expected.is_some(), origin, presented };
    let (source, left) = match target {
        Target::File(place) => open(request, place, terms).await,
        Target::Folder(folder) => open_in(request, &folder, terms).await,
    }?;
    let kept = source.plan().received();
    let mut saving = Saving { source, left, teller: Teller::new(listener), origin, kept };
    let saved = match saving.receive().await {
        Ok(()) => saving.publish(expected).await,
        Err(error) => Err(error),
    };
    if let Err(error) = &saved {
        saving.left.leave(error.code() == Code::DigestMismatched).await;
    }
    saved
}

/// Asks for a file whose place is known, or for the rest of it.
async fn open(request: Request, place: Place, terms: Terms) -> Result<(Source, Left), Error> {
    let called = Arc::clone(&request.called);
    let early = |failure: Failure| over(failure, Sent::Unsent).of(&called);
    let (mut left, kept) = begin(place, &terms, None).await.map_err(early)?;
    let source = match plan(kept, terms.presented) {
        Ok(plan) => Source::open(request, plan).await,
        Err(error) => Err(error.of(&called)),
    };
    if source.is_err() {
        left.leave(false).await;
    }
    Ok((source?, left))
}

/// Asks for a file that the backend names, and once more for the rest of it where there is a part of that name.
async fn open_in(request: Request, folder: &Path, terms: Terms) -> Result<(Source, Left), Error> {
    let called = Arc::clone(&request.called);
    let source = Source::open(request, Plan::new(true)).await?;
    let name = file_name::choose(source.head().content_disposition.as_deref(), None, &called.route);
    let place = Place::chosen(folder, name);
    // A name that the backend chooses replaces nothing.
    let terms = Terms { replaces: false, ..terms };
    let begun = begin(place, &terms, source.plan().etag()).await;
    let (mut left, kept) = begun.map_err(|failure| source.failed(failure))?;
    if kept.is_none() {
        return Ok((source, left));
    }
    let source = match plan(kept, terms.presented) {
        Ok(plan) => source.restart(plan).await,
        Err(error) => Err(error.of(&called)),
    };
    if source.is_err() {
        left.leave(false).await;
    }
    Ok((source?, left))
}

impl Saving {
    /// Takes the file to its end.
    async fn receive(&mut self) -> Result<(), Error> {
        self.tell();
        loop {
            let next = self.next().await.map_err(|failure| self.source.failed(failure))?;
            let Some(piece) = next? else { return Ok(()) };
            let taken = self.take(piece).await;
            taken.map_err(|failure| self.source.failed(failure))?;
            self.tell();
        }
    }

    /// Waits for what comes next; when that takes a while, puts what is there in order meanwhile.
    async fn next(&mut self) -> Result<Result<Option<Piece>, Error>, Failure> {
        let plan = self.source.plan();
        let (received, total) = (plan.received(), plan.total());
        // A request that is on its way is not given up for it.
        let mut next = pin!(self.source.next());
        if let Ok(next) = timeout(QUIET, next.as_mut()).await {
            return Ok(next);
        }
        self.left.writer()?.settle().await?;
        self.teller.tell(received, total);
        Ok(next.await)
    }

    async fn take(&mut self, piece: Piece) -> Result<(), Failure> {
        let plan = self.source.plan();
        match piece {
            Piece::Bytes(bytes) => self.left.writer()?.take(bytes, plan.total()).await,
            Piece::Anew => {
                self.kept = 0;
                let digest = self.source.digest().map(str::to_owned);
                let journal = Journal::new(self.origin, plan.etag(), plan.total(), digest);
                self.left.writer()?.begin(journal).await
            }
        }
    }

    fn tell(&mut self) {
        let plan = self.source.plan();
        self.teller.tell(plan.received(), plan.total());
    }

    /// Gives the complete file its name.
    async fn publish(&mut self, expected: Option<Sha256>) -> Result<Saved, Error> {
        let received = self.source.plan().received();
        self.teller.tell(received, Some(received));
        let digest = self.source.digest().map(str::to_owned);
        let named = self.name(digest, expected).await;
        let (path, bytes, sha256) = named.map_err(|failure| self.source.failed(failure))?;
        tracing::debug!(bytes, kept = self.kept, "the file is saved");
        let media_type = self.source.head().content_type.clone();
        Ok(Saved { path, bytes, sha256, media_type, kept: self.kept })
    }

    async fn name(
        &mut self,
        digest: Option<String>,
        expected: Option<Sha256>,
    ) -> Result<(PathBuf, u64, Option<Sha256>), Failure> {
        let writer = self.left.writer()?;
        writer.journal.promise(digest);
        let named = writer.publish(expected).await?;
        // It is nobody's part any more.
        self.left.0 = None;
        Ok(named)
    }
}

/// Gets hold of the part, and of what an earlier run has left in it; `etag` is the one that it has to be of.
async fn begin(place: Place, terms: &Terms, etag: Option<&str>) -> Result<(Left, Option<Kept>), Failure> {
    let Terms { replaces, is_fresh, with_digest, origin, .. } = *terms;
    let until = Instant::now() + PATIENCE;
    let (part, journal) = loop {
        let place = place.clone();
        if let Some(opened) = blocking(move || Part::open(&place, replaces, with_digest)).await? {
            break opened;
        }
        if Instant::now() >= until {
            return Err(Failure::new(Code::FileBusy, "the part is locked"));
        }
        sleep(LOOKED_EVERY).await;
    };
    let kept = journal.as_ref().filter(|_| !is_fresh).and_then(|journal| journal.kept(origin));
    let kept = kept.filter(|kept| etag.is_none_or(|etag| etag == kept.etag));
    let mut left = Left(Some(Writer::new(part, journal.unwrap_or_else(|| Journal::new(origin, None, None, None)))));
    let kept = match kept {
        Some(kept) => left.writer()?.adopt(kept).await?,
        None => None,
    };
    Ok((left, kept))
}

/// How the file is asked for: from where it was left.
fn plan(kept: Option<Kept>, presented: Presented) -> Result<Plan, Error> {
    let mut plan = kept.map_or_else(|| Plan::new(true), |kept| Plan::kept(kept.bytes, kept.etag, kept.total));
    plan.present(Ok(presented)).map_err(Error::new)?;
    Ok(plan)
}

/// What stands for where the file is, and for whom, without telling it.
async fn identify(request: &Request) -> Result<(Sha256, Presented), Error> {
    let credential = Deadline::after(request.timeout).limit(request.api.fresh_credential()).await;
    let presented = credential.map_err(|failure| over(failure, Sent::Unsent))??.presented;
    let mut hash = sha2::Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    add(request.url.expose());
    add(&presented.user);
    // Where it is not said who a visitor is, the credential says it. A service's own token is renewed between two runs.
    if presented.user.is_empty() && !matches!(request.api.caller, Caller::Service(_)) {
        [&presented.token, &presented.cookie].into_iter().flatten().for_each(|secret| add(secret.expose()));
    }
    Ok((<[u8; 32]>::from(hash.finalize()).into(), presented))
}

/// Works with files away from who waits for bytes.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(Failure::new(Code::StorageFailed, "the work with files was stopped")))
}

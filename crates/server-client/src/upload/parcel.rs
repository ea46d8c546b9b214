//! What an upload sends, as often as it is sent.

use std::fmt;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{Either, select};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::{Instant, timeout_at};
use twinfetch_core::call::Request;
use twinfetch_core::download::Meter;
use twinfetch_core::error::Code;

use super::UploadProgress;
use super::form::Framing;
use super::passage::{Outgoing, Passage, Piece};
use super::source::Source;
use crate::deadline::Deadline;
use crate::transport::{Failure, Response, Transport};

/// Whom to tell how far it is.
pub(super) type Tell = Box<dyn FnMut(UploadProgress) + Send>;

/// What an upload sends: each time from its beginning, and each time the same.
pub(crate) struct Parcel {
    pub(super) framing: Framing,
    pub(super) source: Source,
    pub(super) tell: Mutex<Option<Tell>>,
}

impl Parcel {
    /// Whether it can be sent once only.
    pub(crate) const fn is_once(&self) -> bool {
        matches!(self.source, Source::Stream(_))
    }

    /// Sends it, and waits for the head of the response. What moves takes its time: the limit for a head counts from the last
    /// piece that went out, and the time until then is added to that of the whole call.
    pub(crate) async fn send(
        &self,
        request: Request,
        transport: &Transport,
        deadline: &mut Deadline,
    ) -> Result<Response, Failure> {
        let begun = Instant::now();
        let (body, passage) = deadline.limit(self.open()).await??;
        let mut report = Report { parcel: self, meter: Meter::new(), begun, told: None };
        report.tell(&passage);
        let mut answer = pin!(transport.stream(request, &self.framing.content_type, body));
        let ended = loop {
            let moved = passage.at();
            let end = Limit::of(transport.limits().head, moved, deadline.put_off(moved - begun));
            match timeout_at(end.at, select(answer.as_mut(), pin!(passage.moved()))).await {
                Ok(Either::Left((ended, _))) => break ended,
                Ok(Either::Right(_)) => report.tell(&passage),
                Err(_) if passage.at() > moved => {}
                Err(_) => break Err(end.failure()),
            }
        };
        report.tell(&passage);
        *deadline = deadline.put_off(passage.at() - begun);
        match passage.failure() {
            Some(failure) => Err(failure),
            None => ended,
        }
    }

    async fn open(&self) -> Result<(Outgoing, Passage), Failure> {
        let Framing { before, after, .. } = &self.framing;
        let frame = |bytes: &Bytes| {
            let bytes = Some(bytes.clone()).filter(|bytes| !bytes.is_empty());
            stream::iter(bytes.map(|bytes| Ok(Piece { bytes, counted: 0 })))
        };
        let pieces = self.source.pieces().await?;
        let pieces = pieces.map_ok(|bytes| Piece { counted: bytes.len() as u64, bytes });
        let length = self.source.length().map(|length| length + (before.len() + after.len()) as u64);
        Ok(Outgoing::new(frame(before).chain(pieces).chain(frame(after)).boxed(), length))
    }
}

/// Tells of one attempt how far it is.
struct Report<'a> {
    parcel: &'a Parcel,
    meter: Meter,
    begun: Instant,
    told: Option<(u64, Option<u64>)>,
}

impl Report<'_> {
    fn tell(&mut self, passage: &Passage) {
        let mut tell = self.parcel.tell.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = passage.sent();
        let total = self.parcel.source.length().or(passage.is_over().then_some(sent));
        let Some(tell) = tell.as_mut().filter(|_| self.told != Some((sent, total))) else { return };
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let Some(pace) = self.meter.measure(now, sent, total) else { return };
        self.told = Some((sent, total));
        let remaining = pace.remaining.and_then(|left| Duration::try_from_secs_f64(left / 1_000.0).ok());
        tell(UploadProgress { sent, total, rate: pace.rate, remaining });
    }
}

/// Until when something has to happen, and what it means when it has not.
struct Limit {
    at: Instant,
    of_call: bool,
}

impl Limit {
    fn of(head: Duration, moved: Instant, call: Deadline) -> Self {
        let head = Deadline::since(moved, head).at();
        Self { at: head.min(call.at()), of_call: call.at() < head }
    }

    fn failure(&self) -> Failure {
        if self.of_call {
            return Failure::new(Code::TimedOut, "the whole call took too long");
        }
        Failure::new(Code::ResponseTimedOut, "the upload stood still, or no response head in time")
    }
}

impl fmt::Debug for Parcel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Parcel").field("length", &self.source.length()).finish_non_exhaustive()
    }
}

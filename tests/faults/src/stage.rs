//! What the connections of one server share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::fault::Fault;
use crate::head::Head;
use crate::progress::Progress;
use crate::record::{Counts, Record, Seen};
use crate::script::Script;

#[derive(Debug, Default)]
pub(crate) struct Stage {
    now: Mutex<Now>,
    counts: watch::Sender<Counts>,
}

#[derive(Debug, Default)]
struct Now {
    script: Script,
    progress: Progress,
    record: Record,
    connections: u64,
}

/// What is to be done with a request.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) number: u64,
    pub(crate) fault: Option<Fault>,
    pub(crate) reaches_backend: bool,
    pub(crate) backend: Option<String>,
    pub(crate) allow_origin: Option<String>,
}

/// A connection that is open as long as this lives.
#[derive(Debug)]
pub(crate) struct Connection<'s> {
    pub(crate) number: u64,
    stage: &'s Stage,
}

impl Stage {
    pub(crate) fn play(&self, script: Script) {
        let mut now = self.now();
        (now.script, now.progress, now.record) = (script, Progress::default(), Record::default());
        self.counts.send_modify(|counts| (counts.requests, counts.played) = (0, 0));
    }

    pub(crate) fn record(&self) -> Record {
        self.now().record.clone()
    }

    pub(crate) fn counts(&self) -> watch::Receiver<Counts> {
        self.counts.subscribe()
    }

    pub(crate) fn connected(&self) -> Connection<'_> {
        let mut now = self.now();
        now.connections += 1;
        now.record.connections += 1;
        self.counts.send_modify(|counts| counts.open += 1);
        Connection { number: now.connections, stage: self }
    }

    pub(crate) fn allow_origin(&self) -> Option<String> {
        self.now().script.allow_origin.clone()
    }

    /// Says what a request meets. On a connection whose next request is to be reset, the script is not asked.
    pub(crate) fn asked(&self, connection: &Connection<'_>, head: &Head, is_reset: bool) -> Part {
        let mut now = self.now();
        let Now { script, progress, record, .. } = &mut *now;
        let number = record.total + 1;
        let rule = (!is_reset).then(|| progress.choose(script, number, head)).flatten();
        let fault = if is_reset { Some(Fault::ResetBeforeHead) } else { rule.map(|rule| rule.fault.clone()) };
        record.add(Seen {
            number,
            connection: connection.number,
            method: head.method.clone(),
            path: head.path.clone(),
            headers: head.headers.clone(),
            body: String::new(),
            body_bytes: 0,
            complete: false,
            fault: fault.as_ref().map(Fault::name),
        });
        self.counts.send_modify(|counts| counts.requests += 1);
        Part {
            number,
            fault,
            reaches_backend: rule.is_some_and(|rule| rule.reaches_backend),
            backend: script.backend.clone(),
            allow_origin: script.allow_origin.clone(),
        }
    }

    pub(crate) fn received(&self, number: u64, piece: Option<&[u8]>) {
        self.now().record.body(number, piece);
    }

    pub(crate) fn played(&self) {
        self.counts.send_modify(|counts| counts.played += 1);
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.stage.counts.send_modify(|counts| counts.open -= 1);
    }
}

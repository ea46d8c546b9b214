//! Everything that is logged in this process.

use std::fmt::{Debug, Write as _};
use std::sync::{Mutex, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::mint::with_known;

/// So many bytes are kept before they are searched and let go.
const KEPT: usize = 8 << 20;

static LOG: Mutex<Captured> = Mutex::new(Captured { text: String::new(), searched: 0, leaks: Vec::new() });

struct Captured {
    text: String,
    searched: usize,
    leaks: Vec<String>,
}

/// What has been logged since the first secret, a line for each event and each new span.
pub fn logged() -> String {
    LOG.lock().unwrap_or_else(PoisonError::into_inner).text.clone()
}

/// Adds a line.
pub(crate) fn write(line: &str) {
    let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    log.text.push_str(line);
    log.text.push('\n');
    if log.text.len() > KEPT {
        log.search();
        log.text.clear();
        log.searched = 0;
    }
}

/// The lines in which secrets show, of all that came since this was last asked. The guard asks when a test is over; a program without tests asks
/// by itself.
pub fn leaks() -> Vec<String> {
    let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    log.search();
    std::mem::take(&mut log.leaks)
}

impl Captured {
    fn search(&mut self) {
        let new = self.text.get(self.searched..).unwrap_or_default();
        with_known(|known| self.leaks.extend(new.lines().filter_map(|line| known.find(line))));
        self.searched = self.text.len();
    }
}

/// Reads along from now on, at every level and of every crate.
#[expect(clippy::expect_used, reason = "a test ends here")]
pub(crate) fn capture() {
    static CAPTURING: Once = Once::new();
    CAPTURING.call_once(|| Registry::default().with(Capture).try_init().expect("the log is already somebody else's"));
}

struct Capture;

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut line = Line::of(attributes.metadata());
        attributes.record(&mut line);
        write(&line.0);
    }

    fn on_record(&self, span: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(metadata) = context.metadata(span) else { return };
        let mut line = Line::of(metadata);
        values.record(&mut line);
        write(&line.0);
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::of(event.metadata());
        event.record(&mut line);
        write(&line.0);
    }
}

struct Line(String);

impl Line {
    fn of(metadata: &Metadata<'_>) -> Self {
        Self(format!("{} {} {}", metadata.level(), metadata.target(), metadata.name()))
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // One line each, as a line is what is searched and shown.
        let value = format!("{value:?}").replace('\n', " ");
        let _ = write!(self.0, " {}={value}", field.name());
    }
}

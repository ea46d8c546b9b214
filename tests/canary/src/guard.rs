//! Looks for secrets when a test is over.

use std::error::Error;
use std::fmt::Debug;
use std::io::Write as _;
use std::panic;
use std::sync::Once;
use std::thread;

use crate::log;

thread_local! {
    static GUARD: Guard = const { Guard };
}

/// Lets the guard search what a caller might print of a value.
pub fn show<T: Debug + ?Sized>(what: &T) {
    shown(&format!("{what:?}"));
    shown(&format!("{what:#?}"));
}

/// Lets the guard search all that an error says, with its causes.
pub fn show_error(error: &(dyn Error + 'static)) {
    show(error);
    shown(&error.to_string());
    if let Some(cause) = error.source() {
        show_error(cause);
    }
}

/// Lets the guard search a text that somebody else may see.
pub fn shown(text: &str) {
    log::write(&format!("shown: {}", text.replace('\n', " ")));
}

/// Begins to read along, and has the end of this thread searched.
pub(crate) fn arm() {
    log::capture();
    capture_panics();
    // A thread which is already at its end has been searched, or the one that waits for it will be.
    let _ = GUARD.try_with(|_| ());
}

fn capture_panics() {
    static CAPTURING: Once = Once::new();
    CAPTURING.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            shown(&format!("a panic: {panic}"));
            before(panic);
        }));
    });
}

/// Is dropped when the test's thread ends, which whoever runs the test waits for.
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        let leaks = log::leaks();
        let Some(leak) = leaks.first() else { return };
        let thread = thread::current();
        let test = thread.name().unwrap_or("a test");
        let report = format!("\n{test}: a secret shows, in {} lines; the first is\n  {leak}\n", leaks.len());
        // Past the tests' own capture of what is printed: the process ends here, since a panic in this place would say less.
        let _ = std::io::stderr().write_all(report.as_bytes());
        std::process::abort();
    }
}

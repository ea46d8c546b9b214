//! A program in the background: with a log, in a group of its own, and stopped with all that it started.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::workspace::target;

/// How long a program may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked at meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// How much of a log is shown when its program ends by itself.
const LAST_LINES: usize = 20;

/// A running program; dropping it ends it.
pub(crate) struct Program {
    /// Its name in messages, and of its log.
    pub(crate) name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts it with both its outputs in a log of its own, and a standard input that stays open as long as this lives.
    pub(crate) fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let folder = target().join("xtask/logs");
        fs::create_dir_all(&folder)?;
        let log = folder.join(format!("{name}.log"));
        let file = File::create(&log)?;
        command.stdin(Stdio::piped()).stdout(file.try_clone()?).stderr(file);
        Self::spawn(name, command, log)
    }

    /// Starts it with its output shown.
    pub(crate) fn start_shown(name: &'static str, command: &mut Command) -> Result<Self> {
        Self::spawn(name, command.stdin(Stdio::null()), PathBuf::new())
    }

    fn spawn(name: &'static str, command: &mut Command, log: PathBuf) -> Result<Self> {
        group::lead(command);
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Self { name, child, log })
    }

    /// What it says after these words on a line of its log, as soon as it has said it.
    pub(crate) fn said(&self, words: &str) -> Option<String> {
        let log = fs::read_to_string(&self.log).ok()?;
        // A line that is not ended yet may be half of one.
        let mut lines = log.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        lines.find_map(|line| line.strip_prefix(words)).map(str::to_owned)
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("cannot look after {}", self.name))
    }

    /// Fails with the end of its log if it ended.
    pub(crate) fn check(&mut self) -> Result<()> {
        let Some(status) = self.ended()? else { return Ok(()) };
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default().join("\n");
        bail!("{} ended with {status}; the end of {}:\n{last}", self.name, self.log.display())
    }

    fn wait(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            std::thread::sleep(PAUSE);
        }
        false
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            group::end(&mut self.child);
            if !self.wait(PATIENCE) {
                group::kill(&mut self.child);
                self.wait(PATIENCE);
            }
        }
    }
}

/// Process groups: a signal reaches what the program itself has started, and a terminal's Ctrl-C does not.
#[cfg(unix)]
mod group {
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command};

    use nix::sys::signal::{Signal, killpg};
    use nix::unistd::Pid;

    pub(super) fn lead(command: &mut Command) {
        command.process_group(0);
    }

    pub(super) fn end(child: &mut Child) {
        signal(child, Signal::SIGTERM);
    }

    pub(super) fn kill(child: &mut Child) {
        signal(child, Signal::SIGKILL);
    }

    fn signal(child: &Child, signal: Signal) {
        if let Ok(id) = i32::try_from(child.id()) {
            // It may have ended in this moment, which is what is wanted.
            killpg(Pid::from_raw(id), signal).unwrap_or_default();
        }
    }
}

/// Where there are no groups, the program itself is ended.
#[cfg(not(unix))]
mod group {
    use std::process::{Child, Command};

    pub(super) fn lead(_: &mut Command) {}

    pub(super) fn end(child: &mut Child) {
        kill(child);
    }

    pub(super) fn kill(child: &mut Child) {
        child.kill().unwrap_or_default();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_program_takes_along_what_it_started() {
        let log = target().join("xtask/logs/group.log");
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 60 & echo $!; wait"]);
        let program = Program::start("group", &mut shell).unwrap();
        let started = loop {
            let text = fs::read_to_string(&log).unwrap();
            if text.ends_with('\n') {
                break text.trim().parse().unwrap();
            }
            std::thread::yield_now();
        };
        drop(program);
        let deadline = Instant::now() + PATIENCE;
        while nix::sys::signal::kill(nix::unistd::Pid::from_raw(started), None).is_ok() {
            assert!(Instant::now() < deadline, "the grandchild is still there");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_program_has_said_what_its_log_has_a_whole_line_of() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo ready at 7; printf 'almost at 8'"]);
        let mut program = Program::start("said", &mut shell).unwrap();
        assert!(program.wait(PATIENCE));
        assert_eq!(program.said("ready at "), Some("7".to_owned()));
        assert_eq!(program.said("almost at "), None);
    }

    #[test]
    fn an_ended_program_is_reported_with_its_log() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo out of beans; exit 3"]);
        let mut program = Program::start("ended", &mut shell).unwrap();
        assert!(program.wait(PATIENCE));
        let error = program.check().unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.contains("out of beans"), "{error}");
    }
}

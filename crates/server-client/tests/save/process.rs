//! A process that downloads: this test's own program, run again.

use std::io::{BufRead as _, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde::{Deserialize, Serialize};
use serde_json::json;
use twinfetch_server_client::{Error, Retry, Saved};

use crate::stage::{Stage, api, journal};

/// The variable by which a process knows that it is one, and what it is to do.
const ORDER: &str = "TWINFETCH_TEST_DOWNLOAD";

/// What a report begins with, among what a test program prints.
const MARK: &str = "@@";

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Order {
    pub(crate) url: String,
    pub(crate) path: PathBuf,
    /// What is run between two downloads, where there are two.
    pub(crate) between: Option<Vec<String>>,
}

/// What a process says.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Report {
    /// So many bytes have come, and so many of them are noted.
    Progress { received: u64, noted: u64 },
    /// It is over, and this is in the folder.
    Ended(Ended, Vec<String>),
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) enum Ended {
    Saved {
        bytes: u64,
        kept: u64,
    },
    /// With this code.
    Failed(String),
}

/// A running process.
pub(crate) struct Process {
    child: Child,
    output: Option<BufReader<ChildStdout>>,
}

impl Order {
    pub(crate) fn of(stage: &Stage, name: &str) -> Self {
        Self { url: stage.server.url(), path: stage.path(name), between: None }
    }
}

impl Process {
    pub(crate) fn start(order: &Order) -> Self {
        Self::start_by(Command::new(std::env::current_exe().unwrap()), order)
    }

    /// Starts it by a command that runs this program with further arguments.
    pub(crate) fn start_by(mut command: Command, order: &Order) -> Self {
        let command = command.args(["--exact", "process::it_downloads_as_it_is_told", "--nocapture"]);
        let command = command.env(ORDER, serde_json::to_string(order).unwrap()).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = Some(BufReader::new(child.stdout.take().unwrap()));
        Self { child, output }
    }

    /// Reads until there is a report that this is looking for, without keeping the server from answering.
    pub(crate) async fn find<T: Send + 'static>(&mut self, look: impl Fn(Report) -> Option<T> + Send + 'static) -> T {
        let mut output = self.output.take().unwrap();
        let reading = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            loop {
                line.clear();
                assert_ne!(output.read_line(&mut line).unwrap(), 0, "the process has ended");
                let Some((_, report)) = line.split_once(MARK) else { continue };
                if let Some(found) = look(serde_json::from_str(report).unwrap()) {
                    return (output, found);
                }
            }
        });
        let (output, found) = reading.await.unwrap();
        self.output = Some(output);
        found
    }

    /// Waits until a download is over.
    pub(crate) async fn end(&mut self) -> Ended {
        self.end_with_names().await.0
    }

    pub(crate) async fn end_with_names(&mut self) -> (Ended, Vec<String>) {
        let look = |report| match report {
            Report::Ended(ended, names) => Some((ended, names)),
            Report::Progress { .. } => None,
        };
        self.find(look).await
    }

    /// Ends it as a power cut would, without a word.
    pub(crate) async fn kill(mut self) {
        self.child.kill().unwrap();
        tokio::task::spawn_blocking(move || self.child.wait().unwrap()).await.unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Not a test by itself: what [`Process::start`] runs.
#[test]
fn it_downloads_as_it_is_told() {
    let Ok(order) = std::env::var(ORDER) else { return };
    let order: Order = serde_json::from_str(&order).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        tell(&order, download(&order).await);
        if let Some(between) = &order.between {
            assert!(Command::new(&between[0]).args(&between[1..]).status().unwrap().success());
            tell(&order, download(&order).await);
        }
    });
}

async fn download(order: &Order) -> Result<Saved, Error> {
    let path = order.path.clone();
    let progress = move |progress: twinfetch_server_client::Progress| {
        let noted = journal(&path).and_then(|journal| journal["kept"].as_u64()).unwrap_or_default();
        say(&Report::Progress { received: progress.received, noted });
    };
    let call = api(&order.url).get("/export").retry(Retry::NONE);
    call.download_to(&order.path).progress(progress).await
}

fn tell(order: &Order, ended: Result<Saved, Error>) {
    let ended = match ended {
        Ok(saved) => Ended::Saved { bytes: saved.bytes, kept: saved.kept },
        Err(error) => Ended::Failed(error.code().name().to_owned()),
    };
    say(&Report::Ended(ended, crate::stage::names(order.path.parent().unwrap())));
}

fn say(report: &Report) {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{MARK}{}", json!(report)).unwrap();
    output.flush().unwrap();
}

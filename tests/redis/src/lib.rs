//! A real Redis for tests: a process of Debian's `redis-server` on a free port of loopback, which keeps nothing and ends with the test.
//!
//! Where it is not installed it says how to install it: in continuous integration (`CI=true`) by failing, elsewhere on stderr.

use std::io::{BufRead as _, BufReader, ErrorKind};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

pub use redis::{ErrorKind as RedisErrorKind, FromRedisValue, RedisError, Value};

/// What a server says when it takes commands.
const READY: &str = "Ready to accept connections";

/// How often another port is taken when somebody else was faster.
const ATTEMPTS: usize = 20;

/// A running server.
#[derive(Debug)]
pub struct Redis {
    process: Option<Child>,
    port: u16,
    arguments: Vec<String>,
}

impl Redis {
    /// Starts a server that is ready; none where it is not installed.
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// Starts a server with more arguments, such as `--requirepass secret`.
    ///
    /// # Panics
    /// It does not start, or is not installed where it must be.
    pub fn start_with(arguments: &[&str]) -> Option<Self> {
        Self::start_until(arguments, READY)
    }

    /// Starts a server and waits for a line of its log that contains a text.
    ///
    /// # Panics
    /// It does not start, or is not installed where it must be.
    #[expect(clippy::panic, reason = "a test cannot go on without")]
    pub fn start_until(arguments: &[&str], text: &str) -> Option<Self> {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        for _ in 0..ATTEMPTS {
            let port = free_port();
            let mut process = spawn(port, &arguments)?;
            if wait_for(&mut process, text) {
                return Some(Self { process: Some(process), port, arguments });
            }
            end(&mut process);
        }
        panic!("redis-server does not start");
    }

    /// The address, without a password.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The port on loopback.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Kills the server; its port stays closed.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            end(&mut process);
        }
    }

    /// Starts the server again on its port, empty.
    ///
    /// # Panics
    /// It does not start.
    #[expect(clippy::panic, reason = "a test cannot go on without")]
    pub fn restart(&mut self) {
        self.kill();
        // The connections of before may keep the port for a moment.
        for _ in 0..ATTEMPTS {
            let Some(mut process) = spawn(self.port, &self.arguments) else { break };
            if wait_for(&mut process, READY) {
                self.process = Some(process);
                return;
            }
            end(&mut process);
        }
        panic!("redis-server does not start again");
    }

    /// Performs a command on a connection of its own.
    ///
    /// # Errors
    /// What Redis says, or that it cannot be reached.
    pub fn try_command<T: FromRedisValue>(&self, words: &[&str]) -> Result<T, RedisError> {
        let mut connection = redis::Client::open(self.url())?.get_connection()?;
        let mut command = redis::Cmd::new();
        command.arg(words);
        command.query(&mut connection)
    }

    /// Performs a command on a connection of its own.
    ///
    /// # Panics
    /// Redis refuses it or cannot be reached.
    #[expect(clippy::panic, reason = "a test cannot go on without")]
    pub fn command<T: FromRedisValue>(&self, words: &[&str]) -> T {
        self.try_command(words).unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    /// All keys.
    pub fn keys(&self) -> Vec<String> {
        self.command(&["KEYS", "*"])
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(port: u16, arguments: &[String]) -> Option<Child> {
    let started = Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no"])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    match started {
        Ok(process) => Some(process),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            not_installed();
            None
        }
        Err(error) => unusable(&error),
    }
}

#[expect(clippy::print_stderr, reason = "somebody is to read that this was not tested")]
fn not_installed() {
    let hint = "redis-server is not installed (on Debian: apt-get install redis-server)";
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{hint}");
    eprintln!("{hint}; what needs Redis is not tested");
}

#[expect(clippy::panic, reason = "a test cannot go on without")]
fn unusable(error: &std::io::Error) -> ! {
    panic!("redis-server: {error}")
}

#[expect(clippy::expect_used, reason = "a test cannot go on without")]
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// Reads the log up to a text and leaves the rest to a thread, so that the server never waits for a reader.
fn wait_for(process: &mut Child, text: &str) -> bool {
    let Some(output) = process.stdout.take() else { return false };
    let mut lines = BufReader::new(output).lines();
    let found = lines.by_ref().map_while(Result::ok).any(|line| line.contains(text));
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    found
}

fn end(process: &mut Child) {
    let _ = process.kill();
    let _ = process.wait();
}

//! Time that a test moves, beside real sockets.

use std::io;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::sync::mpsc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// A paused clock. It moves a step for each round trip that bytes make over loopback, so that what is on its way arrives
/// before time passes, however busy the machine is. Tokio's own paused clock jumps to the next timer as soon as nobody can go
/// on, also when bytes are on their way.
///
/// It needs a runtime with one thread.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use std::time::Duration;
/// use twinfetch_faults::Clock;
///
/// let mut clock = Clock::paused(Duration::from_millis(500));
/// let (_, elapsed) = clock.run(tokio::time::sleep(Duration::from_mins(10))).await?;
/// assert_eq!(elapsed.as_secs(), 600);
/// # std::io::Result::Ok(()) })?;
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct Clock {
    step: Duration,
    /// While a blocking task runs, tokio does not move the clock by itself. This one runs until the sender is dropped.
    _hold: mpsc::Sender<()>,
}

/// Round trips for each step: an exchange has several in a row, and each wakes who was waiting.
const ROUND_TRIPS: usize = 3;

impl Clock {
    /// Stops the time of this runtime until this is dropped, and moves it by such steps: small beside the times that are tested.
    pub fn paused(step: Duration) -> Self {
        let (sender, receiver) = mpsc::channel::<()>();
        drop(tokio::task::spawn_blocking(move || receiver.recv()));
        tokio::time::pause();
        Self { step, _hold: sender }
    }

    /// Moves time until the work is done; returns what it brought and how long it took.
    ///
    /// # Errors
    /// There is no loopback.
    pub async fn run<W: Future>(&mut self, work: W) -> io::Result<(W::Output, Duration)> {
        let mut track = Track::new().await?;
        let begun = Instant::now();
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                output = &mut work => return Ok((output, begun.elapsed())),
                settled = track.round_trips() => settled?,
            }
            tokio::time::advance(self.step).await;
        }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        // Not where the runtime itself ends.
        if tokio::runtime::Handle::try_current().is_ok() {
            tokio::time::resume();
        }
    }
}

/// Two ends between which bytes run.
struct Track {
    near: TcpStream,
    far: TcpStream,
}

impl Track {
    async fn new() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let near = TcpStream::connect(listener.local_addr()?).await?;
        let (far, _) = listener.accept().await?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        Ok(Self { near, far })
    }

    async fn round_trips(&mut self) -> io::Result<()> {
        for _ in 0..ROUND_TRIPS {
            self.near.write_u8(0).await?;
            self.far.read_u8().await?;
            self.far.write_u8(0).await?;
            self.near.read_u8().await?;
        }
        Ok(())
    }
}

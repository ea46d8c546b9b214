//! Clocks that are wrong, or that jump.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;
use twinfetch_faults::{Clock, Fault, FaultServer, Refusing, Script};
use twinfetch_server_client::{Api, Builder, Code};

use crate::stage::{Stage, signed_in_until};

/// The clock of this machine, as wrong as a test wants it.
#[derive(Clone)]
struct WallClock(Arc<AtomicU64>);

impl WallClock {
    fn at(seconds: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seconds)))
    }

    fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    fn tell(&self, builder: Builder) -> Builder {
        let clock = self.clone();
        builder.clock(move || UNIX_EPOCH + Duration::from_secs(clock.0.load(Ordering::SeqCst)))
    }
}

/// 2026-01-01, and the second in which 32 bits with a sign end.
const TODAY: u64 = 1_767_225_600;
const YEAR_2038: u64 = 1 << 31;

#[tokio::test]
async fn f_24_a_session_ends_by_this_clock_and_a_few_seconds_late() {
    let nobody = Refusing::new().unwrap();
    for end in [TODAY, YEAR_2038, YEAR_2038 + TODAY] {
        for (now, is_signed_in) in [(end - 300, true), (end + 10, true), (end + 30, false), (end + 300, false)] {
            let api = signed_in_until(&nobody.url(), Some(end), |builder| WallClock::at(now).tell(builder));
            // Who is no longer signed in is anonymous, which is no error.
            assert_eq!(api.session().await.unwrap().is_authenticated(), is_signed_in, "{now} of {end}");
        }
    }
}

#[tokio::test]
async fn f_24_a_date_to_come_back_at_is_counted_from_the_servers_own_clock() {
    let headers = |date: &str, retry_after: &str| {
        [("date", date), ("retry-after", retry_after)].map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    for (date, retry_after) in [
        ("Thu, 01 Jan 2026 00:05:00 GMT", "Thu, 01 Jan 2026 00:05:20 GMT"),
        ("Wed, 31 Dec 2025 23:55:00 GMT", "Wednesday, 31-Dec-25 23:55:20 GMT"),
        ("Tue, 19 Jan 2038 03:14:07 GMT", "Tue Jan 19 03:14:27 2038"),
    ] {
        let fault = Fault::Answer { status: 503, headers: headers(date, retry_after).into(), body: String::new() };
        let mut stage = Stage::with(Script::always(fault), |builder| WallClock::at(TODAY).tell(builder)).await;
        let error = stage.post().await.failed(Code::ServerFailed);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(20)), "{retry_after} at {date}");
    }
}

#[tokio::test]
async fn f_24_a_clock_that_jumps_during_a_call_moves_none_of_its_limits() {
    for jump in [TODAY - 3600, TODAY + 365 * 86_400] {
        let wall_clock = WallClock::at(TODAY);
        let server = FaultServer::start(Script::always(Fault::Silence)).await.unwrap();
        let api = signed_in_until(&server.url(), Some(TODAY + 2 * 365 * 86_400), |builder| wall_clock.tell(builder));
        let mut clock = Clock::paused(Duration::from_millis(100));
        let (code, elapsed) = clock.run(jumping(&api, &server, || wall_clock.set(jump))).await.unwrap();
        assert_eq!(code, Code::ResponseTimedOut);
        assert!(elapsed >= Duration::from_secs(10) && elapsed < Duration::from_secs(12), "{elapsed:?}");
        assert!(api.session().await.unwrap().is_authenticated());
    }
}

/// Makes a call, and jumps as soon as it has been sent.
async fn jumping(api: &Api, server: &FaultServer, jump: impl FnOnce()) -> Code {
    let call = api.post::<Value>("/private-route");
    let jumps = async {
        server.until(|counts| counts.played == 1).await;
        jump();
    };
    tokio::join!(call.into_future(), jumps).0.unwrap_err().code()
}

use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use twinfetch_faults::{Clock, Fault, FaultServer, Script};

use crate::raw::{GET, answer, connect};

#[tokio::test]
async fn a_dripping_answer_takes_its_time_by_the_clock_of_the_test() {
    let server = FaultServer::start(Script::default()).await.unwrap();
    let mut clock = Clock::paused(Duration::from_millis(100));
    // The good body has 13 bytes, the head before it 86.
    for (fault, seconds) in [(Fault::DripBody { milliseconds: 1000 }, 13), (Fault::DripHead { milliseconds: 1000 }, 86)]
    {
        server.play(Script::always(fault));
        let work = async {
            let mut socket = connect(&server).await;
            socket.write_all(GET.as_bytes()).await.unwrap();
            answer(&mut socket).await.1
        };
        let (body, elapsed) = clock.run(work).await.unwrap();
        assert_eq!(body, b"{\"request\":1}");
        assert!((seconds..2 * seconds).contains(&elapsed.as_secs()), "{elapsed:?}");
    }
}

#[tokio::test]
async fn no_time_passes_while_bytes_are_on_their_way() {
    let server = FaultServer::start(Script::default()).await.unwrap();
    let mut clock = Clock::paused(Duration::from_millis(10));
    let work = async {
        let mut socket = connect(&server).await;
        for _ in 0..100 {
            socket.write_all(GET.as_bytes()).await.unwrap();
            answer(&mut socket).await;
        }
    };
    let limited = tokio::time::timeout(Duration::from_mins(1), work);
    let (outcome, elapsed) = clock.run(limited).await.unwrap();
    assert!(outcome.is_ok(), "{elapsed:?}");
}

use std::io::ErrorKind;
use std::time::Duration;

use tokio::net::TcpStream;
use twinfetch_faults::{Blackhole, Clock, Refusing};

fn address(url: &str) -> &str {
    url.strip_prefix("http://").unwrap()
}

#[tokio::test]
async fn a_refusing_address_refuses_every_time() {
    let refusing = Refusing::new().unwrap();
    for _ in 0..3 {
        let error = TcpStream::connect(address(&refusing.url())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    }
}

#[tokio::test]
async fn a_blackhole_answers_nobody() {
    let blackhole = Blackhole::new().await.unwrap();
    let mut clock = Clock::paused(Duration::from_secs(1));
    for _ in 0..2 {
        let url = blackhole.url();
        let connecting = tokio::time::timeout(Duration::from_mins(1), TcpStream::connect(address(&url)));
        let (outcome, elapsed) = clock.run(connecting).await.unwrap();
        assert!(outcome.is_err() && elapsed >= Duration::from_mins(1), "{outcome:?}");
    }
}

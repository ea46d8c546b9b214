use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use twinfetch_canary::canary;
use twinfetch_core::download::Download as Plan;
use twinfetch_core::error::Code;
use twinfetch_faults::{Cut, Fault, FaultServer, File, Rule, Script};
use twinfetch_sample::Sample;

use super::{Download, Piece, Source};
use crate::ServerClient;
use crate::error::Error;

const SIZE: u64 = 600_000;

async fn source(server: &FaultServer, plan: Plan) -> Result<Source, Error> {
    let client = ServerClient::builder().base_url(server.url()).secrets([canary("secret")]).build()?;
    let call = client.background().bearer(canary("access")).get::<Download>("/file");
    Source::open(call.into_file(None)?, plan).await
}

fn cut() -> File {
    File { size: SIZE, cut: Some(Cut::after(SIZE / 6)), ..File::default() }
}

#[tokio::test]
async fn whoever_drops_a_wait_at_any_moment_loses_nothing_and_gets_nothing_twice() {
    let server = FaultServer::start(Script::always(Fault::File(cut()))).await.unwrap();
    let mut source = source(&server, Plan::new(false)).await.unwrap();
    assert!(matches!(source.next().await.unwrap(), Some(Piece::Anew)));
    let (mut bytes, mut dropped) = (Vec::new(), 0);
    // More and more, so that a slow machine comes to an end, too.
    for polls in (1_usize..).map(|turn| 1 + turn % 7 + turn / 20) {
        let waited = {
            let mut next = pin!(source.next());
            let mut waited = Poll::Pending;
            for _ in 0..polls {
                waited = poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await;
                if waited.is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            waited
        };
        match waited {
            Poll::Ready(Ok(Some(Piece::Bytes(piece)))) => bytes.extend_from_slice(&piece),
            Poll::Ready(Ok(None)) => break,
            Poll::Ready(other) => panic!("{other:?}"),
            Poll::Pending => dropped += 1,
        }
    }
    assert!(Sample::new(SIZE).part(0..SIZE).flatten().eq(bytes), "not the file");
    assert!(dropped > 10, "{dropped} waits were dropped");
    // A request for the rest that was dropped is sent again.
    assert!(server.record().total >= 6);
}

#[tokio::test]
async fn an_error_stays_one_and_is_never_followed_by_the_end() {
    let script = Script::default().rule(Rule::new(Fault::File(cut())).nth(1));
    let other = File { edition: 1, cut: None, ..cut() };
    let server = FaultServer::start(script.rule(Rule::new(Fault::File(other)))).await.unwrap();
    let mut source = source(&server, Plan::new(false)).await.unwrap();
    let error = loop {
        match source.next().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a part looks complete"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), Code::FileChanged);
    for _ in 0..3 {
        assert_eq!(source.next().await.unwrap_err().code(), Code::FileChanged);
    }
    assert_eq!(server.record().total, 2);
}

#[tokio::test]
async fn what_can_be_given_up_begins_anew_with_another_file() {
    let script = Script::default().rule(Rule::new(Fault::File(cut())).nth(1));
    let other = File { edition: 1, cut: None, ..cut() };
    let server = FaultServer::start(script.rule(Rule::new(Fault::File(other)))).await.unwrap();
    let mut source = source(&server, Plan::new(true)).await.unwrap();
    let (mut bytes, mut begun) = (Vec::new(), 0);
    while let Some(piece) = source.next().await.unwrap() {
        match piece {
            Piece::Anew => {
                bytes.clear();
                begun += 1;
            }
            Piece::Bytes(piece) => bytes.extend_from_slice(&piece),
        }
    }
    assert!(Sample::edition(1, SIZE).part(0..SIZE).flatten().eq(bytes), "not the other file");
    assert_eq!((begun, source.plan().attempts()), (2, 2));
}

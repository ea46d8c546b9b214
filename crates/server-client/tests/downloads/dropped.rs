//! Whoever lets a file go ends the exchange with the backend.

use futures_util::StreamExt as _;
use twinfetch_faults::{Break, Cut, Fault, File, Rule, Script};

use crate::stage::{SIZE, Stage};

#[tokio::test]
async fn a_file_that_nobody_wants_any_more_is_not_sent_on() {
    let stalls = File { size: SIZE, cut: Some(Cut::after(SIZE / 2).by(Break::Stall)), ..File::default() };
    let large = File { size: 5 << 30, ..File::default() };
    for fault in [Fault::File(stalls), Fault::File(large)] {
        let stage = Stage::new(Script::always(fault)).await;
        let mut file = stage.ask().await.unwrap();
        assert!(!file.next().await.unwrap().unwrap().is_empty());
        assert_eq!(stage.server.counts().open, 1);
        drop(file);
        stage.server.until(|counts| counts.open == 0).await;
        assert_eq!(stage.server.record().total, 1);
    }
}

#[tokio::test]
async fn a_wait_for_the_rest_that_is_dropped_ends_the_request_for_it() {
    let cut = File { size: SIZE, cut: Some(Cut::after(SIZE / 2)), ..File::default() };
    let script = Script::default().rule(Rule::new(Fault::File(cut)).nth(1)).rule(Rule::new(Fault::Silence));
    let stage = Stage::new(script).await;
    let file = stage.ask().await.unwrap();
    let taking = tokio::spawn(crate::stage::take(file));
    stage.server.until(|counts| counts.played == 2).await;
    taking.abort();
    stage.server.until(|counts| counts.open == 0).await;
    assert_eq!(stage.server.record().total, 2);
}

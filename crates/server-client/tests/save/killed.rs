//! `kill -9` of the downloading process, wherever it is.

use twinfetch_faults::{Break, Cut, File};
use twinfetch_server_client::Code;

use crate::chance::Chance;
use crate::process::{Order, Process, Report};
use crate::stage::{Stage, failed, file, has, serves};

const SIZE: u64 = 1_500_000;

/// What is waited for before the process is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    /// All that came is noted.
    Noted,
    /// The server has sent so many bytes, whatever became of them.
    Sent,
    /// So many bytes have come, and more are coming.
    Told,
}

/// Starts a download and kills it there; the journal's count.
async fn kill_at(stage: &Stage, moment: Moment, bytes: u64) -> u64 {
    let cut = (moment != Moment::Told).then(|| Cut::after(bytes).by(Break::Stall));
    stage.server.play(serves(&File { cut, ..file(SIZE) }));
    let mut process = Process::start(&Order::of(stage, "f"));
    match moment {
        Moment::Noted => process.find(move |report| is_at(&report, |_, noted| noted == bytes)).await,
        Moment::Sent => {
            stage.server.until(|counts| counts.played == 1).await;
        }
        Moment::Told => process.find(move |report| is_at(&report, |received, _| received >= bytes)).await,
    }
    process.kill().await;
    stage.journal("f").map_or(0, |journal| journal["kept"].as_u64().unwrap())
}

fn is_at(report: &Report, so: impl Fn(u64, u64) -> bool) -> Option<()> {
    match report {
        Report::Progress { received, noted } => so(*received, *noted).then_some(()),
        Report::Ended(..) => Some(()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f_70_a_process_killed_at_50_random_moments_leaves_no_half_file_and_the_next_goes_on() {
    let mut chance = Chance(9);
    let mut gone_on = 0;
    for run in 0..50 {
        let stage = Stage::new(&file(SIZE)).await;
        let bytes = 1 + chance.below(SIZE - 1);
        let moment = [Moment::Noted, Moment::Sent, Moment::Told, Moment::Noted][run % 4];
        let noted = kill_at(&stage, moment, bytes).await;
        let is_there = stage.path("f").exists();
        if is_there {
            has(&stage.path("f"), &file(SIZE));
            assert_eq!(moment, Moment::Told);
        }
        stage.server.play(serves(&file(SIZE)));
        match stage.get_once().download_to(stage.path("f")).await {
            Err(error) => {
                failed(&error, Code::FileExists);
                assert!(is_there);
            }
            Ok(saved) => {
                assert!(!is_there);
                let kept = noted.min(SIZE - 1);
                assert_eq!(saved.kept, kept, "{moment:?} {bytes}");
                assert_eq!(stage.ranges(), [(kept > 0).then(|| format!("bytes={kept}-"))]);
                stage.has("f", &file(SIZE));
                gone_on += u32::from(kept > 0);
            }
        }
        has(&stage.path("f"), &file(SIZE));
    }
    assert!(gone_on >= 25, "{gone_on}");
}

/// A download that is killed again and again comes to its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f_70_a_process_killed_again_and_again_completes_the_file() {
    let mut chance = Chance(10);
    let stage = Stage::new(&file(SIZE)).await;
    let mut noted = 0;
    while noted < SIZE - 1 {
        let bytes = (SIZE - noted).min(1 + chance.below(SIZE / 8));
        if noted + bytes >= SIZE {
            break;
        }
        let cut = Some(Cut::after(bytes).by(Break::Stall));
        stage.server.play(serves(&File { cut, ..file(SIZE) }));
        let mut process = Process::start(&Order::of(&stage, "f"));
        let end = noted + bytes;
        process.find(move |report| is_at(&report, |_, noted| noted == end)).await;
        process.kill().await;
        assert_eq!(stage.names(), ["f.part", "f.part.json"]);
        noted = end;
    }
    stage.server.play(serves(&file(SIZE)));
    assert_eq!(stage.get_once().download_to(stage.path("f")).await.unwrap().kept, noted);
    stage.has("f", &file(SIZE));
}

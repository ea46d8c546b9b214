//! Many who write the same file.

use std::collections::BTreeMap;

use tokio::task::JoinSet;
use twinfetch_faults::{Break, Cut, File, Rule, Script};
use twinfetch_server_client::Code;

use crate::process::{Ended, Order, Process};
use crate::stage::{Stage, failed, file, serves};

const SIZE: u64 = 600_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f_73_of_a_hundred_tasks_one_writes_the_file() {
    let file = file(SIZE);
    let stage = Stage::new(&file).await;
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        tasks.spawn(stage.get_once().download_to(stage.path("f")).into_future());
    }
    let mut ended: BTreeMap<&str, u32> = BTreeMap::new();
    while let Some(outcome) = tasks.join_next().await {
        let name = match outcome.unwrap() {
            Ok(_) => "saved",
            Err(error) => error.code().name(),
        };
        *ended.entry(name).or_default() += 1;
    }
    assert_eq!(ended.remove("saved"), Some(1));
    assert!(ended.keys().all(|name| matches!(*name, "file_busy" | "file_exists")), "{ended:?}");
    assert_eq!(stage.server.record().total, 1);
    stage.has("f", &file);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f_73_of_a_hundred_tasks_that_replace_the_file_none_mixes_with_another() {
    let stage = Stage::with(Script::default()).await;
    let files: Vec<File> = (0..4).map(|edition| File { edition, ..file(SIZE - u64::from(edition)) }).collect();
    let rule = |(nth, file): (u64, &File)| Rule::new(twinfetch_faults::Fault::File(file.clone())).nth(nth);
    let script = (1..=100).zip(files.iter().cycle()).map(rule).fold(Script::default(), Script::rule);
    stage.server.play(script);
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        tasks.spawn(stage.get_once().download_to(stage.path("f")).overwrite().into_future());
    }
    let mut saved = 0;
    while let Some(outcome) = tasks.join_next().await {
        match outcome.unwrap() {
            Ok(_) => saved += 1,
            Err(error) => failed(&error, Code::FileBusy),
        }
    }
    assert!(saved > 0);
    let length = std::fs::metadata(stage.path("f")).unwrap().len();
    let last = files.iter().find(|file| file.size == length).unwrap();
    stage.has("f", last);
}

/// One process has the file, and waits for its bytes; the other is told so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f_73_of_two_processes_one_writes_the_file() {
    let held = File { cut: Some(Cut::after(SIZE / 2).by(Break::Stall)), ..file(SIZE) };
    let stage = Stage::new(&held).await;
    let order = Order::of(&stage, "f");
    let first = Process::start(&order);
    stage.server.until(|counts| counts.played == 1).await;
    let second = Process::start(&order).end().await;
    assert_eq!(second, Ended::Failed("file_busy".to_owned()));
    assert_eq!(stage.server.record().total, 1);
    assert!(!stage.path("f").exists());
    first.kill().await;
    stage.server.play(serves(&file(SIZE)));
    assert!(matches!(Process::start(&order).end().await, Ended::Saved { .. }));
    stage.has("f", &file(SIZE));
}

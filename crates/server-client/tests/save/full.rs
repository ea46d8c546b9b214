//! Devices that are full, or that may not be written to. They are mounted for one process alone, which takes root.

use std::process::Command;

use crate::process::{Ended, Order, Process};
use crate::stage::{Stage, file};

/// A process for which the folder is a device of its own; `None` where this user may not mount.
fn with_device(stage: &Stage, options: &str, order: &Order) -> Option<Process> {
    let may = Command::new("unshare").args(["--mount", "true"]).status();
    if !may.is_ok_and(|status| status.success()) {
        println!("not run: only root may mount a device");
        return None;
    }
    let mut command = Command::new("unshare");
    let mount = "mount -t tmpfs -o \"$0\" tmpfs \"$1\" && shift && exec \"$@\"";
    command.args(["--mount", "sh", "-c", mount, options]).arg(stage.folder.path());
    command.arg(std::env::current_exe().unwrap());
    Some(Process::start_by(command, order))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f_71_a_full_device_keeps_what_it_has_and_with_more_room_the_next_run_goes_on() {
    let stage = Stage::new(&file(3_000_000)).await;
    let folder = stage.folder.path().to_str().unwrap().to_owned();
    let between = ["mount", "-o", "remount,size=8m", &folder].map(str::to_owned).to_vec();
    let order = Order { between: Some(between), ..Order::of(&stage, "f") };
    let Some(mut process) = with_device(&stage, "size=1m", &order) else { return };
    let (ended, names) = process.end_with_names().await;
    assert_eq!(ended, Ended::Failed("storage_full".to_owned()));
    assert_eq!(names, ["f.part", "f.part.json"]);
    let (ended, names) = process.end_with_names().await;
    let Ended::Saved { bytes: 3_000_000, kept } = ended else { panic!("{ended:?}") };
    assert!(kept >= 500_000, "{kept}");
    assert_eq!(stage.ranges(), [None, Some(format!("bytes={kept}-"))]);
    assert_eq!(names, ["f"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f_71_without_room_for_a_single_byte_nothing_is_left() {
    let stage = Stage::new(&file(3_000_000)).await;
    // Room for a folder and a file, and for no page of it.
    let Some(mut process) = with_device(&stage, "nr_inodes=2", &Order::of(&stage, "f")) else { return };
    let (ended, names) = process.end_with_names().await;
    assert_eq!((ended, names.len()), (Ended::Failed("storage_full".to_owned()), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f_71_a_folder_that_may_not_be_written_to_is_named_before_anything_is_asked_for() {
    let stage = Stage::new(&file(10)).await;
    let Some(mut process) = with_device(&stage, "ro", &Order::of(&stage, "f")) else { return };
    assert_eq!(process.end().await, Ended::Failed("storage_denied".to_owned()));
    assert_eq!(stage.server.record().total, 0);
}

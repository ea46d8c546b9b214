//! What hostile answers cost in memory, measured in a process of its own.

use std::process::Command;
use std::{env, fs};

use serde_json::Value;
use twinfetch_faults::{Fault, FaultServer, Script};

use crate::stage::signed_in;

/// Tells the process of this test that it was started by itself.
const MEASURED: &str = "TWINFETCH_TEST_MEASURED";

const MYSELF: &str = "memory::f_12_f_17_f_20_f_21_hostile_answers_leave_memory_flat";

/// The most memory that this process has ever had, in KiB (Linux).
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

async fn rounds(count: u32) -> u64 {
    for fault in [
        Fault::HugeHeader { bytes: 600 << 10 },
        Fault::ManyHeaders { count: 10_000 },
        Fault::DeepJson { depth: 100_000 },
        Fault::HugeBody { bytes: 5 << 30, announced: true },
        Fault::HugeBody { bytes: 5 << 30, announced: false },
        Fault::GzipBomb { mebibytes: 100 },
    ] {
        let server = FaultServer::start(Script::always(fault.clone())).await.unwrap();
        let api = signed_in(&server.url(), |builder| builder);
        for _ in 0..count {
            assert!(api.post::<Value>("/private-route").await.is_err(), "{fault:?}");
        }
    }
    peak()
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "the figures are wanted")]
async fn f_12_f_17_f_20_f_21_hostile_answers_leave_memory_flat() {
    if env::var(MEASURED).is_ok() {
        let before = peak();
        let (first, later) = (rounds(3).await, rounds(30).await);
        println!("peak: {before} KiB before, {first} KiB after 18 hostile answers, {later} KiB after 198");
        // A body of up to 8 MiB is taken before it is too large, in a buffer that doubles.
        assert!(first - before < 40 << 10, "{before} KiB, then {first} KiB");
        assert!(later - first < 16 << 10, "{first} KiB, then {later} KiB");
        return;
    }
    let mut myself = Command::new(env::current_exe().unwrap());
    myself.args([MYSELF, "--exact", "--nocapture"]).env(MEASURED, "");
    let ended = tokio::task::spawn_blocking(move || myself.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    println!("{}", said.lines().find(|line| line.contains("peak: ")).unwrap_or(&said));
    assert!(ended.status.success(), "{said}");
}

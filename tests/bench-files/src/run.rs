//! The measurement: the same file in turn by curl and by the client.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::child::{Running, timed, timed_self};
use crate::pairs::Pairs;
use crate::roles::PATH;

/// In ten milliseconds, of a gigabit a second.
const LINK: &str = "1250000";

/// What is measured, and how often.
#[derive(Args)]
pub(crate) struct Plan {
    /// How large the file is, in MiB
    #[arg(long, default_value_t = 1024)]
    mebibytes: u64,
    /// How often each is measured
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where files are saved
    #[arg(long, default_value_os_t = std::env::temp_dir())]
    folder: PathBuf,
}

/// Measures, and prints the report. Files that were saved are removed again.
pub(crate) async fn run(plan: Plan) -> Result<()> {
    println!("{} MiB, {} rounds, {} processors", plan.mebibytes, plan.rounds, available_parallelism()?);
    let bytes = (plan.mebibytes << 20).to_string();
    saving(&plan, &bytes).await?;
    handing_on(&plan, &["serve", &bytes], "").await?;
    handing_on(&plan, &["serve", &bytes, LINK], ", 1 Gbit/s").await
}

async fn saving(plan: &Plan, bytes: &str) -> Result<()> {
    let source = Running::start(&["serve", bytes]).await?;
    let url = format!("{}{PATH}", source.origin);
    let file = plan.folder.join(format!("twinfetch-bench-{}", std::process::id()));
    let [mut written, mut synced] = ["download_to / curl", "download_to / curl, sync"].map(Pairs::new);
    let mut most = 0;
    // The first round warms up and is not counted.
    for round in 0..=plan.rounds {
        let curled = curl(&url, &file).await?;
        let and_synced = curled + timed("sync", &[file.as_os_str()]).await?;
        std::fs::remove_file(&file)?;
        let (saved, memory) = timed_self(["save".as_ref(), source.origin.as_ref(), file.as_os_str()]).await?;
        std::fs::remove_file(&file)?;
        most = most.max(memory.above());
        if round > 0 {
            written.add(saved, curled);
            synced.add(saved, and_synced);
        }
    }
    println!("{}", written.line(plan.mebibytes));
    println!("{}", synced.line(plan.mebibytes));
    println!("{:<34} {} MiB above its start", "download_to, memory", shown(most));
    Ok(())
}

async fn handing_on(plan: &Plan, serve: &[&str], link: &str) -> Result<()> {
    let source = Running::start(serve).await?;
    let relay = Running::start(&["relay", &source.origin]).await?;
    let proxy = Running::start(&["proxy", &source.origin]).await?;
    let urls = [&source, &relay, &proxy].map(|running| format!("{}{PATH}", running.origin));
    let mut direct = Pairs::new(format!("proxied / direct{link}"));
    let mut relayed = Pairs::new(format!("proxied / relayed{link}"));
    for round in 0..=plan.rounds {
        let mut times = [Duration::ZERO; 3];
        for (time, url) in times.iter_mut().zip(&urls) {
            *time = curl(url, Path::new("/dev/null")).await?;
        }
        if round > 0 {
            direct.add(times[2], times[0]);
            relayed.add(times[2], times[1]);
        }
    }
    println!("{}", direct.line(plan.mebibytes));
    println!("{}", relayed.line(plan.mebibytes));
    println!("{:<34} {} MiB above its start", format!("proxied, memory{link}"), shown(proxy.end().await?.above()));
    Ok(())
}

async fn curl(url: &str, file: &Path) -> Result<Duration> {
    timed(
        "curl",
        &["--silent", "--show-error", "--fail-with-body", "--output"]
            .map(OsStr::new)
            .into_iter()
            .chain([file.as_os_str(), url.as_ref()])
            .collect::<Vec<_>>(),
    )
    .await
}

/// In MiB, with one digit behind the point.
fn shown(bytes: u64) -> String {
    let tenths = bytes * 10 / (1 << 20);
    format!("{}.{}", tenths / 10, tenths % 10)
}

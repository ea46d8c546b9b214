//! A hundred thousand calls through a proxy that goes wrong: see the README.

#![allow(clippy::print_stdout, reason = "it is a report")]

mod backend;
mod load;
mod memory;
mod script;
mod tally;

use anyhow::{Result, ensure};
use clap::Parser;
use twinfetch_faults::FaultServer;

use crate::backend::Backend;
use crate::load::Load;
use crate::memory::resident;

/// The memory after a tenth of the calls may become so many hundredths of it.
const GROWTH: u64 = 150;

#[derive(Parser)]
struct Arguments {
    /// How many calls
    #[arg(long, default_value_t = 100_000)]
    calls: u64,
    /// What the faults are drawn from
    #[arg(long, default_value_t = 4)]
    seed: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { calls, seed } = Arguments::parse();
    // From here on the log of every crate is read.
    twinfetch_canary::canary("soak");
    let backend = Backend::start().await?;
    let proxy = FaultServer::start(script::script(seed, &backend.url)).await?;
    let load = Load::new(&backend, &proxy.url(), calls)?;
    let warm = tokio::spawn({
        let warm = load.warm();
        async move {
            warm.await;
            resident()
        }
    });
    let tally = load.run().await?;
    let (warm, end) = (warm.await??, resident()?);
    let (seen, record, signed_out) = (backend.seen(), proxy.record(), load.signed_out());
    let leaks = twinfetch_canary::leaks();

    println!("soak: seed {seed}, {calls} calls, {} requests on {} connections", record.total, record.connections);
    println!("  answered     {:>8}", tally.right);
    for (code, times) in &tally.failed {
        println!("  {code:<24}{times:>8}");
    }
    println!("  faults");
    for (fault, times) in &record.faults {
        println!("  {fault:<24}{times:>8}");
    }
    let again = record.total.saturating_sub(calls);
    println!(
        "  {again} requests beyond the first: {} refused tokens, {} renewals, and retries",
        seen.refused, seen.renewals
    );
    println!("  memory: {} MiB after a tenth, {} MiB at the end", warm >> 20, end >> 20);
    println!("  wrong answers {}, tokens of another {}, done twice {}", tally.wrong, seen.crossed, seen.twice);
    println!("  signed out {signed_out}, dead refresh tokens {}, unexplained {}", seen.dead, tally.unexplained);
    println!("  canaries in the log {}", leaks.len());

    ensure!(tally.wrong == 0 && seen.crossed == 0, "an answer or a token went to another");
    ensure!(seen.twice == 0, "something that may not be repeated was done twice");
    ensure!(signed_out == 0 && seen.dead == 0, "somebody was signed out");
    ensure!(tally.unexplained == 0, "a call ended as no fault explains");
    ensure!(leaks.is_empty(), "a token shows in the log: {:?}", leaks.first());
    let ended = tally.right + tally.failed.values().sum::<u64>();
    ensure!(ended == calls, "{ended} of {calls} calls ended");
    ensure!(tally.right * 10 > calls, "the faults left hardly a call alone");
    ensure!(seen.renewals > calls / 1000, "hardly a token was renewed");
    ensure!(end <= warm * GROWTH / 100, "the memory grew from {warm} to {end} bytes");
    Ok(())
}

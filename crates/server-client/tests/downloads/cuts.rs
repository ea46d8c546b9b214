//! A file whose connection is cut at fifty places is the file.

use std::time::Duration;

use twinfetch_faults::{Break, Clock, Cut, Fault, File, Script};

use crate::stage::Stage;

/// Fifty offsets that look like chance, the same for each seed (`xorshift64`).
fn offsets(mut seed: u64, size: u64) -> Vec<u64> {
    let draw = |_| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        1 + seed % (size - 1)
    };
    (0..50).map(draw).collect()
}

#[tokio::test]
async fn f_72_a_file_that_is_cut_at_fifty_places_is_the_source() {
    for (seed, by, size) in [(1, Break::Close, 8_000_000), (2, Break::Close, 997), (3, Break::Reset, 8_000_000)] {
        let mut offsets = offsets(seed, size);
        let file = File { size, cut: Some(Cut::offsets(offsets.clone()).by(by)), ..File::default() };
        let stage = Stage::new(Script::always(Fault::File(file.clone()))).await;
        let (taken, _) = Clock::paused(Duration::from_millis(20)).run(stage.take()).await.unwrap();
        taken.is_whole(&file);
        offsets.sort_unstable();
        offsets.dedup();
        if by == Break::Close {
            // Each goes on where the one before broke off.
            let asked = offsets.iter().map(|offset| Some(format!("bytes={offset}-")));
            assert!(stage.ranges().into_iter().eq(std::iter::once(None).chain(asked)), "seed {seed}");
        } else {
            // A reset takes bytes along that were not read yet.
            assert!(stage.server.record().total >= 50, "seed {seed}");
        }
    }
}

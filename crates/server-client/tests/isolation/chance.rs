//! Chance that a seed repeats.

use std::sync::Mutex;

pub(crate) struct Chance(Mutex<u64>);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }

    /// A number below `limit` (`SplitMix64`).
    pub(crate) fn below(&self, limit: usize) -> usize {
        let mut state = self.0.lock().unwrap();
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(limit).unwrap()).unwrap()
    }

    pub(crate) fn shuffle<T>(&self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }

    /// Lets others go first, some times.
    pub(crate) async fn dawdle(&self) {
        for _ in 0..self.below(24) {
            tokio::task::yield_now().await;
        }
    }
}

//! The bytes of an export of a given size, which a test can write down for itself.
//!
//! Byte `i` is `(31 * i + floor(i / 251)) mod 256`: no two places near each other look alike, so that a lost, doubled
//! or swapped piece shows.

use std::sync::LazyLock;

use bytes::Bytes;

/// After so many bytes the pattern begins anew: 251 * 256.
const PERIOD: u16 = 64_256;

static BLOCK: LazyLock<Bytes> = LazyLock::new(|| {
    let byte = |index: u16| (u32::from(index) * 31 + u32::from(index / 251)).to_le_bytes()[0];
    (0..PERIOD).map(byte).collect()
});

/// The first `length` bytes, in pieces.
pub fn pieces(length: u64) -> impl Iterator<Item = Bytes> + Send {
    let period = u64::from(PERIOD);
    let rest = usize::try_from(length % period).unwrap_or_default();
    let whole = (0..length / period).map(|_| BLOCK.clone());
    whole.chain((rest > 0).then(|| BLOCK.slice(..rest)))
}

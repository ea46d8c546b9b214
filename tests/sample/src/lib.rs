//! Files of any size that a test can compute, and the parts of them that are asked for.
//!
//! Byte `i` of a [`Sample`] is `(31 * i + floor(i / 251)) mod 256`: no two places near each other look alike, so that a lost,
//! doubled or swapped piece shows. Another *edition* `e` adds `e` to every byte, so that no byte of two editions is the same and
//! a file spliced from both shows, too. Nothing is held in memory but one period of the pattern.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod gzip;
mod range;
mod sample;

pub use range::{Wanted, wanted};
pub use sample::{Pieces, Sample};

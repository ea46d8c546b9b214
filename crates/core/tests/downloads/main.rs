//! Downloads as transcripts: `tests/vectors/downloads.json`, played on the core. npm/tests/downloads.test.mjs plays the same on the
//! browser's wasm.
//!
//! A line of a `script` is one request: the range that it `asks` for `under` an entity tag, neither where it is for all of the
//! file, and the `answer`, or how it `fails`. Where the body is taken, `takes` says whether it begins the file `anew` or goes `on`,
//! `at` which byte, of which `total`, how many bytes it `brings` `of` which file, and how it `breaks`. Before the next request
//! the client `waits` so many milliseconds, or `renews` its token. `ends` is `done` or the code of the failure.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test ends where it fails")]

mod player;

use serde_json::Value;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn f_72_d_05_every_download_goes_as_it_is_written() {
    let document: Value = serde_json::from_str(include_str!("../../../../tests/vectors/downloads.json")).unwrap();
    let transcripts = document["transcripts"].as_array().unwrap();
    for transcript in transcripts {
        player::play(transcript);
    }
    assert!(transcripts.len() >= 90, "only {} transcripts", transcripts.len());
}

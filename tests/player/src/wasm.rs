//! The player as JavaScript calls it.

use wasm_bindgen::prelude::wasm_bindgen;

/// Plays a vector file and gives the report as text; what is no vector file is thrown as a sentence.
#[wasm_bindgen]
#[expect(clippy::missing_errors_doc, reason = "JavaScript reads the sentence above")]
pub fn play(text: &str) -> Result<String, String> {
    crate::play(text).map(|report| report.to_string())
}

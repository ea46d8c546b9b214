//! The transcripts of the shipped dialects and of the systems, played against the core.
//!
//! A transcript is what is sent, what is answered and what comes out: `tests/vectors/systems/README.md`. It runs natively and, as
//! the same code, on wasm.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test ends where it fails")]

mod acts;
mod player;
#[cfg(not(target_arch = "wasm32"))]
mod report;
mod script;

use player::Player;
use serde_json::Value;
use twinfetch_core::dialect::Dialect;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

macro_rules! systems {
    ($($name:literal),*) => {
        /// The files of the systems: their names and their texts.
        const SYSTEMS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../tests/vectors/systems/", $name, ".json"))),)*];
    };
}

systems!("S0", "S1", "S2", "S3", "S4");

/// The dialect that the documentation makes, with its examples.
const OWN: (&str, &str) = ("docs/django.json", include_str!("../../../../docs/django.json"));

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_transcript_of_every_dialect() {
    let mut played = 0;
    for (name, text) in Dialect::SHIPPED.iter().chain([&OWN]) {
        let document = parse(text);
        let examples = document["examples"].as_array().unwrap_or_else(|| panic!("{name} has no examples"));
        for example in examples {
            Player::new(&format!("{name}: {}", it(example)), &document, example).play();
            played += 1;
        }
    }
    assert!(played >= 20, "only {played} transcripts were found");
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_transcript_of_every_system() {
    let mut played = Vec::new();
    for (name, text) in SYSTEMS {
        let file = parse(text);
        for transcript in file["transcripts"].as_array().unwrap_or_else(|| panic!("{name} has no transcripts")) {
            let row = transcript["row"].as_str().unwrap();
            assert!(row.starts_with(name), "{row} is not of {name}");
            let dialect = dialect(transcript["dialect"].as_str().unwrap());
            Player::new(&format!("{row} {}", it(transcript)), &dialect, transcript).play();
            played.push(transcript.clone());
        }
    }
    assert!(played.len() >= 60, "only {} transcripts were found", played.len());
    #[cfg(not(target_arch = "wasm32"))]
    report::write("core", &played);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_transcript_of_failures() {
    let file = parse(include_str!("../../../../tests/vectors/failures.json"));
    let transcripts = file["transcripts"].as_array().unwrap();
    assert!(transcripts.len() >= 20, "only {} transcripts were found", transcripts.len());
    for transcript in transcripts {
        let dialect = dialect(transcript["dialect"].as_str().unwrap());
        Player::new(it(transcript), &dialect, transcript).play();
    }
}

fn dialect(name: &str) -> Value {
    let (_, text) = Dialect::SHIPPED.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("{name}"));
    parse(text)
}

fn it(transcript: &Value) -> &str {
    transcript["it"].as_str().unwrap()
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

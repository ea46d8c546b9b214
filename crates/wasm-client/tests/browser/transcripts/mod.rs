//! The transcripts of the shipped dialects and of the systems: `tests/vectors/systems/README.md`.

mod player;
mod script;

use serde_json::Value;
use twinfetch_core::dialect::Dialect;
use twinfetch_core::error::Code;
use wasm_bindgen_test::wasm_bindgen_test;

macro_rules! systems {
    ($($name:literal),*) => {
        [$(include_str!(concat!("../../../../../tests/vectors/systems/", $name, ".json"))),*]
    };
}

/// The dialect that the documentation makes, with its examples.
const OWN: (&str, &str) = ("docs/django.json", include_str!("../../../../../docs/django.json"));

#[wasm_bindgen_test]
async fn every_transcript_of_every_dialect() {
    let mut played = 0;
    for (name, text) in Dialect::SHIPPED.iter().chain([&OWN]) {
        let dialect = parse(text);
        for example in list(&dialect, "examples").iter().filter(|example| is_played(example)) {
            player::play(&format!("{name}: {}", example["it"]), text, example).await;
            played += 1;
        }
    }
    assert!(played >= 20, "only {played} transcripts were found");
}

#[wasm_bindgen_test]
async fn every_transcript_of_every_system() {
    let mut played = 0;
    for text in systems!("S0", "S1", "S2", "S3", "S4") {
        for transcript in list(&parse(text), "transcripts").iter().filter(|transcript| is_played(transcript)) {
            let name = transcript["dialect"].as_str().unwrap();
            let (_, text) = Dialect::SHIPPED.iter().find(|(known, _)| *known == name).unwrap();
            player::play(&format!("{} {}", transcript["row"], transcript["it"]), text, transcript).await;
            played += 1;
        }
    }
    assert!(played >= 60, "only {played} transcripts were found");
}

/// Those whose requests fail in a way that a browser can tell, and after no wait that the server asks for: nobody sleeps here.
#[wasm_bindgen_test]
async fn every_transcript_of_failures() {
    let mut played = 0;
    let file = parse(include_str!("../../../../../tests/vectors/failures.json"));
    for transcript in list(&file, "transcripts") {
        let mut transcript = transcript.clone();
        let script = transcript["script"].as_array_mut().unwrap();
        let is_told = |line: &Value| {
            let code = line["answer"]["fails"].as_str();
            let waits = line["after"].as_u64().is_some_and(|after| after >= 1_000);
            !waits && code.is_none_or(|code| code == "connection_lost")
        };
        if !script.iter().all(is_told) {
            continue;
        }
        // All that a browser says of a lost connection.
        if transcript["fails"]["code"] == "connection_lost" {
            transcript["fails"]["code"] = Code::NetworkFailed.name().into();
            transcript["fails"]["message"] = Code::NetworkFailed.message().into();
        }
        let name = transcript["dialect"].as_str().unwrap();
        let (_, text) = Dialect::SHIPPED.iter().find(|(known, _)| *known == name).unwrap();
        player::play(&format!("{} {}", transcript["row"], transcript["it"]), text, &transcript).await;
        played += 1;
    }
    assert_eq!(played, 13);
}

/// Whether a transcript, or an act of it, is of a browser.
fn is_played(transcript: &Value) -> bool {
    transcript["only"] != "server"
}

fn list<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document[name].as_array().unwrap_or_else(|| panic!("there are no {name}"))
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

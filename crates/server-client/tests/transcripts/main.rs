//! The transcripts of the shipped dialects and of the systems, played by the server client over loopback.
//!
//! `tests/vectors/systems/README.md` says what a transcript is. Each is played against a server that answers by the script, and every
//! request has to be the one that the script expects. What a server does not do is left out:
//!
//! * transcripts and acts for browsers only, and the verb `update`;
//! * of an app with a session endpoint of its own, the reads of that endpoint: a server opens the cookie. The first answer becomes the
//!   claims of the visitor's cookie; a transcript that reads it more than once is a browser's;
//! * of the failures, those whose requests find no connection, or no answer in time: `tests/loopback/retries` has them. How long a
//!   wait is, `after`, is the core's business: chance takes a part of it here.
//!
//! | `start` | here |
//! | --- | --- |
//! | `access`, `refresh` | `Api::with_tokens`, without an incoming request |
//! | `claims` | an incoming request, whose session cookie is sealed or signed here |
//! | nothing | an incoming request of nobody; a sign-in goes on as who signed in |

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod acts;
mod player;
mod report;
mod seal;
mod server;

use std::time::Duration;

use serde_json::{Value, json};
use twinfetch_canary::disguise;
use twinfetch_faults::Clock;
use twinfetch_server_client::{Code, Dialect};

use player::Player;

const SYSTEMS: [&str; 5] = ["S0", "S1", "S2", "S3", "S4"];

#[tokio::test]
async fn every_transcript_of_every_dialect() {
    let mut played = 0;
    for (name, text) in Dialect::SHIPPED {
        let document = parse(text);
        for example in document["examples"].as_array().unwrap() {
            if let Some(transcript) = for_servers(&document, example) {
                Player::new(name, &document, &transcript).await.play(&transcript).await;
                played += 1;
            }
        }
    }
    assert!(played >= 40, "only {played} transcripts were played");
}

#[tokio::test]
async fn every_transcript_of_every_system() {
    let mut report = Vec::new();
    for name in SYSTEMS {
        let path = format!("{}/../../tests/vectors/systems/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let file = parse(&std::fs::read_to_string(path).unwrap());
        for transcript in file["transcripts"].as_array().unwrap() {
            let dialect = Dialect::SHIPPED.iter().find(|(known, _)| transcript["dialect"] == *known).unwrap();
            let document = parse(dialect.1);
            let Some(playable) = for_servers(&document, transcript) else { continue };
            let row = transcript["row"].as_str().unwrap().to_owned();
            // A task, so that one which fails leaves the others to be played, and told.
            let playing =
                tokio::spawn(async move { Player::new(&row, &document, &playable).await.play(&playable).await });
            let passed = playing.await.is_ok();
            report.push(json!({ "row": transcript["row"], "it": transcript["it"], "passed": passed }));
        }
    }
    report::write("server", &report);
    let failed: Vec<_> = report.iter().filter(|played| played["passed"] == false).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(report.len() >= 60, "only {} transcripts were played", report.len());
}

#[tokio::test]
async fn every_transcript_of_failures() {
    let file = parse(include_str!("../../../../tests/vectors/failures.json"));
    let mut clock = Clock::paused(Duration::from_millis(20));
    let mut count = 0;
    for transcript in file["transcripts"].as_array().unwrap() {
        let script = transcript["script"].as_array().unwrap();
        let asks = |line: &Value| line["answer"].get("fails").is_none_or(|code| code == "connection_lost");
        if !script.iter().all(asks) {
            continue;
        }
        let dialect = Dialect::SHIPPED.iter().find(|(known, _)| transcript["dialect"] == *known).unwrap();
        let document = parse(dialect.1);
        let playable = for_servers(&document, transcript).unwrap();
        let row = transcript["row"].as_str().unwrap();
        let player = Player::new(row, &document, &playable).await;
        Box::pin(clock.run(player.play(&playable))).await.unwrap();
        count += 1;
    }
    assert_eq!(count, 15, "of {}", file["transcripts"].as_array().unwrap().len());
}

/// The transcript as a server plays it; `None` when it is none for servers.
fn for_servers(dialect: &Value, transcript: &Value) -> Option<Value> {
    let mut transcript = transcript.clone();
    let acts = transcript.get("acts").is_none().then(|| vec![transcript.clone()]);
    let mut acts = acts.unwrap_or_else(|| transcript["acts"].as_array().unwrap().clone());
    let leaves_out = |act: &Value| act["only"] == "browser" || act["verb"] == "update";
    if leaves_out(&transcript) {
        return None;
    }
    acts.retain(|act| !leaves_out(act));
    if dialect["identity"]["site"] == "app" {
        let asks = format!("GET {}", dialect["identity"]["path"].as_str().unwrap());
        let mut told = Vec::new();
        for act in &mut acts {
            let script = act["script"].as_array_mut().unwrap();
            told.extend(script.iter().filter(|line| line["sends"] == asks).cloned());
            script.retain(|line| line["sends"] != asks);
        }
        let is_call = transcript.get("verb").is_none();
        match &told[..] {
            [] => {}
            [only] if is_call && only["answer"]["status"] == 200 && only["answer"]["body"].as_object().is_some() => {
                transcript["start"]["claims"] = only["answer"]["body"].clone();
            }
            [only]
                if is_call && only["answer"].get("body") == Some(&Value::Null) && only["answer"]["status"] == 200 => {}
            [_] if !is_call => {}
            _ => return None,
        }
    }
    for act in &mut acts {
        // Who is hung up on sees more of it than a browser does.
        if act["fails"]["code"] == Code::NetworkFailed.name() {
            let lost = Code::ConnectionLost;
            act["fails"] = json!({ "code": lost.name(), "message": lost.message() });
        }
    }
    transcript["acts"] = Value::Array(acts);
    disguise(&mut transcript);
    Some(transcript)
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

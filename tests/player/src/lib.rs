//! Plays vector files against the core, natively and on wasm.
//!
//! A vector file is one JSON object. Each of its members is a section, a list of vectors made by a real server; the
//! sections that the core has an answer to are played, the others named and skipped.

mod cookies;
mod csrf;
mod deviations;
mod http;
mod jws;
mod report;
mod seal;
mod token;
mod transcript;
mod vector;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use report::Report;

use serde_json::Value;
use twinfetch_core::seal::json;

use deviations::Deviations;
use report::{Outcome, Verdict};
use vector::Vector;

/// How one vector is played.
type Play = fn(Vector<'_>) -> Verdict;

/// The sections whose vectors are played each by itself.
const SECTIONS: &[(&str, Play)] = &[
    ("key_derivation", seal::key_derivation),
    ("decode", seal::decode),
    ("encode", seal::encode),
    ("cookie_read", cookies::read),
    ("chunk_write", cookies::write),
    ("csrf", csrf::play),
    ("get_token", token::play),
    ("jws", jws::play),
];

/// Plays a vector file.
///
/// # Errors
///
/// The text is no vector file; the error is a sentence that says so.
pub fn play(text: &str) -> Result<Report, String> {
    let file = json::parse(text.as_bytes()).map_err(|error| format!("The file is not JSON: {error}."))?;
    let Value::Object(sections) = file else {
        return Err("The file is not a JSON object with a list of vectors per section.".into());
    };
    let deviations = Deviations::committed()?;
    let mut report = Report::default();
    for (name, content) in &sections {
        match content {
            Value::Array(vectors) => play_section(&mut report, &deviations, name, vectors),
            _ if name == "meta" => {}
            _ => report.skip_section(name, 1, "is not a list of vectors"),
        }
    }
    Ok(report)
}

fn play_section(report: &mut Report, deviations: &Deviations, name: &str, vectors: &[Value]) {
    if name == "http" {
        for transcript in vectors {
            http::play(report, Vector::new(transcript));
        }
        return;
    }
    let Some((_, play)) = SECTIONS.iter().find(|(known, _)| *known == name) else {
        return report.skip_section(name, vectors.len(), "is not known here");
    };
    for (index, vector) in vectors.iter().enumerate() {
        let vector = Vector::new(vector);
        let id = vector.text("id").map_or_else(|_| format!("#{index}"), str::to_owned);
        let verdict = deviations.judge(name, &id, play(vector));
        report.add(&format!("{name} {id}"), verdict);
    }
}

/// What counts as a pass where the expectation is met.
fn met<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, got: &T) -> Verdict {
    if expected == got { Ok(Outcome::Passed) } else { Err(report::Disagreement::new(what, expected, got)) }
}

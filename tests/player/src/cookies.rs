use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use twinfetch_core::cookie::{Cookies, SessionCookie};

use crate::met;
use crate::report::{Disagreement, Outcome, Verdict};
use crate::vector::Vector;

/// Reads the session cookie out of a `Cookie` header.
pub(crate) fn read(vector: Vector<'_>) -> Verdict {
    let (name, header) = (vector.text("cookie_name")?, vector.text("cookie_header")?);
    let expected = vector.member("expect")?.text("value")?;
    let cookies = Cookies::parse([header.as_bytes()]);
    let got = match cookies.session(name) {
        Ok(value) => value.unwrap_or_default().into_owned(),
        Err(broken) => format!("error: {broken}"),
    };
    match met("value", &expected, &got.as_str()) {
        Err(disagreement) if expected == joined(&cookies, name) && !is_written(&cookies, name) => {
            Err(Disagreement { rule: Some("only exact names count, and Auth.js writes no such set"), ..disagreement })
        }
        verdict => verdict,
    }
}

/// Writes a session cookie over the received ones and compares every `Set-Cookie` header.
pub(crate) fn write(vector: Vector<'_>) -> Verdict {
    let cookie = SessionCookie {
        name: vector.text("cookie_name")?.to_owned(),
        chunk_size: usize::try_from(vector.number("chunk_size")?).map_err(|error| error.to_string())?,
        secure: vector.truth("secure")?,
    };
    let received = vector.object("request_cookies")?;
    let received = received.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default())).collect();
    let expires = match vector.value("expires_unix")? {
        Value::Null => None,
        _ => Some(vector.number("expires_unix")?),
    };
    let lines = match vector.text("action")? {
        "chunk" => cookie.write(&received, vector.text("input_value")?, expires).map_err(|error| error.to_string())?,
        "clean" => cookie.clear(&received),
        other => return Ok(Outcome::Skipped(format!("the action {other} is not known"))),
    };
    let expected = vector.list("expect_cookies")?;
    let theirs: Vec<_> = expected.iter().filter_map(|cookie| cookie.get("name")?.as_str()).collect();
    met("names", &theirs, &lines.iter().map(|line| line.name.as_str()).collect())?;
    for (expected, line) in expected.iter().map(Vector::new).zip(&lines) {
        same_line(expected, &line.value, &line.to_string())?;
    }
    Ok(Outcome::Passed)
}

/// Compares with a header that is given whole, or as the hash of its value and its attributes.
fn same_line(expected: Vector<'_>, value: &str, line: &str) -> Verdict {
    met("value length", &expected.number("value_length")?, &(value.len() as u64))?;
    if let Some(theirs) = expected.optional_text("set_cookie")? {
        met("Set-Cookie", &theirs, &line)?;
    }
    if expected.optional_text("value_sha256")?.is_some() {
        met("hash of the value", &expected.bytes("value_sha256")?.as_slice(), &Sha256::digest(value).as_slice())?;
    }
    if let Some(attributes) = expected.optional_text("set_cookie_attributes")? {
        met("attributes", &attributes, &line.find(';').and_then(|start| line.get(start..)).unwrap_or_default())?;
    }
    Ok(Outcome::Passed)
}

/// What Auth.js makes of the cookies: every one whose name begins so, sorted by what follows the last dot.
fn joined(cookies: &Cookies<'_>, name: &str) -> String {
    let mut seen = BTreeSet::new();
    let mut parts: Vec<(Option<u64>, Cow<'_, str>)> = Vec::new();
    for (known, _) in cookies.iter().filter(|(known, _)| known.starts_with(name) && seen.insert(*known)) {
        let number = number(known);
        // JavaScript's sort inserts by bisection, and what is no number is neither before nor after anything.
        let place = parts.partition_point(|(before, _)| number.zip(*before).is_none_or(|(new, old)| new >= old));
        parts.insert(place, (number, cookies.value(known).unwrap_or_default()));
    }
    parts.into_iter().map(|(_, value)| value).collect()
}

fn number(name: &str) -> Option<u64> {
    let last = name.rsplit('.').next().unwrap_or_default();
    let digits: String = last.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Whether Auth.js could have written these cookies: one bare, or chunks from 0 without a gap.
fn is_written(cookies: &Cookies<'_>, name: &str) -> bool {
    let names: BTreeSet<_> = cookies.iter().map(|(known, _)| known).filter(|known| known.starts_with(name)).collect();
    let chunks = (0..names.len()).map(|index| format!("{name}.{index}"));
    names.iter().eq([&name]) || chunks.into_iter().all(|chunk| names.contains(chunk.as_str()))
}

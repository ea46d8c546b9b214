//! Transcripts whose short tokens become secrets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::mint::{canary, watch};

/// The members whose texts are secrets.
const SECRET: [&str; 6] = ["accessToken", "bearer", "csrfToken", "password", "refreshToken", "token"];

/// What transcripts call the token of a session cookie, which is made when they are played.
const SESSION_TOKEN: &str = "session-token";

/// Replaces the tokens and passwords of a transcript by secrets, in everything that is sent, answered and expected in it.
///
/// They are what the members of [`SECRET`] hold, and `access` and `refresh` of `start` and `tokens`. One with dots in it is a real token, and
/// stays as it is.
pub fn disguise(transcript: &mut Value) {
    let mut secrets = BTreeSet::new();
    collect(transcript, "", &mut secrets);
    let (real, short): (Vec<_>, Vec<_>) = secrets.into_iter().partition(|secret| secret.contains('.'));
    for token in real {
        watch(&token);
    }
    let disguises = short.into_iter().map(|secret| (secret, canary("transcript"))).collect();
    replace(transcript, &disguises);
}

fn collect(value: &Value, within: &str, secrets: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, within, secrets)),
        Value::Object(members) => {
            for (name, value) in members {
                let of_a_pair = matches!(within, "start" | "tokens") && matches!(&**name, "access" | "refresh");
                match value {
                    Value::String(text) if of_a_pair || SECRET.contains(&&**name) => {
                        secrets.extend(Some(text.clone()).filter(|text| text.len() > 1 && text != SESSION_TOKEN));
                    }
                    _ => collect(value, name, secrets),
                }
            }
        }
        _ => {}
    }
}

fn replace(value: &mut Value, disguises: &BTreeMap<String, &str>) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| replace(value, disguises)),
        Value::Object(members) => members.values_mut().for_each(|value| replace(value, disguises)),
        Value::String(text) => *text = replaced(text, disguises),
        _ => {}
    }
}

/// A text with the words replaced that are secrets: a cookie in a `Set-Cookie` line as well as a token alone.
fn replaced(text: &str, disguises: &BTreeMap<String, &str>) -> String {
    let is_of_word = |letter: char| letter.is_alphanumeric() || "-_".contains(letter);
    let mut result = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|letter| !is_of_word(letter)).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(word);
        result.push_str(disguises.get(head).copied().unwrap_or(head));
        let mut tail = tail.chars();
        result.extend(tail.next());
        rest = tail.as_str();
    }
    result
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::disguise;
    use crate::found_in;

    #[test]
    fn tokens_are_replaced_wherever_they_stand_as_a_word() {
        let mut transcript = json!({
            "start": { "access": "a1", "refresh": null },
            "script": [{ "bearer": "a1", "answer": { "headers": { "set-cookie": "token=a1; Path=/" }, "body": { "a1": "a10" } } }],
            "then": { "tokens": { "access": "x.y.zzzzzzzz" } },
        });
        disguise(&mut transcript);
        let access = transcript["start"]["access"].as_str().unwrap();
        assert!(access.starts_with("CANARY-transcript-"));
        let line = &transcript["script"][0];
        assert_eq!(line["bearer"], *access);
        assert_eq!(line["answer"]["headers"]["set-cookie"], format!("token={access}; Path=/"));
        assert_eq!(line["answer"]["body"], json!({ "a1": "a10" }));
        assert_eq!(transcript["then"]["tokens"]["access"], "x.y.zzzzzzzz");
        assert!(found_in("zzzzzzzz").is_some());
    }
}

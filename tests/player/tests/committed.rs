//! Plays the committed vectors, and files that are none.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use twinfetch_player::{Report, play};

fn played(text: &str) -> (Report, String) {
    let report = play(text).unwrap();
    let text = report.to_string();
    (report, text)
}

#[test]
fn every_committed_vector_agrees() {
    let (report, text) = played(include_str!("../../vectors/authjs.json"));
    assert_eq!(report.failed, 0, "{text}");
    assert!(report.passed > 250, "{text}");
}

#[test]
fn a_file_that_is_none_gives_a_sentence() {
    for text in ["", "[", "[]", "7", "\u{0}"] {
        let complaint = play(text).unwrap_err();
        assert!(complaint.starts_with("The file is not"), "{complaint}");
    }
}

#[test]
fn an_unknown_section_is_named_and_skipped() {
    let (report, text) = played(r#"{"meta":{},"dpop":[{},{}],"odd":7}"#);
    assert_eq!((report.passed, report.failed, report.skipped), (0, 0, 3));
    assert!(text.contains("dpop (2)") && text.ends_with("\n0 passed, 0 failed, 3 skipped"), "{text}");
}

#[test]
fn a_disagreement_shows_both_sides() {
    let (report, text) =
        played(r#"{"cookie_read":[{"id":"x","cookie_name":"s","cookie_header":"s=AAA","expect":{"value":"BBB"}}]}"#);
    assert_eq!((report.passed, report.failed), (0, 1));
    assert!(text.contains(r#"FAIL  cookie_read x: value: expected "BBB", got "AAA""#), "{text}");
}

#[test]
fn a_vector_that_lacks_something_fails_with_its_name() {
    for section in
        ["key_derivation", "decode", "encode", "cookie_read", "chunk_write", "csrf", "get_token", "jws", "http"]
    {
        let (report, text) = played(&format!(r#"{{"{section}":[{{"id":"x"}},7]}}"#));
        assert_eq!((report.passed, report.failed), (0, 2), "{text}");
        assert!(text.contains("has no member"), "{text}");
    }
}

#[test]
fn a_listed_deviation_that_agrees_fails() {
    let (_, text) = played(
        r#"{"cookie_read":[{"id":"v4/quoted","cookie_name":"s","cookie_header":"s=AAA","expect":{"value":"AAA"}}]}"#,
    );
    assert!(text.contains("FAIL  cookie_read v4/quoted: agrees, but is listed as a deviation"), "{text}");
}

#[test]
fn an_accepted_token_that_must_be_refused_fails() {
    let file = twinfetch_core::seal::json::parse(include_bytes!("../../vectors/authjs.json")).unwrap();
    let mut vector = file["decode"][0].clone();
    vector["policy"] = "must_reject_safe".into();
    vector["expect"] = serde_json::json!({ "ok": false, "reason": "expired" });
    let (report, text) = played(&serde_json::json!({ "decode": [vector] }).to_string());
    assert_eq!(report.failed, 1, "{text}");
    assert!(text.contains(r#"expected "expired", got "accepted""#), "{text}");
}

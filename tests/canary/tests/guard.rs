//! The guard finds what it has to find. A test that leaks ends its process, so each leak is a test of its own, which is run from here.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use twinfetch_canary::{canary, found_in, watch};

/// Runs one of the tests in `leaks` in a process of its own.
fn run(leak: &str) -> Output {
    let mut test = Command::new(std::env::current_exe().unwrap());
    test.args(["--ignored", "--exact", &format!("leaks::{leak}")]).output().unwrap()
}

#[test]
fn a_test_that_leaks_fails_with_the_line() {
    for leak in
        ["in_a_span", "in_a_field", "in_the_log_crate", "in_a_panic", "in_an_error", "in_another_thread", "of_a_token"]
    {
        let ended = run(leak);
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success(), "{leak} is not noticed");
        assert!(said.contains("a secret shows, in"), "{leak}: {said}");
    }
}

#[test]
fn a_test_that_keeps_its_secrets_passes() {
    let ended = run("nowhere");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(String::from_utf8_lossy(&ended.stdout).contains("1 passed"));
}

/// What is logged or printed without a secret ends each of them; what has one is the leak.
mod leaks {
    use super::*;

    #[test]
    #[ignore = "run in a process of its own, by the tests above"]
    fn nowhere() {
        let token = canary("access");
        tracing::trace!(length = token.len(), "received");
        twinfetch_canary::shown("***");
    }

    #[test]
    #[ignore = "run in a process of its own, by the tests above"]
    fn in_a_span() {
        let token = canary("access");
        tracing::trace_span!("call", token = tracing::field::Empty).record("token", token);
    }

    #[test]
    #[ignore = "run in a process of its own, by the tests above"]
    fn in_a_field() {
        let token = canary("access");
        tracing::trace!(target: "a_library", bytes = ?token.as_bytes(), "sent");
    }

    #[test]
    #[ignore = "run in a process of its own, by the tests above"]
    fn in_the_log_crate() {
        let token = canary("access");
        log::trace!("{token}");
    }

    #[test]
    #[ignore = "run in a process of its own, by the tests above"]
    fn in_a_panic() {
        let token = canary("access");
        std::panic::catch_unwind(|| panic!("{token}")).unwrap_err();
    }

    #[test]
    #[ignore = "run in a process of its own, by the tests above"]
    fn in_an_error() {
        twinfetch_canary::show_error(&std::io::Error::other(canary("access")));
    }

    #[test]
    #[ignore = "run in a process of its own, by the tests above"]
    fn in_another_thread() {
        let token = canary("access");
        std::thread::spawn(move || tracing::error!("{}", &token[20..34])).join().unwrap();
    }

    #[test]
    #[ignore = "run in a process of its own, by the tests above"]
    fn of_a_token() {
        watch("eyJhbGciOiJIUzI1NiJ9.cGF5bG9hZC1vZi1hZGE.c2lnbmF0dXJlLW9mLWFkYQ");
        tracing::info!("eyJhbGciOiJIUzI1NiJ9");
        tracing::info!("…mF0dXJlLW9mLWFkYQ");
    }
}

#[test]
fn every_form_of_a_secret_is_found() {
    let secret = canary("form");
    let part = &secret[18..31];
    let percent = secret.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
    let hex = percent.replace('%', "");
    let mut forms = vec![
        secret.to_owned(),
        part.to_owned(),
        part.to_uppercase(),
        part.chars().rev().collect(),
        hex,
        percent,
        secret.replace('-', "%2D"),
        format!("{:?}", part.as_bytes()),
        format!("{:?}", secret.as_bytes()),
    ];
    for before in ["", "a", "ab"] {
        let within = format!("{before}{secret}?>~");
        forms.extend([STANDARD.encode(&within), URL_SAFE_NO_PAD.encode(&within)]);
        let within = format!("{before}{part}-of-it");
        forms.extend([STANDARD.encode(&within), URL_SAFE_NO_PAD.encode(&within)]);
    }
    for form in forms {
        assert!(found_in(&format!("one line\nanother with {form} in it")).is_some(), "{form}");
    }
    for innocent in ["CANARY", "the canary-form", &secret[12..22], &"0".repeat(64)] {
        assert_eq!(found_in(innocent), None);
    }
}

#[test]
fn the_secret_of_another_process_is_found_by_its_mark() {
    canary("any");
    let foreign = format!("CANARY-access-{}", "7".repeat(32));
    assert!(found_in(&foreign).is_some());
    for before in ["", "a", "ab"] {
        assert!(found_in(&URL_SAFE_NO_PAD.encode(format!("{before}{foreign}"))).is_some());
    }
    assert_eq!(found_in("backwards").as_deref(), None);
}

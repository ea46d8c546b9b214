//! Naming what went wrong below HTTP.

use std::error::Error as _;

use twinfetch_core::error::Code;

use crate::error::Cause;

/// Why there is no response, or not all of its body.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    pub(crate) cause: Cause,
}

/// More words than this are not written to a log.
const LONGEST: usize = 300;

impl Failure {
    pub(crate) fn new(code: Code, class: &'static str) -> Self {
        Self { code, cause: Cause { class, words: String::new() } }
    }

    /// Classifies an error of reqwest; its URL, which has the query, is dropped first.
    pub(super) fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let (code, class) = if error.is_timeout() && error.is_connect() {
            (Code::TimedOut, "connect timeout")
        } else if error.is_timeout() {
            (Code::TimedOut, "timeout")
        } else if error.is_connect() {
            (Code::NetworkFailed, "connect")
        } else if error.is_builder() {
            (Code::CallInvalid, "request")
        } else if error.is_body() || error.is_decode() {
            (Code::NetworkFailed, "body")
        } else {
            (Code::NetworkFailed, "exchange")
        };
        Self { code, cause: Cause { class, words: words(&error) } }
    }
}

/// The innermost causes: the outer ones repeat them.
fn words(error: &reqwest::Error) -> String {
    let mut words = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !words.contains(&text) && words.len() + text.len() < LONGEST {
            words.push_str(if words.is_empty() { "" } else { ": " });
            words.push_str(&text);
        }
        cause = error.source();
    }
    words
}

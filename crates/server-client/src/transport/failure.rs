//! Naming what went wrong below HTTP.

use std::error::Error;
use std::io::{self, ErrorKind};

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

    /// Of something below, in its own words.
    pub(crate) fn below(code: Code, class: &'static str, error: &(dyn Error + 'static)) -> Self {
        Self { code, cause: Cause { class, words: words(Some(error)) } }
    }

    /// Classifies an error of reqwest; its URL, which has the query, is dropped first.
    pub(super) fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let (code, class) = class(&error);
        Self { code, cause: Cause { class, words: words(error.source()) } }
    }
}

fn class(error: &reqwest::Error) -> (Code, &'static str) {
    if error.is_builder() {
        (Code::CallInvalid, "request")
    } else if error.is_dns() {
        (Code::DnsFailed, "name")
    } else if error.is_connect() {
        match () {
            () if error.is_timeout() => (Code::ConnectTimedOut, "connect timeout"),
            // So rustls says that it does not trust what it reads; a connection that breaks off has another kind.
            () if any_io(error, ErrorKind::InvalidData) => (Code::TlsFailed, "tls"),
            () => (Code::ConnectFailed, "connect"),
        }
    } else if error.is_body() || error.is_decode() {
        // So hyper says that chunks have no sense.
        let nonsense = any_io(error, ErrorKind::InvalidInput) || any_io(error, ErrorKind::InvalidData);
        if nonsense { (Code::ProtocolFailed, "body") } else { (Code::BodyTruncated, "body") }
    } else if causes(error).any(|cause| cause.downcast_ref().is_some_and(hyper::Error::is_parse)) {
        (Code::ProtocolFailed, "head")
    } else {
        (Code::ConnectionLost, "exchange")
    }
}

fn causes<'e>(error: &'e reqwest::Error) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    chain(error.source())
}

fn chain<'e>(first: Option<&'e (dyn Error + 'static)>) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(first, |cause: &&'e (dyn Error + 'static)| (*cause).source())
}

fn any_io(error: &reqwest::Error, kind: ErrorKind) -> bool {
    causes(error).filter_map(|cause| cause.downcast_ref()).any(|error: &io::Error| is_of(error, kind))
}

/// An input error may be wrapped in another, which hides it from `source`.
fn is_of(error: &io::Error, kind: ErrorKind) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    error.kind() == kind || inner.is_some_and(|inner| is_of(inner, kind))
}

/// The innermost causes: the outer ones repeat them.
fn words(first: Option<&(dyn Error + 'static)>) -> String {
    let mut words = String::new();
    for cause in chain(first) {
        let text = cause.to_string();
        if !words.contains(&text) && words.len() + text.len() < LONGEST {
            words.push_str(if words.is_empty() { "" } else { ": " });
            words.push_str(&text);
        }
    }
    words
}

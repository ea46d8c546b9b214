//! How an exchange ends: the envelope is judged here.

use crate::dialect::{Envelope, Pointer};
use crate::document::Document;
use crate::error::{Code, Error, Problem};
use crate::head::Head;
use crate::text;

/// A call that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The request id that the server put on its response.
    pub request_id: Option<String>,
    /// Where the payload is.
    pub payload: Payload<'a>,
    /// How many requests were sent for the call.
    pub attempts: u32,
}

/// Where a reply's payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// In the received document, at this JSON pointer.
    At(&'a str),
    /// There is none.
    Nothing,
    /// The body itself, unread.
    Raw,
}

impl<'a> Reply<'a> {
    pub(super) fn new(head: &Head, payload: Payload<'a>) -> Self {
        Self { status: head.status, request_id: head.request_id.clone(), payload, attempts: 0 }
    }
}

impl Envelope {
    /// Says whether a response accepts the call, and where its payload is.
    pub(super) fn judge<D: Document + Clone>(&self, head: &Head, document: Option<&D>) -> Result<Reply<'_>, Error> {
        let succeeded = (200..300).contains(&head.status);
        let at = |pointer: &Pointer| document.and_then(|document| document.at(pointer.as_str()));
        let (accepted, data, message) = match self {
            Self::Bare { message } => (true, "", message),
            Self::Coded { code, accepted, data, message } => {
                (at(code).and_then(|code| code.number()) == Some(*accepted), data.as_str(), message)
            }
            Self::Flagged { ok, data, message } => {
                (at(ok).and_then(|ok| ok.boolean()) == Some(true), data.as_str(), message)
            }
        };
        if succeeded && accepted {
            let payload = if document.is_some() { Payload::At(data) } else { Payload::Nothing };
            return Ok(Reply::new(head, payload));
        }
        let mut error = Error::new(code(head.status)).with_head(head);
        let mut said = at(message).and_then(|message| showable(&message));
        if let Some(document) = document.filter(|_| head.is_problem()) {
            let told = |name| document.member(name).and_then(|text| showable(&text));
            said = said.or_else(|| told("detail")).or_else(|| told("title"));
            error = error.with_problem(Problem::read(document));
        }
        // A server's own words about its failure are for its log, not for a user.
        Err(match said {
            Some(message) if head.status < 500 => error.with_message(message),
            _ => error,
        })
    }
}

pub(super) const fn code(status: u16) -> Code {
    match status {
        200..=299 => Code::EnvelopeRefused,
        // A browser hides which redirect it was (Fetch: opaque-redirect filtered response).
        0 | 300..=399 => Code::RedirectRefused,
        401 => Code::Unauthorized,
        403 => Code::Forbidden,
        404 | 410 => Code::NotFound,
        429 => Code::RateLimited,
        400..=499 => Code::Rejected,
        _ => Code::ServerFailed,
    }
}

/// The longest message of a backend that is shown, in bytes.
const LONGEST_MESSAGE: usize = 500;

fn showable<D: Document>(message: &D) -> Option<String> {
    let text = match message.items() {
        // A list of validation messages, a line each.
        Some(items) => items.iter().filter_map(Document::text).fold(String::new(), |mut text, item| {
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(&item);
            text
        }),
        None => message.text()?,
    };
    let plain = |character: char| character == '\n' || !character.is_control();
    (!text::trim(&text, |byte| byte.is_ascii_whitespace()).is_empty()
        && text.len() <= LONGEST_MESSAGE
        && text.chars().all(plain))
    .then_some(text)
}

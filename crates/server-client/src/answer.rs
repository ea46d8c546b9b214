//! What the backend answered, before and after it became a type of the caller.

use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use twinfetch_core::document::Document;
use twinfetch_core::error::{Code, Error as Reason, Sent};
use twinfetch_core::head::Head;
use twinfetch_core::seal::json;

use crate::error::{Cause, Error};

/// An accepted call's payload with what came around it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply<T> {
    /// The payload.
    pub data: T,
    /// The HTTP status, 200 to 299.
    pub status: StatusCode,
    /// The id under which the backend's log has the call.
    pub request_id: Option<String>,
}

/// An accepted answer whose body is still text; clones by counting.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    /// How many requests it took.
    pub(crate) attempts: u32,
    /// The document and the place of the payload in it; nothing for an empty body.
    pub(crate) content: Option<(Bytes, String)>,
}

impl Answer {
    /// An answer that was understood already.
    pub(crate) fn of(document: &Value) -> Self {
        Self { status: 200, request_id: None, attempts: 0, content: Some((document.to_string().into(), String::new())) }
    }

    /// The bytes that the body takes.
    pub(crate) fn size(&self) -> usize {
        self.content.as_ref().map_or(0, |(body, _)| body.len())
    }

    /// Makes the payload a type of the caller; no payload is read as `null`.
    pub(crate) fn decode<T: DeserializeOwned>(self) -> Result<Reply<T>, Error> {
        let data = match &self.content {
            Some((body, place)) if place.is_empty() => whole(body),
            Some((body, place)) => part(body, place),
            None => serde_json::from_slice(b"null"),
        };
        let data = data.map_err(|error| {
            let head = Head { status: self.status, request_id: self.request_id.clone(), ..Head::default() };
            let reason = Reason::new(Code::MalformedBody).with_head(&head).after(self.attempts, Sent::Acknowledged);
            Error::new(reason).with_cause(Some(misfit(&error)))
        })?;
        let status = StatusCode::from_u16(self.status).unwrap_or_default();
        Ok(Reply { data, status, request_id: self.request_id })
    }
}

/// Reads straight into the type. What JavaScript writes and `serde_json` refuses, half a surrogate pair, goes by a document.
fn whole<T: DeserializeOwned>(body: &Bytes) -> serde_json::Result<T> {
    serde_json::from_slice(body).or_else(|error| match error.classify() {
        Category::Syntax => T::deserialize(json::parse(body).map_err(|_| error)?),
        _ => Err(error),
    })
}

fn part<T: DeserializeOwned>(body: &Bytes, place: &str) -> serde_json::Result<T> {
    let document = json::parse(body)?;
    T::deserialize((&document).at(place).unwrap_or(&Value::Null))
}

/// Where a body does not fit. The error's own words would repeat what is in it.
fn misfit(error: &serde_json::Error) -> Cause {
    let class = match error.classify() {
        Category::Data => "the body does not fit the type",
        Category::Eof => "the body ends too early",
        Category::Io | Category::Syntax => "the body is not JSON",
    };
    let words = match (error.line(), error.column()) {
        (0, _) => String::new(),
        (line, column) => format!("line {line} column {column}"),
    };
    Cause { class, words }
}

/// A body that is parsed only if somebody looks inside.
pub(crate) struct Unparsed {
    body: Bytes,
    parsed: std::sync::OnceLock<Value>,
}

impl Unparsed {
    pub(crate) const fn new(body: Bytes) -> Self {
        Self { body, parsed: std::sync::OnceLock::new() }
    }

    fn value(&self) -> &Value {
        self.parsed.get_or_init(|| json::parse(&self.body).unwrap_or_default())
    }
}

/// A place in an [`Unparsed`] body.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    Whole(&'a Unparsed),
    Part(&'a Value),
}

impl<'a> Place<'a> {
    fn value(self) -> &'a Value {
        match self {
            Self::Whole(body) => body.value(),
            Self::Part(value) => value,
        }
    }
}

impl Document for Place<'_> {
    fn member(&self, name: &str) -> Option<Self> {
        self.value().member(name).map(Self::Part)
    }

    fn size(&self) -> Option<usize> {
        self.value().size()
    }

    fn names(&self) -> Option<Vec<String>> {
        self.value().names()
    }

    fn items(&self) -> Option<Vec<Self>> {
        Some(self.value().as_array()?.iter().map(Self::Part).collect())
    }

    fn text(&self) -> Option<String> {
        self.value().text()
    }

    fn number(&self) -> Option<f64> {
        self.value().number()
    }

    fn boolean(&self) -> Option<bool> {
        self.value().boolean()
    }

    fn is_null(&self) -> bool {
        self.value().is_null()
    }
}

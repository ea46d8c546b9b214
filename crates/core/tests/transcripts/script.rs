//! The other side of a transcript: it checks every request and gives the answer that is written for it.

use serde_json::{Value, json};
use twinfetch_core::call::{Content, Credentials, Encoding, Request};
use twinfetch_core::error::Code;
use twinfetch_core::head::Head;

/// The requests that are expected, in their order, and their answers.
pub(crate) struct Script<'a> {
    it: String,
    has_app: bool,
    lines: std::vec::IntoIter<&'a Value>,
}

/// What the caller gives with its own body or arguments.
pub(crate) struct Given<'a> {
    /// The body of a call.
    pub(crate) body: &'a Value,
    /// The members of a verb.
    pub(crate) with: &'a Value,
    /// The wait before the request, in milliseconds, where it is a repetition.
    pub(crate) waited: Option<u64>,
    /// The clock, in milliseconds since 1970.
    pub(crate) now: u64,
}

impl<'a> Script<'a> {
    /// The requests of these acts; where the app has a site of its own, the sign-in library's paths are below it.
    pub(crate) fn new(it: &str, acts: &[&'a Value], has_app: bool) -> Self {
        let lines = acts.iter().flat_map(|act| act["script"].as_array().unwrap()).collect::<Vec<_>>();
        Self { it: it.to_owned(), has_app, lines: lines.into_iter() }
    }

    /// The next request, if there is one.
    pub(crate) fn next_request(&self) -> Option<&'a str> {
        self.lines.as_slice().first().and_then(|line| line["sends"].as_str())
    }

    /// Fails when a request is missing.
    pub(crate) fn end(&self) {
        assert_eq!(self.next_request(), None, "{}: the script goes on", self.it);
    }

    /// What the script answers to a request, which must be the one that it expects.
    pub(crate) fn answer(&mut self, request: &Request, given: &Given<'_>) -> Result<(Head, Option<Value>), Code> {
        let line = self.lines.next().unwrap_or_else(|| panic!("{}: unexpected {}", self.it, request.url));
        let (origin, path) = request.url.split_at(request.url.find(".test").unwrap() + ".test".len());
        let sends = format!("{} {path}", request.method.as_str());
        assert_eq!(line["sends"], json!(sends), "{}", self.it);
        assert_eq!(line.get("after").and_then(Value::as_u64), given.waited, "{}: the wait before {sends}", self.it);
        let place = format!("{}: {sends}", self.it);
        let of_app = self.has_app && path.starts_with("/api/auth/");
        assert_eq!(origin, if of_app { "http://app.test" } else { "http://backend.test" }, "{place}");
        let bearer = request.authorization.as_ref().map(|value| json!(value.expose().replace("Bearer ", "")));
        assert_eq!(line.get("bearer"), bearer.as_ref(), "{place}");
        if let Some(body) = line.get("body") {
            assert_eq!(&body_of(request, given, of_app), body, "{place}");
        }
        if let Some(cookies) = line.get("cookies") {
            assert_eq!(cookies, request.credentials == Credentials::Include, "{place}: cookies");
        }
        for (name, value) in line["headers"].as_object().into_iter().flatten() {
            let sent = request.headers.iter().find(|(sent, _)| sent == name).map(|(_, value)| json!(value));
            assert_eq!(value, &sent.unwrap_or_default(), "{place}: {name}");
        }
        answer(&line["answer"], given.now)
    }
}

fn answer(answer: &Value, now: u64) -> Result<(Head, Option<Value>), Code> {
    if let Some(code) = answer.get("fails") {
        return Err(*Code::ALL.iter().find(|known| *code == known.name()).unwrap());
    }
    let body = answer.get("body").cloned();
    let default_type = body.as_ref().map(|_| "application/json");
    let head = Head::new(u16::try_from(answer["status"].as_u64().unwrap()).unwrap(), now, |name| {
        let named = answer["headers"].get(name).and_then(Value::as_str);
        named.or(default_type.filter(|_| name == "content-type")).map(str::to_owned)
    });
    Ok((head, body))
}

/// The members that a request carries: the client's own, and those of the caller.
fn body_of(request: &Request, given: &Given<'_>, of_app: bool) -> Value {
    match &request.content {
        Content::Nothing => Value::Null,
        Content::Caller => given.body.clone(),
        Content::Members(members) => {
            let is_form = of_app && !request.url.ends_with("/session");
            assert_eq!(members.encoding == Encoding::Form, is_form);
            let own = members.list.iter().map(|(name, value)| ((*name).to_owned(), json!(value.expose())));
            let caller = given.with.as_object().cloned().unwrap_or_default();
            Value::Object(own.chain(caller).collect())
        }
    }
}

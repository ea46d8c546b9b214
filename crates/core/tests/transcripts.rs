//! The transcripts that the shipped dialects carry, played against the core.
//!
//! A transcript is what is sent, what is answered and what comes out. It runs natively and, as the same code, on wasm.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test ends where it fails")]

use serde_json::{Value, json};
use twinfetch_core::address::{BaseUrl, Path};
use twinfetch_core::call::{Call, Method, Request};
use twinfetch_core::dialect::{Dialect, Identity};
use twinfetch_core::document::Document;
use twinfetch_core::error::{Code, Error};
use twinfetch_core::exchange::{Exchange, Payload, Step, Wants};
use twinfetch_core::head::Head;
use twinfetch_core::session::{Authenticated, Held, Presented, Session, Standing, identify};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_transcript_of_every_dialect() {
    let mut played = 0;
    for (name, text) in Dialect::SHIPPED {
        let document: Value = serde_json::from_str(text).unwrap();
        let examples = document["examples"].as_array().unwrap_or_else(|| panic!("{name} has no examples"));
        for example in examples {
            let it = format!("{name}: {}", example["it"].as_str().unwrap());
            Player::new(&it, Dialect::read(&&document).unwrap(), example).play();
            played += 1;
        }
    }
    assert!(played >= 20, "only {played} transcripts were found");
}

/// Plays one transcript: every request must be the script's next, and the script must be used up.
struct Player<'a> {
    it: &'a str,
    dialect: Dialect,
    example: &'a Value,
    script: std::slice::Iter<'a, Value>,
    held: Held<Value>,
}

impl<'a> Player<'a> {
    fn new(it: &'a str, dialect: Dialect, example: &'a Value) -> Self {
        let script = example["script"].as_array().unwrap().iter();
        Self { it, dialect, example, script, held: Held::new(60_000) }
    }

    fn play(mut self) {
        let outcome = self.call();
        assert!(self.script.next().is_none(), "{}: the script goes on", self.it);
        match outcome {
            Ok(data) => assert_eq!(Some(&data), self.example.get("yields"), "{}", self.it),
            Err(error) => {
                let failed = json!({ "code": error.code().name(), "message": error.message() });
                assert_eq!(Some(&failed), self.example.get("fails"), "{}", self.it);
            }
        }
    }

    fn call(&mut self) -> Result<Value, Error> {
        let dialect = self.dialect.clone();
        let base = BaseUrl::parse("http://backend.test", "baseUrl")?;
        let call = &self.example["call"];
        let path = Path::parse(call["path"].as_str().unwrap(), &base)?;
        let call = Call::new(Method::parse(call["method"].as_str().unwrap())?, path);
        self.read_session();
        let mut body: Option<Value> = None;
        let mut step = Exchange::start(&dialect, &base, call, self.present());
        loop {
            step = match step {
                Step::Send(exchange, request) => {
                    let answer = self.answer(&request);
                    body = answer.as_ref().ok().and_then(|(_, body)| body.clone());
                    exchange.answered(answer.map(|(head, _)| head))
                }
                Step::Read(exchange) => {
                    let document = body.clone().filter(|_| exchange.wants() == Wants::Document);
                    exchange.received(Ok(document.as_ref().as_ref()))
                }
                Step::Renew(exchange, generation) => {
                    if self.held.generation() == generation {
                        self.read_session();
                    }
                    exchange.renewed(self.present())
                }
                Step::Done(reply) => {
                    let Payload::At(pointer) = reply?.payload else { return Ok(Value::Null) };
                    return Ok((&body.unwrap_or_default()).at(pointer).cloned().unwrap_or_default());
                }
            }
        }
    }

    fn present(&self) -> Result<Presented, Error> {
        self.held.last().unwrap().present(self.held.generation())
    }

    fn read_session(&mut self) {
        let Identity::Endpoint { path, absent, session: fields, .. } = self.dialect.identity.clone();
        let read = self.held.begin();
        let request = Request {
            method: Method::Get,
            url: format!("http://app.test{}", path.as_str()),
            headers: Vec::new(),
            authorization: None,
            with_body: false,
        };
        let found = self.answer(&request).map_err(Error::new).and_then(|(head, body)| {
            let standing = identify(&fields, &absent, &head, body.as_ref().filter(|_| head.is_json()).as_ref())?;
            Ok(match standing {
                Standing::Anonymous => Session::Anonymous,
                Standing::Authenticated(access_token) => {
                    let claims = body.unwrap_or_default();
                    let user = (&claims).at(fields.user.as_str()).map(Value::to_string).unwrap_or_default();
                    Session::Authenticated(Authenticated { claims, user, access_token, expires_at: None })
                }
            })
        });
        self.held.finish(read, found.unwrap_or_else(Session::Unknown), 0);
    }

    /// What the script answers to a request, which must be the one that it expects.
    fn answer(&mut self, request: &Request) -> Result<(Head, Option<Value>), Code> {
        let line = self.script.next().unwrap_or_else(|| panic!("{}: unexpected {}", self.it, request.url));
        let path = request.url.split_once(".test").unwrap().1;
        let sends = format!("{} {path}", request.method.as_str());
        assert_eq!(line["sends"], json!(sends), "{}", self.it);
        let bearer = request.authorization.as_ref().map(|value| json!(value.expose().replace("Bearer ", "")));
        assert_eq!(line.get("bearer"), bearer.as_ref(), "{}: {sends}", self.it);
        let answer = &line["answer"];
        if let Some(code) = answer.get("fails") {
            return Err(*Code::ALL.iter().find(|known| *code == known.name()).unwrap());
        }
        let body = answer.get("body").cloned();
        let default_type = body.as_ref().map(|_| "application/json");
        let head = Head::new(u16::try_from(answer["status"].as_u64().unwrap()).unwrap(), |name| {
            let named = answer["headers"].get(name).and_then(Value::as_str);
            named.or(default_type.filter(|_| name == "content-type")).map(str::to_owned)
        });
        Ok((head, body))
    }
}

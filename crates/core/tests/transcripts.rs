//! The transcripts that the shipped dialects carry, played against the core.
//!
//! A transcript is what is sent, what is answered and what comes out. It runs natively and, as the same code, on wasm.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test ends where it fails")]

use serde_json::{Value, json};
use twinfetch_core::address::{BaseUrl, Path};
use twinfetch_core::call::{Call, Content, Credentials, Encoding, Method, Request};
use twinfetch_core::dialect::{Dialect, Identity};
use twinfetch_core::document::Document;
use twinfetch_core::error::{Code, Error};
use twinfetch_core::exchange::{Exchange, Payload, Step, Wants};
use twinfetch_core::head::Head;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Authenticated, Held, Session, Standing, Tokens};
use twinfetch_core::verb::{Flow, Next, Outcome, Permissions, Sites, Verb};

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
    dialect: &'static Dialect,
    sites: Sites,
    example: &'a Value,
    script: std::slice::Iter<'a, Value>,
    held: Held<Value>,
}

impl<'a> Player<'a> {
    fn new(it: &'a str, dialect: Dialect, example: &'a Value) -> Self {
        let script = example["script"].as_array().unwrap().iter();
        let base = |url| BaseUrl::parse(url, "baseUrl").unwrap();
        let sites = Sites { backend: base("http://backend.test"), app: Some(base("http://app.test")) };
        let mut held = Held::new(60_000);
        if let Some(access) = example["start"]["access"].as_str() {
            let refresh = example["start"]["refresh"].as_str().map(Secret::new);
            held.sign_in(Some(Tokens { access: Secret::new(access), refresh }));
        }
        Self { it, dialect: Box::leak(Box::new(dialect)), sites, example, script, held }
    }

    fn play(mut self) {
        let outcome = match self.example["verb"].as_str() {
            Some(verb) => self.verb(verb),
            None => self.call(),
        };
        assert!(self.script.next().is_none(), "{}: the script goes on", self.it);
        match outcome {
            Ok(data) => assert_eq!(Some(&data), self.example.get("yields"), "{}", self.it),
            Err(error) => {
                let failed = json!({ "code": error.code().name(), "message": error.message() });
                assert_eq!(Some(&failed), self.example.get("fails"), "{}", self.it);
            }
        }
        if let Some(kept) = self.example["then"].get("tokens") {
            let tokens = self.held.tokens().map(|tokens| {
                json!({ "access": tokens.access.expose(), "refresh": tokens.refresh.as_ref().map(Secret::expose) })
            });
            assert_eq!(&tokens.unwrap_or_default(), kept, "{}: the tokens", self.it);
        }
        if let Some(status) = self.example["then"].get("session") {
            self.held.settle(self.dialect);
            assert_eq!(status, self.held.last().map_or("unread", status_of), "{}: the session", self.it);
        }
    }

    fn call(&mut self) -> Result<Value, Error> {
        let call = &self.example["call"];
        let path = Path::parse(call["path"].as_str().unwrap(), &self.sites.backend)?;
        let call = Call::new(Method::parse(call["method"].as_str().unwrap())?, path);
        self.wait();
        let presented = self.held.present(self.dialect);
        let base = self.sites.backend.clone();
        let (payload, body) = self.perform(Exchange::start(self.dialect, &base, call, presented))?;
        let Payload::At(pointer) = payload else { return Ok(Value::Null) };
        Ok((&body.unwrap_or_default()).at(pointer).cloned().unwrap_or_default())
    }

    fn wait(&mut self) {
        if self.held.waits(self.dialect, 0) {
            self.run(Verb::ReadSession).ok();
        }
    }

    /// Performs the steps of one exchange.
    fn perform(&mut self, mut step: Step<'static>) -> Result<(Payload<'static>, Option<Value>), Error> {
        let mut body: Option<Value> = None;
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
                    if let Some(verb) = self.held.renewal(self.dialect, generation, 0) {
                        self.run(verb).ok();
                    }
                    exchange.renewed(self.held.present_renewed(self.dialect, generation))
                }
                Step::Done(reply) => return reply.map(|reply| (reply.payload, body)),
            }
        }
    }

    fn verb(&mut self, name: &str) -> Result<Value, Error> {
        let verb = Verb::ALL.iter().find(|verb| verb.name() == name);
        let verb = *verb.unwrap_or_else(|| panic!("{}: {name} is no verb", self.it));
        self.run(verb)
    }

    /// Performs a verb and takes over what it brought.
    fn run(&mut self, verb: Verb) -> Result<Value, Error> {
        let presented = self.held.present(self.dialect).unwrap_or_default();
        let read = self.held.begin();
        let sites = self.sites.clone();
        let (mut flow, mut next) = Flow::start(self.dialect, &sites, verb, presented);
        let mut body = None;
        let ended = loop {
            next = match next {
                Next::Step(step) => {
                    let ended = self.perform(step).map(|(_, document)| body = document);
                    flow.next(&sites, ended.map(|()| body.as_ref()).as_ref().map_err(Clone::clone).map(Option::as_ref))
                }
                Next::Done(ended) => break ended,
            }
        };
        match (verb, ended) {
            (Verb::ReadSession | Verb::Update, ended) => {
                let found = ended.map(|outcome| self.session(outcome, body));
                self.held.finish(read, found.clone().unwrap_or_else(Session::Unknown), 0);
                let Session::Authenticated(session) = found? else { return Ok(json!({ "status": "anonymous" })) };
                let user: Value = serde_json::from_str(&session.user).unwrap();
                Ok(json!({ "status": "authenticated", "user": user }))
            }
            (Verb::SignOut, ended) => {
                self.held.sign_out(Verb::was_told(&ended), 0);
                ended.map(|_| Value::Null)
            }
            (Verb::Refresh, Ok(Outcome::Tokens(tokens))) => {
                self.held.renew(tokens);
                Ok(Value::Null)
            }
            (Verb::Refresh, Ok(_)) => {
                self.held.sign_out(true, 0);
                Ok(Value::Null)
            }
            (Verb::Refresh, Err(cause)) => {
                self.held.fail_renewal(cause.clone(), 0);
                Err(cause)
            }
            (_, Ok(Outcome::Tokens(tokens))) => {
                self.held.sign_in(Some(tokens));
                Ok(Value::Null)
            }
            (_, Ok(Outcome::Accepted)) => {
                self.held.sign_in(None);
                Ok(Value::Null)
            }
            (_, Ok(Outcome::Permissions(codes))) => {
                let fields = self.dialect.permissions.as_ref().unwrap();
                let permissions = Permissions::new(fields, codes, None::<&&Value>);
                Ok(json!(permissions.codes()))
            }
            (_, Ok(Outcome::Link(link))) => Ok(json!({ "token": link.token.expose(), "expiresAt": link.expires_at })),
            (_, Ok(other)) => panic!("{}: {other:?} is not what the verb brings", self.it),
            (_, Err(error)) => Err(error),
        }
    }

    fn session(&self, outcome: Outcome, body: Option<Value>) -> Session<Value> {
        let Identity::Endpoint { session: fields, .. } = &self.dialect.identity;
        match outcome {
            Outcome::Session(Standing::Authenticated(access_token)) => {
                let claims = body.unwrap_or_default();
                let user = (&claims).at(fields.user.as_str()).map(Value::to_string).unwrap_or_default();
                Session::Authenticated(Authenticated { claims, user, access_token, expires_at: None })
            }
            _ => Session::Anonymous,
        }
    }

    /// What the script answers to a request, which must be the one that it expects.
    fn answer(&mut self, request: &Request) -> Result<(Head, Option<Value>), Code> {
        let line = self.script.next().unwrap_or_else(|| panic!("{}: unexpected {}", self.it, request.url));
        let path = request.url.split_once(".test").unwrap().1;
        let sends = format!("{} {path}", request.method.as_str());
        assert_eq!(line["sends"], json!(sends), "{}", self.it);
        let bearer = request.authorization.as_ref().map(|value| json!(value.expose().replace("Bearer ", "")));
        assert_eq!(line.get("bearer"), bearer.as_ref(), "{}: {sends}", self.it);
        if let Some(body) = line.get("body") {
            assert_eq!(&self.body(request), body, "{}: {sends}", self.it);
        }
        if let Some(cookies) = line.get("cookies") {
            assert_eq!(cookies, request.credentials == Credentials::Include, "{}: {sends}", self.it);
        }
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

    /// The members that a request carries: the client's own, and those of the caller.
    fn body(&self, request: &Request) -> Value {
        match &request.content {
            Content::Nothing => Value::Null,
            Content::Caller => self.example["call"].get("body").cloned().unwrap_or_default(),
            Content::Members(members) => {
                assert_eq!(
                    members.encoding == Encoding::Form,
                    request.url.starts_with("http://app.test/api/auth/") && !request.url.ends_with("/session")
                );
                let mut all: serde_json::Map<_, _> =
                    members.list.iter().map(|(name, value)| (name.clone(), json!(value.expose()))).collect();
                let with = self.example.get("with").and_then(Value::as_object).cloned().unwrap_or_default();
                all.extend(with);
                Value::Object(all)
            }
        }
    }
}

fn status_of(session: &Session<Value>) -> &'static str {
    match session {
        Session::Authenticated(_) => "authenticated",
        Session::Anonymous => "anonymous",
        Session::Unknown(_) => "unknown",
    }
}

//! Plays one transcript: a driver without a transport.

use serde_json::{Value, json};
use twinfetch_core::address::BaseUrl;
use twinfetch_core::dialect::{Csrf, Dialect, Identity};
use twinfetch_core::document::Document;
use twinfetch_core::error::{Error, Problem};
use twinfetch_core::exchange::{Budget, Exchange, Payload, Retry, Step, Wants};
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Authenticated, Held, Presented, Session, SignedOut, Standing, Taken, Tokens};
use twinfetch_core::verb::{Flow, Next, Permissions, Sites, Verb};

use crate::script::{Given, Script};

/// The token of a visitor's cookie, where its claims hold no other.
const SESSION_TOKEN: &str = "session-token";

/// One client, and the script that it is played against.
pub(crate) struct Player<'a> {
    pub(crate) it: &'a str,
    pub(crate) dialect: &'static Dialect,
    pub(crate) sites: Sites,
    pub(crate) script: Script<'a>,
    pub(crate) held: Held<Value>,
    pub(crate) address: Option<String>,
    pub(crate) now: u64,
    transcript: &'a Value,
    act: &'a Value,
    mirrored: Option<String>,
    budget: Budget,
    waited: Option<u64>,
}

impl<'a> Player<'a> {
    pub(crate) fn new(it: &'a str, dialect: &'a Value, transcript: &'a Value) -> Self {
        let acts = acts(transcript);
        let base = |url| BaseUrl::parse(url, "baseUrl").unwrap();
        let start = &transcript["start"];
        let has_app = dialect["identity"]["site"] == "app";
        let mut player = Self {
            it,
            dialect: Box::leak(Box::new(Dialect::read(&dialect).unwrap())),
            sites: Sites { backend: base("http://backend.test"), app: Some(base("http://app.test")) },
            script: Script::new(it, &acts, has_app),
            held: Held::new(60_000),
            address: None,
            now: 0,
            transcript,
            act: transcript,
            mirrored: None,
            budget: Budget::new(),
            waited: None,
        };
        if let Some(access) = start["access"].as_str() {
            let refresh = start["refresh"].as_str().map(Secret::new);
            player.held.sign_in(Some(Tokens { access: Secret::new(access), refresh }));
        }
        if let Some(claims) = start.get("claims") {
            player.visit(claims, &dialect["seal"]["session"]);
        }
        if let Some(Csrf::Mirrored { cookie, .. }) = &player.dialect.csrf {
            player.mirrored = start["cookies"][cookie].as_str().map(str::to_owned);
        }
        player
    }

    /// Takes the session from the cookie of a visitor's request, as a server does; `null` is a visitor without one.
    fn visit(&mut self, claims: &Value, fields: &Value) {
        let at = |name: &str| fields[name].as_str().and_then(|pointer| claims.at(pointer));
        let token = match fields.get("accessToken") {
            Some(_) => at("accessToken").and_then(|token| token.text()),
            None => Some(SESSION_TOKEN.to_owned()),
        };
        let access_token = token.clone().map(Secret::new);
        let user = at("user").map(Value::to_string).unwrap_or_default();
        let signed_in = Authenticated { claims: claims.clone(), user, access_token, expires_at: None };
        let session = if claims.is_null() { Session::Anonymous } else { Session::Authenticated(signed_in) };
        if let (false, Some(token)) = (claims.is_null() || self.held.waits(self.dialect, self.now), token) {
            self.held.sign_in(Some(Tokens { access: Secret::new(token), refresh: None }));
        }
        self.held.finish(self.held.begin(), session, self.now);
    }

    pub(crate) fn play(mut self) {
        for act in acts(self.transcript) {
            self.act = act;
            self.now += act["later"].as_u64().unwrap_or(0) * 1000;
            let ended = self.perform(act);
            self.judge(ended);
            self.check(&act["then"]);
        }
        self.script.end();
        self.check(&self.transcript["then"]);
    }

    fn judge(&self, ended: Result<Value, Error>) {
        match ended {
            Ok(data) => assert_eq!(self.act.get("yields"), Some(&data), "{}", self.it),
            Err(error) => {
                let expected = self.act.get("fails").unwrap_or_else(|| panic!("{}: {error:?}", self.it));
                let mut failed = json!({ "code": error.code().name(), "message": error.message() });
                let more = [
                    ("requestId", json!(error.request_id())),
                    ("attempts", json!(error.attempts())),
                    ("problem", json!(error.problem().map(problem))),
                    ("retryAfter", json!(error.retry_after())),
                    ("sent", json!(error.sent().name())),
                    ("status", json!(error.status())),
                ];
                for (name, value) in more.into_iter().filter(|(name, _)| expected.get(name).is_some()) {
                    failed[name] = value;
                }
                assert_eq!(&failed, expected, "{}", self.it);
            }
        }
    }

    fn check(&mut self, then: &Value) {
        if let Some(kept) = then.get("tokens") {
            let tokens = self.held.tokens().map(|tokens| {
                json!({ "access": tokens.access.expose(), "refresh": tokens.refresh.as_ref().map(Secret::expose) })
            });
            assert_eq!(&tokens.unwrap_or_default(), kept, "{}: the tokens", self.it);
        }
        if let Some(status) = then.get("session") {
            self.held.settle(self.dialect);
            assert_eq!(status, self.held.last().map_or("unread", status_of), "{}: the session", self.it);
        }
        for (code, may) in then["can"].as_object().into_iter().flatten() {
            let can = self.held.permissions().is_some_and(|permissions| permissions.can(code));
            assert_eq!(may, can, "{}: {code}", self.it);
        }
        if let Some(address) = then.get("address") {
            assert_eq!(address, &json!(self.address), "{}: the address", self.it);
        }
    }

    /// What a call presents.
    pub(crate) fn presented(&self) -> Result<Presented, Error> {
        self.with_mirrored(self.held.present(self.dialect))
    }

    fn with_mirrored(&self, presented: Result<Presented, Error>) -> Result<Presented, Error> {
        presented.map(|presented| Presented { mirrored: self.mirrored.clone(), ..presented })
    }

    /// How often requests are repeated by themselves: never, unless the transcript says it.
    pub(crate) fn retry(&self) -> Retry {
        let attempts = self.transcript["attempts"].as_u64().and_then(|attempts| u8::try_from(attempts).ok());
        Retry { attempts: attempts.unwrap_or(1), ..Retry::DEFAULT }
    }

    /// Performs one step; the end of an exchange comes back as it is.
    pub(crate) fn step(&mut self, step: Step<'static>, body: &mut Option<Value>, given: &Value) -> Step<'static> {
        match step {
            Step::Send(exchange, request) => {
                let given = Given { body: given, with: &self.act["with"], waited: self.waited.take(), now: self.now };
                let answer = self.script.answer(&request, &given);
                *body = answer.as_ref().ok().and_then(|(_, body)| body.clone());
                exchange.answered(answer.map(|(head, _)| head))
            }
            Step::Read(exchange) => read(exchange, body.as_ref()),
            Step::Renew(exchange, generation) => {
                // A visitor's request cannot be asked again.
                let visiting = self.transcript["start"].get("claims").is_some();
                let renewal = self.held.renewal(self.dialect, generation, self.now).filter(|_| !visiting);
                if let Some(verb) = renewal {
                    self.run(verb).ok();
                }
                exchange.renewed(self.with_mirrored(self.held.present_renewed(self.dialect, generation)))
            }
            // The longest waits: chance takes nothing away.
            Step::Retry(exchange) => exchange.pause(&mut self.budget, u32::MAX, u64::MAX),
            Step::Sleep(exchange, wait) => {
                self.waited = Some(wait);
                self.now += wait;
                exchange.resumed(self.presented())
            }
            done @ Step::Done(_) => done,
        }
    }

    /// Performs a verb and takes over what it brought.
    pub(crate) fn run(&mut self, verb: Verb) -> Result<Value, Error> {
        let presented = self.presented().unwrap_or_default();
        let errand = self.held.set_out(verb);
        let sites = self.sites.clone();
        let (mut flow, mut next) = Flow::start(self.dialect, &sites, verb, presented, self.retry());
        let mut body = None;
        let ended = loop {
            next = match next {
                Next::Step(Step::Done(ended)) => {
                    flow.next(&sites, ended.map(|_| body.as_ref()).as_ref().map_err(Clone::clone).map(Option::as_ref))
                }
                Next::Step(step) => Next::Step(self.step(step, &mut body, &Value::Null)),
                Next::Done(ended) => break ended,
            }
        };
        let ended = ended.map(|outcome| outcome.with_session(|standing| self.session(standing, body)));
        let fields = self.dialect.permissions.as_ref();
        let permissions = |codes: &[String], claims: Option<&Value>| {
            Permissions::new(fields.unwrap(), codes.to_vec(), claims.as_ref())
        };
        match self.held.take(errand, ended, permissions, self.now)? {
            Taken::Link(link) => Ok(json!({ "token": link.token.expose(), "expiresAt": link.expires_at })),
            Taken::Permissions(codes) => Ok(json!(codes)),
            Taken::SignedOut(SignedOut { server_told, cause }) => {
                assert_eq!(server_told, cause.is_none());
                cause.map_or(Ok(Value::Null), Err)
            }
            Taken::Session => Ok(Value::Null),
        }
    }

    fn session(&self, standing: Standing, body: Option<Value>) -> Session<Value> {
        let Identity::Endpoint { session: fields, .. } = &self.dialect.identity;
        let Standing::Authenticated(access_token) = standing else { return Session::Anonymous };
        let claims = body.unwrap_or_default();
        let user = (&claims).at(fields.user.as_str()).map(Value::to_string).unwrap_or_default();
        Session::Authenticated(Authenticated { claims, user, access_token, expires_at: None })
    }

    /// The session as it is held, in the words of transcripts; the access token where this one has it.
    pub(crate) fn shown(&self) -> Result<Value, Error> {
        let session = match self.held.last() {
            Some(Session::Authenticated(session)) => session,
            Some(Session::Unknown(cause)) => return Err(cause.clone()),
            _ => return Ok(json!({ "status": "anonymous" })),
        };
        let user: Value = serde_json::from_str(&session.user).unwrap_or_default();
        let mut shown = json!({ "status": "authenticated", "user": user });
        if self.act["yields"].get("accessToken").is_some() {
            shown["accessToken"] = json!(session.access_token.as_ref().map(Secret::expose));
        }
        Ok(shown)
    }
}

fn acts(transcript: &Value) -> Vec<&Value> {
    transcript["acts"].as_array().map_or_else(|| vec![transcript], |acts| acts.iter().collect())
}

fn read(exchange: Exchange<'static, twinfetch_core::exchange::Reading>, body: Option<&Value>) -> Step<'static> {
    let document = body.filter(|_| exchange.wants() == Wants::Document);
    exchange.received(Ok(document.as_ref()))
}

/// The payload of a call that has ended.
pub(crate) fn payload(payload: Payload<'_>, body: Option<&Value>) -> Value {
    let Payload::At(pointer) = payload else { return Value::Null };
    body.and_then(|body| body.at(pointer)).cloned().unwrap_or_default()
}

fn problem(problem: &Problem) -> Value {
    let Problem { kind, title, detail, instance } = problem;
    let mut shown = json!({ "type": kind });
    for (name, text) in [("title", title), ("detail", detail), ("instance", instance)] {
        if let Some(text) = text {
            shown[name] = json!(text);
        }
    }
    shown
}

fn status_of(session: &Session<Value>) -> &'static str {
    match session {
        Session::Authenticated(_) => "authenticated",
        Session::Anonymous => "anonymous",
        Session::Unknown(_) => "unknown",
    }
}

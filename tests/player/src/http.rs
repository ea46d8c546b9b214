use serde_json::Value;
use twinfetch_core::address::BaseUrl;
use twinfetch_core::cookie::{Cookies, SessionCookie};
use twinfetch_core::csrf;
use twinfetch_core::dialect::{Dialect, Identity, Seal, SealVersion};
use twinfetch_core::exchange::{Retry, Step, Wants};
use twinfetch_core::head::Head;
use twinfetch_core::seal::{Sessions, json};
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Presented, Standing};
use twinfetch_core::verb::{self, Flow, Next, Sites, Verb};

use crate::met;
use crate::report::{Disagreement, Outcome, Report};
use crate::transcript::{Jar, Line, expiry, is_cut};
use crate::vector::Vector;

/// Replays a transcript of Auth.js step by step: what the core says about each answer is compared with what came next.
pub(crate) fn play(report: &mut Report, vector: Vector<'_>) {
    let id = format!("http {}", vector.text("id").unwrap_or("?"));
    let (steps, mut app) = match (vector.list("steps"), App::new(vector)) {
        (Ok(steps), Ok(app)) => (steps, app),
        (Err(error), _) | (_, Err(error)) => return report.add(&id, Err(error.into())),
    };
    let mut silent = 0;
    for step in steps.iter().map(Vector::new) {
        let label = step.text("label").unwrap_or("?");
        match app.step(step) {
            Ok(0) => silent += 1,
            Ok(_) => report.add(&format!("{id}: {label}"), Ok(Outcome::Passed)),
            Err(disagreement) => report.add(&format!("{id}: {label}"), Err(disagreement)),
        }
    }
    if silent > 0 {
        report.skip_section(&id, silent, "steps in which nothing is for the core to say");
    }
}

/// The app that gave the answers, and its user's browser.
struct App {
    secret: Secret,
    dialect: Dialect,
    sessions: Sessions,
    cookie: SessionCookie,
    csrf: String,
    jar: Jar,
}

impl App {
    fn new(vector: Vector<'_>) -> Result<Self, String> {
        let (version, secret) = (vector.version()?, Secret::new(vector.text("secret")?));
        let (dialect, chunk_size, csrf) = match version {
            SealVersion::V4 => (Dialect::next_auth_v4(), 3933, "next-auth.csrf-token"),
            SealVersion::V5 => (Dialect::authjs(), 3936, "authjs.csrf-token"),
        };
        let Seal::AuthJs { cookie, .. } = &dialect.seal else { return Err("the dialect has no seal".into()) };
        let secure = vector.text("origin")?.starts_with("https:");
        let (session_prefix, csrf_prefix) = if secure { ("__Secure-", "__Host-") } else { ("", "") };
        let sessions =
            Sessions::new(version, std::slice::from_ref(&secret), cookie).map_err(|error| error.to_string())?;
        let cookie = SessionCookie { name: format!("{session_prefix}{cookie}"), chunk_size, secure };
        Ok(Self { secret, sessions, cookie, dialect, csrf: format!("{csrf_prefix}{csrf}"), jar: Jar::default() })
    }

    /// Plays one step; gives the number of things compared.
    fn step(&mut self, step: Vector<'_>) -> Result<usize, Disagreement> {
        let (request, response) = (step.member("request")?, step.member("response")?);
        self.jar.hold(request.list("sent_cookies")?)?;
        let lines: Vec<Line> = response.list("set_cookie")?.iter().filter_map(Value::as_str).map(Line::parse).collect();
        let mut compared = self.session_lines(&lines)? + self.csrf_line(&lines)?;
        self.jar.keep(&lines);
        let body = response.optional_text("body")?.unwrap_or_default();
        let document = json::parse(body.as_bytes()).ok();
        if request.text("path")? == self.session_path() && !is_cut(body) {
            compared += self.standing(response, document.as_ref())?;
        }
        if let Some(issued) = document.as_ref().and_then(|document| document.get("csrfToken")?.as_str()) {
            let cookies = self.jar.cookies();
            let cookie = cookies.value(&self.csrf).unwrap_or_default();
            met("form's CSRF token", &true, &csrf::verified(&cookie, issued, &self.secret))?;
            compared += 1;
        }
        Ok(compared)
    }

    fn session_path(&self) -> &str {
        let Identity::Endpoint { path, .. } = &self.dialect.identity;
        path.as_str()
    }

    /// Writes or clears the session that the answer writes or clears, and opens it.
    fn session_lines(&self, lines: &[Line]) -> Result<usize, Disagreement> {
        let mine =
            |line: &&Line| !Cookies::from_iter([(line.name.as_str(), "")]).session_names(&self.cookie.name).is_empty();
        let theirs: Vec<&Line> = lines.iter().filter(mine).collect();
        if theirs.is_empty() {
            return Ok(0);
        }
        let kept: Vec<&Line> = theirs.iter().copied().filter(|line| !line.value.is_empty()).collect();
        let value: String = kept.iter().map(|line| line.value.as_str()).collect();
        let received = self.jar.cookies();
        let ours = match kept.first() {
            Some(first) => {
                let expires = expiry(&first.text)?;
                self.opens(&kept, expires)?;
                self.cookie.write(&received, &value, Some(expires)).map_err(|error| error.to_string())?
            }
            None => self.cookie.clear(&received),
        };
        let theirs = theirs.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
        met("Set-Cookie", &theirs, &ours.iter().map(ToString::to_string).collect())?;
        Ok(1)
    }

    /// The token of an answer opens, unless the transcript leaves its characters out.
    fn opens(&self, lines: &[&Line], expires: u64) -> Result<(), Disagreement> {
        if lines.iter().any(|line| line.left_out) {
            return Ok(());
        }
        let cookies = lines.iter().map(|line| (line.name.as_str(), line.value.as_str())).collect();
        let claims = self.sessions.read(&cookies, expires.saturating_sub(1)).map_err(|error| error.to_string())?;
        let ends = claims.and_then(|claims| claims.expires()).unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "seconds are exact in a double for millions of years")]
        met("end of the token", &(expires as f64), &ends).map(|_| ())
    }

    fn csrf_line(&self, lines: &[Line]) -> Result<usize, Disagreement> {
        let Some(line) = lines.iter().find(|line| line.name == self.csrf) else { return Ok(0) };
        let cookies = Cookies::from_iter([(line.name.as_str(), line.value.as_str())]);
        let value = cookies.value(&self.csrf).unwrap_or_default();
        met("CSRF cookie is genuine", &true, &csrf::token(&value, &self.secret).is_some())?;
        Ok(1)
    }

    /// Who is signed in by the answer's body is who has a session cookie from then on.
    fn standing(&self, response: Vector<'_>, document: Option<&Value>) -> Result<usize, Disagreement> {
        let status = u16::try_from(response.number("status")?).map_err(|error| error.to_string())?;
        let content_type = response.optional_text("content_type")?.map(str::to_owned);
        let head = Head { status, content_type, ..Head::default() };
        let standing = read_session(&self.dialect, head, document);
        let token = document.and_then(|document| document.get("accessToken")?.as_str());
        let cookies = self.jar.cookies();
        let has_cookie = cookies.session(&self.cookie.name).is_ok_and(|session| session.is_some());
        let expected = match (status, has_cookie) {
            (200, true) => Some(Standing::Authenticated(token.map(Secret::new))),
            (200, false) => Some(Standing::Anonymous),
            _ => None,
        };
        met("session", &expected, &standing)?;
        Ok(1)
    }
}

/// What the core makes of the answer to a session read; nothing when it stays unknown who is signed in.
fn read_session(dialect: &Dialect, head: Head, document: Option<&Value>) -> Option<Standing> {
    let base = |url| BaseUrl::parse(url, "url").ok();
    let sites = Sites { backend: base("http://backend.test")?, app: base("http://app.test") };
    let (mut flow, next) = Flow::start(dialect, &sites, Verb::ReadSession, Presented::default(), Retry::NONE);
    let Next::Step(Step::Send(exchange, _)) = next else { return None };
    let Step::Read(exchange) = exchange.answered(Ok(head)) else { return None };
    let document = document.filter(|_| exchange.wants() == Wants::Document);
    let Step::Done(ended) = exchange.received(Ok(document.as_ref())) else { return None };
    match flow.next(&sites, ended.map(|_| document.as_ref())) {
        Next::Done(Ok(verb::Outcome::Session(standing))) => Some(standing),
        _ => None,
    }
}

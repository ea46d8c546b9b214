//! Plays one transcript against the client.

use serde_json::{Value, json};
use twinfetch_core::call::Method;
use twinfetch_core::error::Error;
use twinfetch_core::secret::Secret;
use twinfetch_wasm_client::{Body, Client, Options, Problem, Retry, Session, Settings, Storage, dialect};
use wasm_bindgen::JsValue;

use super::script::{complaint, js, play as play_script, set_clock};
use super::{is_played, parse};
use crate::cookies::set_cookie;
use crate::links::{go, left};
use crate::script::{begin, text};

const APP: &str = "http://app.test";
const KEY: &str = "twinfetch:http://backend.test";

/// Plays a transcript; every request must be the script's next, and the script must be used up.
pub(crate) async fn play(it: &str, dialect: &str, transcript: &Value) {
    let whole = [transcript.clone()];
    let acts = transcript["acts"].as_array().map_or(whole.as_slice(), Vec::as_slice);
    let acts: Vec<&Value> = acts.iter().filter(|act| is_played(act)).collect();
    let lines: Vec<&Value> = acts.iter().flat_map(|act| act["script"].as_array().unwrap()).collect();
    let start = Start::new(&transcript["start"]);
    let player = Player::new(it, dialect, transcript);
    play_script(&lines, &player.dialect);
    let mut later = 0.0;
    for act in acts {
        later += act["later"].as_f64().unwrap_or(0.0) * 1_000.0;
        set_clock(later);
        let ended = player.perform(act).await;
        player.judge(act, ended);
        player.check(&act["then"]).await;
    }
    assert_eq!(complaint(), None, "{it}");
    if transcript.get("acts").is_some() {
        player.check(&transcript["then"]).await;
    }
    start.undo();
}

/// What is there before, in the browser.
struct Start {
    cookies: Vec<String>,
    page: String,
}

impl Start {
    fn new(start: &Value) -> Self {
        let storage = storage();
        storage.clear().unwrap();
        if start.get("access").is_some() {
            storage.set_item(KEY, &start.to_string()).unwrap();
        }
        let cookies: Vec<_> = start["cookies"].as_object().into_iter().flatten().collect();
        for (name, value) in &cookies {
            set_cookie(&format!("{name}={}; Path=/", value.as_str().unwrap()));
        }
        let cookies = cookies.iter().map(|(name, _)| (*name).clone()).collect();
        left();
        Self { cookies, page: here() }
    }

    fn undo(self) {
        set_clock(0.0);
        storage().clear().unwrap();
        for name in self.cookies {
            set_cookie(&format!("{name}=; Path=/; Max-Age=0"));
        }
        // Chromium takes too many steps in one page for a page that hangs.
        if here() != self.page {
            go(&self.page);
        }
    }
}

struct Player<'a> {
    it: &'a str,
    dialect: Value,
    client: Client,
}

impl<'a> Player<'a> {
    fn new(it: &'a str, text: &str, transcript: &Value) -> Self {
        let mut settings = Settings::new(dialect::from_json(text).unwrap(), "http://backend.test", APP);
        settings.storage = vec![Storage::SessionStorage];
        // Chance and the waits are the core's business; here nobody waits.
        let attempts = transcript["attempts"].as_u64().and_then(|attempts| u8::try_from(attempts).ok());
        settings.retry = Retry { attempts: attempts.unwrap_or(1), base: 0, ..Retry::DEFAULT };
        Self { it, dialect: parse(text), client: Client::new(settings).unwrap() }
    }

    async fn perform(&self, act: &Value) -> Result<Value, Error> {
        if let Some(calls) = act["together"].as_array() {
            return self.together(calls).await;
        }
        let (client, with) = (&self.client, &act["with"]);
        match act["verb"].as_str() {
            None => call(client.clone(), act["call"].clone()).await,
            Some("getSession") => shown(&client.session().await, act),
            Some("signIn") => client.sign_in(body(with)).await.map(|_| Value::Null),
            Some("register") => client.register(body(with)).await.map(|_| Value::Null),
            Some("refresh") => client.refresh().await.map(|_| Value::Null),
            Some("update") => {
                let member = self.dialect["update"]["member"].as_str().unwrap();
                shown(&client.update(body(&with[member])).await?, act)
            }
            Some("signOut") => {
                let signed_out = client.sign_out().await;
                assert_eq!(signed_out.server_told, signed_out.cause.is_none(), "{}", self.it);
                signed_out.cause.map_or(Ok(Value::Null), Err)
            }
            Some("permissions") => Ok(json!(client.permissions().await?.codes())),
            Some("createLinkToken") => {
                let link = client.create_link_token().await?;
                Ok(json!({ "token": link.token.expose(), "expiresAt": link.expires_at }))
            }
            Some("signInWithLink") => {
                go(with["address"].as_str().unwrap().trim_start_matches(APP));
                client.sign_in_with_link().await.map(|_| Value::Null)
            }
            Some("signInWithRedirect") => client.sign_in_with_redirect(with["returnTo"].as_str()).map(|()| Value::Null),
            Some(other) => panic!("{}: {other} is no verb", self.it),
        }
    }

    /// Makes calls that are all on their way before the first is answered; they all end alike.
    async fn together(&self, calls: &[Value]) -> Result<Value, Error> {
        let calls: Vec<_> = calls.iter().map(|given| begin(call(self.client.clone(), given.clone()))).collect();
        let mut ended = Vec::new();
        for call in calls {
            ended.push(call.end().await);
        }
        let failed = ended.iter().filter(|ended| ended.is_err()).count();
        assert!(failed == 0 || failed == ended.len(), "{}: some calls failed", self.it);
        ended.into_iter().collect::<Result<Vec<_>, _>>().map(Value::Array)
    }

    fn judge(&self, act: &Value, ended: Result<Value, Error>) {
        let it = self.it;
        match ended {
            Ok(data) => assert_eq!(act.get("yields"), Some(&data), "{it}: {:?}", complaint()),
            Err(error) => {
                let expected = act.get("fails").unwrap_or_else(|| panic!("{it}: {error:?}, {:?}", complaint()));
                let mut failed = json!({ "code": error.code().name(), "message": error.message() });
                let more = [
                    ("attempts", json!(error.attempts())),
                    ("problem", json!(error.problem().map(problem))),
                    ("requestId", json!(error.request_id())),
                    ("retryAfter", json!(error.retry_after())),
                    ("sent", json!(error.sent().name())),
                    ("status", json!(error.status())),
                ];
                for (name, value) in more.into_iter().filter(|(name, _)| expected.get(name).is_some()) {
                    failed[name] = value;
                }
                assert_eq!(&failed, expected, "{it}: {:?}", complaint());
            }
        }
    }

    async fn check(&self, then: &Value) {
        let it = self.it;
        if let Some(tokens) = then.get("tokens") {
            let kept = storage().get_item(KEY).unwrap().map(|entry| parse(&entry));
            let kept = kept.map(|kept| json!({ "access": kept["access"], "refresh": kept["refresh"] }));
            assert_eq!(&kept.unwrap_or_default(), tokens, "{it}: the tokens");
        }
        for (code, may) in then["can"].as_object().into_iter().flatten() {
            assert_eq!(may, self.client.can(code), "{it}: {code}");
        }
        if let Some(status) = then.get("session") {
            let session = self.client.session().await;
            assert_eq!(status, status_of(&session), "{it}: the session");
        }
        if let Some(address) = then.get("address") {
            let here = format!("{APP}{}", here());
            assert_eq!(address, &left().pop().unwrap_or(here), "{it}: the address");
        }
    }
}

async fn call(client: Client, call: Value) -> Result<Value, Error> {
    let method = Method::parse(call["method"].as_str().unwrap()).unwrap();
    let body = call.get("body").and_then(|body| Body::new(js(body)).unwrap());
    let given = call["headers"].as_object().into_iter().flatten();
    let headers = given.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    let options = Options { body, headers, ..Options::default() };
    let received = client.call(method, call["path"].as_str().unwrap(), options).await?;
    Ok(if received.data.is_undefined() { Value::Null } else { parse(&text(&received.data)) })
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

fn body(value: &Value) -> Body {
    Body::new(if value.is_null() { js(&json!({})) } else { js(value) }).unwrap().unwrap()
}

fn shown(session: &Session<JsValue>, act: &Value) -> Result<Value, Error> {
    match session {
        Session::Authenticated(session) => {
            let mut shown = json!({ "status": "authenticated", "user": parse(&session.user) });
            if act["yields"].get("accessToken").is_some() {
                shown["accessToken"] = json!(session.access_token.as_ref().map(Secret::expose));
            }
            Ok(shown)
        }
        Session::Anonymous => Ok(json!({ "status": "anonymous" })),
        Session::Unknown(cause) => Err(cause.clone()),
    }
}

fn status_of(session: &Session<JsValue>) -> &'static str {
    match session {
        Session::Authenticated(_) => "authenticated",
        Session::Anonymous => "anonymous",
        Session::Unknown(_) => "unknown",
    }
}

/// Where the page is, without its origin.
fn here() -> String {
    let location = web_sys::window().unwrap().location();
    location.pathname().unwrap() + &location.search().unwrap() + &location.hash().unwrap()
}

fn storage() -> web_sys::Storage {
    web_sys::window().unwrap().session_storage().unwrap().unwrap()
}

//! Plays one transcript: a client, its visitor, and the server that it is played against.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use twinfetch_canary::{show_error, shown as show_text, watch};
use twinfetch_server_client::{
    Api, Dialect, Error, Permissions, Problem, Retry, Secret, ServerClient, Session, SignedIn, Tokens,
};

use crate::seal::{SECRET, cookie};
use crate::server::{Script, Site, serve};

/// The token of a visitor's cookie, where its claims hold no other.
const SESSION_TOKEN: &str = "session-token";

const NOW: u64 = 1_800_000_000;

/// One client, and the script that it is played against.
pub(crate) struct Player {
    pub(crate) it: String,
    pub(crate) api: Api,
    pub(crate) signed_in: Option<SignedIn>,
    pub(crate) permissions: Permissions,
    pub(crate) address: Option<String>,
    pub(crate) backend: String,
    dialect: Dialect,
    has_app: bool,
    names: HashMap<String, String>,
    script: Script,
    seconds: Arc<AtomicU64>,
    _serving: JoinSet<()>,
}

impl Player {
    pub(crate) async fn new(of: &str, document: &Value, transcript: &Value) -> Self {
        watch(SECRET);
        let dialect = Dialect::from_json(&document.to_string()).unwrap();
        let (script, mut serving) = (Script::default(), JoinSet::new());
        let backend = serve(Site::Backend, script.clone(), &mut serving).await;
        let app = serve(Site::App, script.clone(), &mut serving).await;
        let seconds = Arc::new(AtomicU64::new(NOW));
        let clock = Arc::clone(&seconds);
        let client = ServerClient::builder()
            .base_url(&backend)
            .app_url(&app)
            .dialect(dialect)
            .secrets([SECRET])
            .retry(retry(transcript))
            .clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst)))
            .build()
            .unwrap();
        let start = &transcript["start"];
        let mut names = HashMap::from([(app, "http://app.test".to_owned())]);
        let mut cookies: Vec<String> = start["cookies"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap()))
            .collect();
        if let Some(claims) = start.get("claims").filter(|claims| !claims.is_null()) {
            let (cookie, token) = cookie(&dialect, claims, NOW);
            cookies.push(cookie);
            names.extend(token.map(|token| (token, SESSION_TOKEN.to_owned())));
        }
        let mut headers = HeaderMap::new();
        if !cookies.is_empty() {
            headers.insert(COOKIE, HeaderValue::from_str(&cookies.join("; ")).unwrap());
        }
        let signed_in = start["access"].as_str().map(|access| {
            let refresh = start["refresh"].as_str().map(Secret::new);
            client.background().with_tokens(Tokens { access: Secret::new(access), refresh })
        });
        Self {
            it: format!("{of} {}", transcript["it"].as_str().unwrap()),
            api: signed_in.as_ref().map_or_else(|| client.incoming(&headers), SignedIn::api),
            signed_in,
            permissions: Permissions::default(),
            address: None,
            backend,
            dialect,
            has_app: document["identity"]["site"] == "app",
            names,
            script,
            seconds,
            _serving: serving,
        }
    }

    pub(crate) async fn play(mut self, transcript: &Value) {
        for act in transcript["acts"].as_array().unwrap() {
            self.seconds.fetch_add(act["later"].as_u64().unwrap_or(0), Ordering::SeqCst);
            self.script.begin(act, self.has_app, self.names.clone());
            let ended = self.perform(act).await;
            self.script.end(&self.it);
            self.judge(act, ended);
            self.check(&act["then"]).await;
        }
        self.check(&transcript["then"]).await;
    }

    fn judge(&self, act: &Value, ended: Result<Value, Error>) {
        match ended {
            Ok(data) => assert_eq!(act.get("yields"), Some(&data), "{}", self.it),
            Err(error) => {
                show_error(&error);
                show_text(&error.log_detail());
                let expected = act.get("fails").unwrap_or_else(|| panic!("{}: {error:?}", self.it));
                let mut failed = json!({ "code": error.code().name(), "message": error.message() });
                let wait = error.retry_after().map(|wait| u64::try_from(wait.as_millis()).unwrap());
                let more = [
                    ("attempts", json!(error.attempts())),
                    ("problem", json!(error.problem().map(problem))),
                    ("requestId", json!(error.request_id())),
                    ("retryAfter", json!(wait)),
                    ("sent", json!(error.sent().name())),
                    ("status", json!(error.status().map(|status| status.as_u16()))),
                ];
                for (name, value) in more.into_iter().filter(|(name, _)| expected.get(name).is_some()) {
                    failed[name] = value;
                }
                assert_eq!(&failed, expected, "{}", self.it);
            }
        }
    }

    async fn check(&self, then: &Value) {
        if let Some(kept) = then.get("tokens") {
            let tokens = self.signed_in.as_ref().and_then(SignedIn::tokens).map(|tokens| {
                json!({ "access": tokens.access.expose(), "refresh": tokens.refresh.as_ref().map(Secret::expose) })
            });
            assert_eq!(&tokens.unwrap_or_default(), kept, "{}: the tokens", self.it);
        }
        // Who it is otherwise the backend would have to be asked for.
        if then["session"] == "anonymous" {
            let session = self.api.session().await.unwrap();
            assert!(matches!(session, Session::Anonymous), "{}: the session", self.it);
        }
        for (code, may) in then["can"].as_object().into_iter().flatten() {
            assert_eq!(may, self.permissions.can(code), "{}: {code}", self.it);
        }
        if let Some(address) = then.get("address") {
            let led = self.address.as_ref().map(|address| address.replace(&self.backend, "http://backend.test"));
            assert_eq!(address, &json!(led), "{}: the address", self.it);
        }
    }

    pub(crate) const fn dialect(&self) -> &Dialect {
        &self.dialect
    }
}

/// How often requests are repeated by themselves: never, unless the transcript says it. The waits are the core's business.
fn retry(transcript: &Value) -> Retry {
    let attempts = transcript["attempts"].as_u64().and_then(|attempts| u8::try_from(attempts).ok());
    Retry { attempts: attempts.unwrap_or(1), ..Retry::DEFAULT }
}

fn problem(problem: &Problem) -> Value {
    let Problem { kind, title, detail, instance } = problem;
    let texts = [("title", title), ("detail", detail), ("instance", instance)];
    let mut shown: serde_json::Map<_, _> =
        texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?)))).collect();
    shown.insert("type".to_owned(), json!(kind));
    shown.into()
}

/// The session in the words of transcripts.
pub(crate) fn shown(session: &Session, expected: &Value) -> Value {
    let Some(session) = session.authenticated() else { return json!({ "status": "anonymous" }) };
    let mut user: Value = session.user().unwrap();
    // A signed token has to end; the claims of a transcript need not say when.
    if let Some(user) = user.as_object_mut().filter(|_| expected["user"].get("exp").is_none()) {
        user.remove("exp");
    }
    let mut shown = json!({ "status": "authenticated", "user": user });
    if expected.get("accessToken").is_some() {
        shown["accessToken"] = json!(session.access_token().map(Secret::expose));
    }
    shown
}

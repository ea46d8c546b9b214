//! Verbs, and what a proxy route forwards: passwords, refresh tokens, sessions and files stay where they were sent.

use axum::body::Body;
use http::Request;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;
use tower_service::Service as _;
use twinfetch_server_client::{Code, Dialect, Error, Proxy, Secret, ServerClient, Tokens};

use crate::axes::{Axes, Verb, canary};
use crate::recorder::Answer;
use crate::trusted;

/// The clients of one backend.
struct Clients {
    tokens: ServerClient,
    cookie: ServerClient,
}

/// How a verb ended, as far as it says something of a redirect.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    Well,
    Refused,
    Otherwise(Code),
    /// The browser is sent there, by a path.
    Relayed,
}

impl Clients {
    fn new(url: &str, axes: &Axes) -> Self {
        let builder = || ServerClient::builder().base_url(url);
        let cookies = Dialect::from_json(&axes.cookie_dialect.to_string()).unwrap();
        Self {
            tokens: builder().dialect(Dialect::dual_token()).without_secrets().build().unwrap(),
            cookie: builder().dialect(cookies).build().unwrap(),
        }
    }

    async fn perform(&self, verb: &Verb, canary: &str) -> Ended {
        let details = json!({ "email": "ada@example.com", "password": canary });
        let nobody = self.tokens.background();
        let pair = Tokens { access: Secret::new(canary), refresh: Some(Secret::new(canary)) };
        match (verb.verb.as_str(), verb.path.as_str()) {
            ("getSession", "/me") => {
                let cookie = HeaderValue::from_str(&format!("sid={canary}")).unwrap();
                ended(self.cookie.incoming(&HeaderMap::from_iter([(COOKIE, cookie)])).session().await)
            }
            ("getSession", _) => ended(nobody.with_tokens(pair).api().session().await),
            ("signIn", _) => ended(nobody.sign_in(&details).await),
            ("register", _) => ended(nobody.register(&details).await),
            ("refresh", _) => ended(nobody.refresh(canary).await),
            ("signOut", _) => {
                let signed_out = nobody.with_tokens(pair).api().sign_out().await.unwrap();
                ended(signed_out.cause.map_or(Ok(()), Err))
            }
            ("download", path) => self.forward("GET", path, canary).await,
            ("upload", path) => self.forward("POST", path, canary).await,
            other => panic!("unknown: {other:?}"),
        }
    }

    /// What a browser downloads or uploads goes through a proxy route.
    async fn forward(&self, method: &str, path: &str, canary: &str) -> Ended {
        let mut proxy = Proxy::builder(self.cookie.clone()).allow(path).allow("/to").build().unwrap();
        let request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        let request = request.header(COOKIE, format!("sid={canary}"));
        let body = if method == "POST" { Body::from(canary.to_owned()) } else { Body::empty() };
        let response = proxy.call(request.body(body).unwrap()).await.unwrap();
        match (response.status(), response.headers().get("location")) {
            (status, Some(location)) if status.is_redirection() => {
                assert_eq!(location, "/to");
                Ended::Relayed
            }
            (StatusCode::BAD_GATEWAY, None) => Ended::Refused,
            other => panic!("{other:?}"),
        }
    }
}

fn ended<T>(outcome: Result<T, Error>) -> Ended {
    match outcome.map_err(|error| error.code()) {
        Ok(_) => Ended::Well,
        // What a read of the session brings in another form than the dialect's is malformed, whatever it is.
        Err(Code::RedirectRefused | Code::SessionMalformed) => Ended::Refused,
        Err(code) => Ended::Otherwise(code),
    }
}

#[tokio::test]
async fn nothing_of_a_verb_or_a_file_goes_along_to_another_origin() {
    let Some(recorder) = trusted::recorder("verbs::nothing_of_a_verb_or_a_file_goes_along_to_another_origin").await
    else {
        return;
    };
    let axes = Axes::read();
    let (mut cases, mut at_home) = (0, 0);
    for (code, change) in axes.redirects() {
        let from = change.from(&recorder);
        let clients = Clients::new(&from, &axes);
        for verb in &axes.verbs {
            let canary = canary();
            recorder.answer(&verb.path, Answer::Redirect { code, location: format!("{}/to", change.to(&recorder)) });
            let ended = clients.perform(verb, &canary).await;
            let seen = recorder.take();
            let case = format!("{code}, {}, {} {}: {ended:?} {seen:?}", change.name, verb.verb, verb.path);
            assert!(seen.iter().all(|seen| seen.origin == from), "foreign: {case}");
            assert!(seen[0].bytes.contains(&canary), "nothing was sent: {case}");
            let is_proxied = matches!(verb.verb.as_str(), "download" | "upload");
            let expected = match change.foreign {
                true => (1, Ended::Refused),
                false if is_proxied => (1, Ended::Relayed),
                false => (2, Ended::Well),
            };
            assert_eq!((seen.len(), ended), expected, "{case}");
            cases += 1;
            at_home += seen.len();
        }
    }
    println!("verbs and files: {cases} cases, {at_home} requests at the origin, 0 at foreign origins");
    assert_eq!((cases, at_home), (360, 390));
}

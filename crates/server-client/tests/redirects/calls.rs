//! Calls with every credential.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use twinfetch_server_client::{Call, Code, Dialect, Error, Kind, ServerClient};

use crate::axes::{Axes, By, Change, Credential, canary};
use crate::recorder::{Answer, Seen};
use crate::trusted;

/// The clients of one backend, by what its users are known by.
struct Clients {
    bearer: ServerClient,
    cookie: ServerClient,
}

impl Clients {
    fn new(url: &str, axes: &Axes) -> Self {
        let cookies = Dialect::from_json(&axes.cookie_dialect.to_string()).unwrap();
        let of = |dialect| ServerClient::builder().base_url(url).dialect(dialect);
        Self { bearer: of(Dialect::authjs()).secrets(["s"]).build().unwrap(), cookie: of(cookies).build().unwrap() }
    }

    async fn call(&self, credential: &Credential, path: &str, canary: &str) -> Result<Value, Error> {
        let visitor = |cookie: &str| {
            let cookie = HeaderValue::from_str(&format!("{cookie}={canary}")).unwrap();
            self.cookie.incoming(&HeaderMap::from_iter([(COOKIE, cookie)]))
        };
        let api = match credential.by {
            By::Session => self.bearer.background().bearer(canary),
            By::Cookie => visitor("sid"),
            By::Mirrored => visitor("csrf"),
            _ => self.bearer.background(),
        };
        let call: Call<Value> = if credential.method == "GET" { api.get(path) } else { api.post(path) };
        match credential.by {
            By::Body => call.json(&json!({ "password": canary })).await,
            By::Header | By::Referrer => call.header(&credential.name, canary).await,
            By::Query => call.query("token", canary).await,
            By::Cookie | By::Mirrored | By::Session => call.await,
        }
    }
}

#[tokio::test]
async fn no_credential_of_a_call_goes_along_to_another_origin() {
    let Some(recorder) = trusted::recorder("calls::no_credential_of_a_call_goes_along_to_another_origin").await else {
        return;
    };
    let axes = Axes::read();
    let (mut cases, mut at_home, mut refused) = (0, 0, 0);
    for (code, change) in axes.redirects() {
        let clients = Clients::new(&change.from(&recorder), &axes);
        for credential in &axes.credentials {
            let (canary, path) = (canary(), format!("/{cases}/from"));
            let location = format!("{}/{cases}/to", change.to(&recorder));
            recorder.answer(&path, Answer::Redirect { code, location });
            let outcome = clients.call(credential, &path, &canary).await;
            let seen = recorder.take();
            let case = format!("{code}, {}, {}: {outcome:?} {seen:?}", change.name, credential.name);
            assert!(seen.iter().all(|seen| seen.origin == change.from(&recorder)), "foreign: {case}");
            judge(code, change, credential, &outcome, &seen, &canary).unwrap_or_else(|wrong| panic!("{wrong}: {case}"));
            cases += 1;
            at_home += seen.len();
            refused += usize::from(outcome.is_err());
        }
    }
    println!("calls: {cases} cases, {at_home} requests at the origin, 0 at foreign origins, {refused} refused");
    assert_eq!((cases, at_home, refused), (450, 450, 405));
}

/// Whether a call went as documented; otherwise what is wrong.
fn judge(
    code: u16,
    change: &Change,
    credential: &Credential,
    outcome: &Result<Value, Error>,
    seen: &[Seen],
    canary: &str,
) -> Result<(), &'static str> {
    let ensure = |holds: bool, wrong| if holds { Ok(()) } else { Err(wrong) };
    if let Err(error) = outcome {
        ensure(!format!("{error:?} {error} {}", error.log_detail()).contains(canary), "the error has the canary")?;
    }
    let ended = outcome.as_ref().err().map(|error| (error.kind(), error.code()));
    if credential.refused {
        let is_refusal = ended.is_some_and(|(_, code)| code == Code::CallInvalid);
        return ensure(seen.is_empty() && is_refusal, "the client's own header could be given");
    }
    let first = seen.first().ok_or("nothing was sent")?;
    ensure(first.bytes.contains(canary) && first.method == credential.method, "the credential was not sent at all")?;
    if change.foreign {
        ensure(seen.len() == 1, "the redirect was followed")?;
        return ensure(ended == Some((Kind::Rejected, Code::RedirectRefused)), "another outcome");
    }
    ensure(seen.len() == 2 && outcome.is_ok(), "a redirect within the origin was not followed")?;
    // Fetch, HTTP-redirect fetch, step 12.
    let is_get = credential.method == "GET" || code < 307;
    ensure(seen[1].method == if is_get { "GET" } else { "POST" }, "the wrong method")?;
    let body = if is_get { "" } else { &first.body };
    ensure(seen[1].body == body, "the wrong body")?;
    let typed = seen[1].bytes.to_ascii_lowercase().contains("content-type:");
    ensure(typed != body.is_empty(), "a type without a body, or a body without one")?;
    ensure(seen[1].bytes.contains(canary) || credential.by == By::Body && is_get, "the credential got lost on the way")
}

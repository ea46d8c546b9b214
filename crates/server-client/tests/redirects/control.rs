//! That the recorder sees a leak: a client which follows whatever it is told gives everything away, and is caught each time.

use reqwest::header::{COOKIE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};

use crate::axes::{Axes, By, Credential, canary};
use crate::recorder::{Answer, Recorder};
use crate::trusted;

/// A client that knows every name and trusts everybody.
fn careless() -> Client {
    let here = "127.0.0.1:0".parse().unwrap();
    let names = ["evil.localhost", "xn--pp-7kc.test"].into_iter();
    let client = Client::builder().no_proxy().redirect(Policy::none()).tls_danger_accept_invalid_certs(true);
    names.fold(client, |client, name| client.resolve(name, here)).build().unwrap()
}

fn request(client: &Client, url: &str, credential: &Credential, canary: &str) -> RequestBuilder {
    let method = Method::from_bytes(credential.method.as_bytes()).unwrap();
    let request = client.request(method, url);
    match credential.by {
        By::Session => request.bearer_auth(canary),
        By::Cookie => request.header(COOKIE, format!("sid={canary}")),
        By::Mirrored | By::Header | By::Referrer => request.header(&credential.name, canary),
        By::Body => request.body(canary.to_owned()),
        By::Query => request,
    }
}

/// Sends all of it again to wherever it is sent.
async fn follow(client: &Client, url: &str, credential: &Credential, canary: &str) {
    let answer = request(client, url, credential, canary).send().await.unwrap();
    let location = answer.headers()[LOCATION].to_str().unwrap().to_owned();
    request(client, &location, credential, canary).send().await.unwrap();
}

fn leaks(recorder: &Recorder, from: &str, canary: &str) -> usize {
    recorder.take().iter().filter(|seen| seen.origin != from && seen.bytes.contains(canary)).count()
}

#[tokio::test]
async fn a_client_that_follows_is_caught_in_every_case() {
    let Some(recorder) = trusted::recorder("control::a_client_that_follows_is_caught_in_every_case").await else {
        return;
    };
    let (axes, client) = (Axes::read(), careless());
    let mut caught = 0;
    for (code, change) in axes.redirects() {
        for credential in &axes.credentials {
            let (canary, from) = (canary(), change.from(&recorder));
            recorder.answer("/from", Answer::Redirect { code, location: format!("{}/to", change.to(&recorder)) });
            let query = if credential.by == By::Query { format!("?token={canary}") } else { String::new() };
            follow(&client, &format!("{from}/from{query}"), credential, &canary).await;
            let leaks = leaks(&recorder, &from, &canary);
            assert_eq!(leaks, usize::from(change.foreign), "{code}, {}, {}", change.name, credential.name);
            caught += leaks;
        }
    }
    println!("control: {caught} leaks of a careless client, all seen");
    assert_eq!(caught, 400);
}

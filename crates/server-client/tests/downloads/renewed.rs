//! A token that ends on the way is renewed once, and nobody notices.

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use serde_json::json;
use twinfetch_backend::{Options, SEEDED_ACCOUNTS, System};
use twinfetch_canary::{canary, watch};
use twinfetch_faults::{Cut, Fault, FaultServer, File, Rule, Script};
use twinfetch_server_client::{Api, Code, Dialect, ServerClient};

use crate::stage::take;

/// In a hundred parts, each is gone on with at once.
const SIZE: u64 = 7_000_000;

/// A real backend behind a proxy that cuts each answer into a hundredth; a token is good for so many requests of the file.
async fn behind_cuts(uses: u64) -> (twinfetch_backend::Server, FaultServer) {
    let options = Options { system: System::DualToken, issued: Some(watch), ..Options::default() };
    let backend = twinfetch_backend::serve(options).await.unwrap();
    let worn = Rule::new(Fault::Status { status: 401, retry_after: None }).path("/api/export").worn(uses);
    let cut = Rule::new(Fault::CutAnswer(Cut::after(SIZE / 100))).path("/api/export");
    let script = Script::default().rule(worn).rule(cut).backend(backend.url());
    (backend, FaultServer::start(script).await.unwrap())
}

fn ada() -> serde_json::Value {
    json!({ "email": SEEDED_ACCOUNTS[0].email, "password": watched(SEEDED_ACCOUNTS[0].password) })
}

fn watched(text: &str) -> &str {
    watch(text);
    text
}

/// The request of a browser that has a session of this server's own.
async fn browser(client: &ServerClient) -> Api {
    let entering = client.incoming(&HeaderMap::new());
    entering.sign_in(&ada()).await.unwrap();
    let mut response = HeaderMap::new();
    entering.relay(&mut response);
    let pairs = response.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap().split(';').next().unwrap());
    let cookie = pairs.collect::<Vec<_>>().join("; ");
    watch(&cookie);
    client.incoming(&HeaderMap::from_iter([(COOKIE, HeaderValue::try_from(cookie).unwrap())]))
}

async fn is_whole(api: &Api) {
    let call = api.get("/api/export").query("bytes", SIZE).query("name", "报告.bin");
    let file = call.download().await.unwrap();
    assert_eq!((file.name(), file.length(), file.etag()), ("报告.bin", Some(SIZE), Some("\"pattern-7000000\"")));
    take(file).await.is_whole(&File { size: SIZE, ..File::default() });
}

fn count(proxy: &FaultServer, path: &str) -> usize {
    proxy.record().requests.iter().filter(|seen| seen.path.split('?').next() == Some(path)).count()
}

#[tokio::test]
async fn f_72_a_token_that_ends_in_a_download_of_a_hundred_parts_is_renewed_once() {
    let (_backend, proxy) = behind_cuts(60).await;
    let builder = ServerClient::builder().base_url(proxy.url()).dialect(Dialect::dual_token());
    let client = builder.secrets([canary("secret")]).own_session().build().unwrap();
    is_whole(&browser(&client).await).await;
    assert_eq!((count(&proxy, "/auth/refresh"), count(&proxy, "/api/export")), (1, 101));
}

#[tokio::test]
async fn f_72_a_background_that_signed_in_renews_on_the_way_too() {
    let (_backend, proxy) = behind_cuts(30).await;
    let builder = ServerClient::builder().base_url(proxy.url()).dialect(Dialect::dual_token());
    let client = builder.secrets([canary("secret")]).build().unwrap();
    let signed_in = client.background().sign_in(&ada()).await.unwrap();
    is_whole(&signed_in.api()).await;
    assert_eq!((count(&proxy, "/auth/refresh"), count(&proxy, "/api/export")), (3, 103));
}

#[tokio::test]
async fn f_72_who_signs_out_on_the_way_gets_no_more() {
    let (_backend, proxy) = behind_cuts(1_000).await;
    let builder = ServerClient::builder().base_url(proxy.url()).dialect(Dialect::dual_token());
    let client = builder.secrets([canary("secret")]).own_session().build().unwrap();
    let api = browser(&client).await;
    let file = api.get("/api/export").query("bytes", SIZE).download().await.unwrap();
    api.sign_out().await.unwrap();
    let error = take(file).await.error.unwrap();
    assert_eq!((error.code(), error.attempts()), (Code::BodyTruncated, 1));
    assert_eq!(count(&proxy, "/api/export"), 1);
}

#[tokio::test]
async fn f_72_cookies_that_are_passed_on_are_shown_with_every_part() {
    let cut = File { size: SIZE, cut: Some(Cut::after(SIZE / 4)), ..File::default() };
    let server = FaultServer::start(Script::always(Fault::File(cut.clone()))).await.unwrap();
    let dialect = json!({
        "credential": { "kind": "cookie", "forward": ["sid"] },
        "identity": {
            "kind": "endpoint", "site": "backend", "path": "/me", "absent": ["401"],
            "session": { "user": "/user" }, "notices": []
        },
        "seal": { "kind": "none" },
        "renewal": { "kind": "none" },
        "envelope": { "kind": "bare", "message": "/message" },
        "signIn": { "kind": "json", "path": "/login" },
        "signOut": { "kind": "json", "path": "/logout" }
    });
    let dialect = Dialect::from_json(&dialect.to_string()).unwrap();
    let client = ServerClient::builder().base_url(server.url()).dialect(dialect).build().unwrap();
    let session = format!("sid={}", canary("session"));
    let cookie = HeaderValue::try_from(format!("{session}; other=1")).unwrap();
    let api = client.incoming(&HeaderMap::from_iter([(COOKIE, cookie)]));
    take(api.get("/file").download().await.unwrap()).await.is_whole(&cut);
    let record = server.record();
    assert_eq!(record.total, 4);
    for seen in &record.requests {
        assert_eq!((seen.header("cookie"), seen.header("authorization")), (Some(&*session), None));
    }
}

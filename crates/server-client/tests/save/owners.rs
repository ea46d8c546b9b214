//! Whose file a part is of.

use http::HeaderMap;
use http::header::COOKIE;
use serde_json::json;
use twinfetch_canary::canary;
use twinfetch_faults::{Cut, File};
use twinfetch_server_client::{Api, Call, Dialect, Retry, Saved, ServerClient};

use crate::stage::{Stage, file, serves};

const SIZE: u64 = 600_000;
const KEPT: u64 = 300_000;

/// A visitor whose cookie is passed on to the backend.
fn visitor(stage: &Stage, cookie: &str) -> Api {
    let dialect = json!({
        "credential": { "kind": "cookie", "forward": ["sid"] },
        "identity": {
            "kind": "endpoint", "site": "backend", "path": "/me", "absent": ["401"],
            "session": { "user": "/user" }, "notices": []
        },
        "seal": { "kind": "none" },
        "renewal": { "kind": "none" },
        "envelope": { "kind": "bare", "message": "/message" },
        "csrf": { "kind": "mirrored", "cookie": "csrf", "header": "X-CSRF" },
        "signIn": { "kind": "json", "path": "/login" },
        "signOut": { "kind": "json", "path": "/logout" }
    });
    let dialect = Dialect::from_json(&dialect.to_string()).unwrap();
    let client = ServerClient::builder()
        .base_url(stage.server.url())
        .dialect(dialect)
        .app_url("http://localhost:3000")
        .build()
        .unwrap();
    client.incoming(&HeaderMap::from_iter([(COOKIE, format!("sid={cookie}").parse().unwrap())]))
}

fn get(api: &Api) -> Call<Saved> {
    api.get("/export").retry(Retry::NONE)
}

/// How much of what the one has left the other goes on with.
async fn kept(stage: &Stage, one: &Api, other: &Api) -> u64 {
    stage.server.play(serves(&File { cut: Some(Cut::after(KEPT)), ..file(SIZE) }));
    get(one).download_to(stage.path("f")).await.unwrap_err();
    stage.server.play(serves(&file(SIZE)));
    let saved = get(other).download_to(stage.path("f")).await.unwrap();
    stage.has("f", &file(SIZE));
    std::fs::remove_file(stage.path("f")).unwrap();
    saved.kept
}

#[tokio::test]
async fn a_visitor_does_not_get_the_part_of_another() {
    let stage = Stage::new(&file(SIZE)).await;
    let (ada, grace) = (canary("ada"), canary("grace"));
    assert_eq!(kept(&stage, &visitor(&stage, ada), &visitor(&stage, grace)).await, 0);
    assert_eq!(kept(&stage, &visitor(&stage, ada), &stage.api).await, 0);
    assert_eq!(kept(&stage, &visitor(&stage, ada), &visitor(&stage, ada)).await, KEPT);
}

/// A script's token is another one the next day.
#[tokio::test]
async fn a_service_goes_on_with_its_part_under_a_newer_token() {
    let stage = Stage::new(&file(SIZE)).await;
    let newer = stage.api.bearer(canary("newer"));
    assert_eq!(kept(&stage, &stage.api, &newer).await, KEPT);
}

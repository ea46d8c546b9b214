//! The cookie of an own session: what is written, and what is believed.

use http::HeaderValue;
use serde_json::{Value, json};
use twinfetch_core::cookie::{Broken, MAX_CHUNKS};
use twinfetch_core::seal::{SealError, SealVersion, SessionError};
use twinfetch_server_client::{Api, Code, Dialect, Kind, Sent, ServerClient, SignedIn};

use super::backend::{Backend, tokens};
use super::{NAME, NOW, SECRET, SIGNED_IN, client, content, kept, request, sealed, settings, token};
use crate::stage::{seal, with_cookie};

async fn sign_in(api: &Api, user: &str) -> SignedIn {
    api.sign_in(&json!({ "email": user, "password": "p" })).await.unwrap()
}

fn texts(lines: &[HeaderValue]) -> Vec<&str> {
    lines.iter().map(|line| line.to_str().unwrap()).collect()
}

/// A user whose tokens are so long that their session takes several cookies.
fn long(bytes: usize) -> String {
    format!("ada{}", "x".repeat(bytes))
}

#[tokio::test]
async fn c_08_the_cookie_is_for_the_server_alone() {
    let backend = Backend::new().await;
    let api = client(&backend).incoming(&http::HeaderMap::new());
    sign_in(&api, "ada").await;
    let lines = api.set_cookies();
    let [line] = texts(&lines)[..] else { panic!("{}", lines.len()) };
    let (value, attributes) = line.split_once(';').unwrap();
    assert!(value.starts_with("twinfetch.session=ey"), "{value}");
    // Thirty days after the sign-in.
    assert_eq!(attributes, " Path=/; Expires=Tue, 15 Jul 2025 16:06:40 GMT; HttpOnly; SameSite=Lax");
    assert!(lines.iter().all(HeaderValue::is_sensitive));

    for builder in [ServerClient::builder(), ServerClient::builder().app_url("https://app.example")] {
        let builder = builder.base_url(backend.url()).dialect(Dialect::dual_token()).secrets([SECRET]).own_session();
        let api = builder.build().unwrap().incoming(&http::HeaderMap::new());
        sign_in(&api, "ada").await;
        let lines = api.set_cookies();
        let line = texts(&lines)[0];
        assert!(line.starts_with("__Host-twinfetch.session=") && line.ends_with("; HttpOnly; Secure; SameSite=Lax"));
        assert!(line.contains("; Path=/;") && !line.contains("Domain"), "{line}");
    }
}

#[tokio::test]
async fn the_content_is_sealed_as_auth_js_seals() {
    let backend = Backend::new().await;
    let api = client(&backend).incoming(&http::HeaderMap::new());
    sign_in(&api, "ada").await;
    let line = api.set_cookies();
    assert!(!texts(&line)[0].contains("ada"));
    let mut content = kept(&line).unwrap();
    let id = content["sid"].take();
    assert_eq!(id.as_str().unwrap().len(), 36);
    let expected = json!({
        "purpose": "twinfetch session",
        "sid": null,
        "generation": 0,
        "auth_time": NOW,
        "iat": NOW,
        "exp": NOW + 30 * 24 * 3_600,
        "access_token": token("ada", "access", 1),
        "refresh_token": token("ada", "refresh", 1),
    });
    assert_eq!(content, expected);
    let other = client(&backend).incoming(&http::HeaderMap::new());
    sign_in(&other, "ada").await;
    assert_ne!(kept(&other.set_cookies()).unwrap()["sid"], id, "each sign-in is a session of its own");
}

#[tokio::test]
async fn s_45_a_renewal_does_not_make_a_session_live_longer() {
    let backend = Backend::new().await;
    let client = settings(backend.url()).session_max_age(std::time::Duration::from_hours(2)).build().unwrap();
    let api = client.incoming(&super::stale("ada"));
    api.get::<Value>("/page").await.unwrap();
    let content = kept(&api.set_cookies()).unwrap();
    assert_eq!((&content["auth_time"], &content["exp"]), (&json!(SIGNED_IN), &json!(SIGNED_IN + 7_200)));
    let mut over = super::content("ada", 1);
    over["exp"] = (NOW - 60).into();
    let api = client.incoming(&sealed(&over));
    assert!(!api.session().await.unwrap().is_authenticated());
    assert_eq!(api.session_refusal(), Some(SessionError::Seal(SealError::Expired)));
    assert_eq!(texts(&api.set_cookies()), ["twinfetch.session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]);
}

#[tokio::test]
async fn c_04_a_long_session_takes_several_cookies() {
    let backend = Backend::new().await;
    let client = client(&backend);
    let user = long(3_000);
    let api = client.incoming(&http::HeaderMap::new());
    sign_in(&api, &user).await;
    let lines = api.set_cookies();
    let names: Vec<_> = texts(&lines).iter().map(|line| line.split('=').next().unwrap().to_owned()).collect();
    assert_eq!(names, ["twinfetch.session.0", "twinfetch.session.1", "twinfetch.session.2"]);
    assert!(texts(&lines).iter().all(|line| line.len() < 4_096));
    let pairs: Vec<_> = texts(&lines).iter().map(|line| line.split(';').next().unwrap().to_owned()).collect();
    let next = client.incoming(&with_cookie(&pairs.join("; ")));
    let page: Value = next.get("/page").await.unwrap();
    assert_eq!(page["id"], user);
}

#[tokio::test]
async fn c_02_stale_chunks_are_cleared_and_strangers_stay() {
    let backend = Backend::new().await;
    let client = client(&backend);
    // Another's session was larger.
    let old = seal(SealVersion::V5, SECRET, NAME, &content(&long(6_000), 1));
    let chunks: Vec<String> =
        old.as_bytes().chunks(3_936).map(|chunk| String::from_utf8(chunk.to_vec()).unwrap()).collect();
    let pairs: Vec<_> = chunks.iter().enumerate().map(|(index, chunk)| format!("{NAME}.{index}={chunk}")).collect();
    let received = format!("{}; {NAME}-backup=b; theme=dark", pairs.join("; "));
    let api = client.incoming(&with_cookie(&received));
    assert_eq!(api.get::<Value>("/page").await.unwrap()["id"], long(6_000));
    sign_in(&api, "ada").await;
    let lines = api.set_cookies();
    let written: Vec<_> = texts(&lines).iter().map(|line| line.split(';').next().unwrap().len()).collect();
    assert_eq!(texts(&lines).len(), chunks.len() + 1);
    assert_eq!(written.iter().filter(|length| **length == format!("{NAME}.0=").len()).count(), chunks.len());
    assert_eq!(kept(&lines).unwrap()["access_token"], token("ada", "access", 1));
}

#[tokio::test]
async fn c_02_half_a_session_is_nobodys_and_is_cleared() {
    let backend = Backend::new().await;
    let client = client(&backend);
    let api = client.incoming(&with_cookie(&format!("{NAME}.1=abc; {NAME}.2=def")));
    assert!(!api.session().await.unwrap().is_authenticated());
    assert_eq!(api.session_refusal(), Some(SessionError::Cookie(Broken::ChunkMissing { index: 0 })));
    assert_eq!(api.set_cookies().len(), 2);
    assert_eq!(kept(&api.set_cookies()), None);
    assert_eq!(backend.hits(), 0);
}

#[tokio::test]
async fn c_04_a_session_that_is_too_large_is_an_error_before_anything_is_set() {
    let backend = Backend::new().await;
    let client = client(&backend);
    let api = client.incoming(&request("grace", 1));
    let credentials = json!({ "email": long(25_000), "password": "p" });
    let error = api.sign_in(&credentials).await.unwrap_err();
    assert_eq!((error.code(), error.kind()), (Code::SessionTooLarge, Kind::Config));
    assert_eq!((error.sent(), error.attempts()), (Sent::Acknowledged, 1), "the backend has signed them in");
    assert!(api.set_cookies().is_empty(), "grace's session is as it was");
    let fits = client.incoming(&http::HeaderMap::new());
    sign_in(&fits, &long(10_000)).await;
    assert!((2..=MAX_CHUNKS).contains(&fits.set_cookies().len()));
}

#[tokio::test]
async fn c_04_a_renewal_that_brings_too_much_is_an_error_and_sets_nothing() {
    let backend = Backend::new().await;
    backend.give(tokens(&long(30_000), 2));
    let api = client(&backend).incoming(&super::stale("ada"));
    assert_eq!(api.get::<Value>("/page").await.unwrap_err().code(), Code::SessionTooLarge);
    assert!(api.set_cookies().is_empty());
}

#[tokio::test]
async fn x_03_a_cookie_of_another_kind_is_no_session() {
    let backend = Backend::new().await;
    let client = client(&backend);
    let good = content("ada", 1);
    let auth_js = seal(SealVersion::V5, SECRET, "authjs.session-token", &good);
    let auth_js_v4 = seal(SealVersion::V4, SECRET, "", &good);
    let secure = seal(SealVersion::V5, SECRET, "__Host-twinfetch.session", &good);
    let flow = seal(SealVersion::V5, SECRET, "twinfetch sign-in flow of a at b", &good);
    for token in [auth_js, auth_js_v4, secure, flow] {
        let api = client.incoming(&with_cookie(&format!("{NAME}={token}")));
        assert!(!api.session().await.unwrap().is_authenticated());
        assert!(api.session_refusal().is_some() && api.set_cookies().is_empty());
    }
    // Nor is the session one of another kind.
    let own = seal(SealVersion::V5, SECRET, NAME, &good);
    let of_auth_js = ServerClient::builder().secrets([SECRET]).build().unwrap();
    for name in ["authjs.session-token", "__Secure-authjs.session-token"] {
        let api = of_auth_js.incoming(&with_cookie(&format!("{name}={own}")));
        assert!(!api.session().await.unwrap().is_authenticated());
        assert!(api.session_refusal().is_some());
    }
}

#[tokio::test]
async fn x_06_a_content_that_is_not_as_it_was_written_is_refused() {
    let client = settings("http://localhost:1").build().unwrap();
    let with = |name: &str, value: Value| {
        let mut content = content("ada", 1);
        content[name] = value;
        content
    };
    for name in ["purpose", "sid", "generation", "auth_time", "iat", "exp", "access_token"] {
        let mut without = content("ada", 1);
        without.as_object_mut().unwrap().remove(name);
        let values = [json!(null), json!([]), json!({}), json!(true), json!(-1), json!(1.5), json!(""), json!("\n")];
        for content in values.into_iter().map(|value| with(name, value)).chain([without]) {
            let api = client.incoming(&sealed(&content));
            assert!(!api.session().await.unwrap().is_authenticated(), "{content}");
            assert!(matches!(api.session_refusal(), Some(SessionError::Seal(_))), "{content}");
        }
    }
    let odd = client.incoming(&sealed(&with("refresh_token", json!(["r"]))));
    assert!(!odd.session().await.unwrap().is_authenticated());
}

#[tokio::test]
async fn j_10_the_secret_before_opens_and_the_new_one_seals() {
    let (backend, newer) = (Backend::new().await, twinfetch_canary::canary("secret"));
    let client = settings(backend.url()).secrets([newer, SECRET]).build().unwrap();
    let api = client.incoming(&super::stale("ada"));
    api.get::<Value>("/page").await.unwrap();
    let line = api.set_cookies();
    let pair = texts(&line)[0].split(';').next().unwrap().to_owned();
    let only_new = settings(backend.url()).secrets([newer]).build().unwrap();
    assert_eq!(only_new.incoming(&with_cookie(&pair)).get::<Value>("/page").await.unwrap()["id"], "ada");
    let only_old = super::client(&backend).incoming(&with_cookie(&pair));
    assert!(!only_old.session().await.unwrap().is_authenticated());
    assert!(only_old.set_cookies().is_empty(), "another server may know the secret");
}

#[tokio::test]
async fn no_other_credential_of_a_visitor_counts() {
    let backend = Backend::new().await;
    let client = client(&backend);
    let mut headers = with_cookie("accessToken=ada-access-1; __Host-twinfetch.session=x; twinfetch.session=");
    headers.insert("authorization", HeaderValue::from_static("Bearer ada-access-1"));
    let api = client.incoming(&headers);
    assert!(!api.session().await.unwrap().is_authenticated());
    assert_eq!(api.get::<Value>("/page").await.unwrap_err().code(), Code::Unauthorized);
    assert!(api.set_cookies().is_empty());
}

proptest::proptest! {
    #[test]
    fn x_05_no_cookie_stops_the_server(
        parts in proptest::collection::vec("[A-Za-z0-9._%=-]{0,60}", 1..7),
        name in "(twinfetch[.]session|__Host-twinfetch[.]session)([.][0-9]{0,3})?",
    ) {
        use futures_util::FutureExt as _;
        let client = settings("http://localhost:1").build().unwrap();
        let pairs: Vec<_> = parts.iter().map(|part| format!("{name}={part}")).collect();
        let api = client.incoming(&with_cookie(&pairs.join("; ")));
        let session = api.session().now_or_never().unwrap();
        proptest::prop_assert!(!session.unwrap().is_authenticated());
    }
}

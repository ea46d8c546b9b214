//! What holds for every system.

use reqwest::Method;
use serde_json::{Value, json};
use twinfetch_backend::{Options, PASSWORD, System};

use crate::running::{ORIGIN, Running, body, header};

/// How one signs in to a system, where the token is in the answer, where one asks who it is, and what the ledger says.
fn sign_in(system: System) -> (&'static str, Value, &'static str, &'static str, &'static str) {
    let (email, password) = ("ada@example.com", "lovelace-1843");
    match system {
        System::Authjs => {
            let credentials = json!({ "username": "ada", "password": password });
            ("/api/auth/login", credentials, "/accessToken", "/api/me", "ada")
        }
        System::DualToken => {
            let credentials = json!({ "email": email, "password": password });
            ("/auth/login", credentials, "/data/accessToken", "/auth/me", "ada")
        }
        System::CookieJwt => {
            let credentials = json!({ "email": email, "password": password });
            ("/auth/login", credentials, "/data/token", "/auth/session", "ada")
        }
        System::SingleUser => ("/auth/login", json!({ "password": PASSWORD }), "/data/token", "/auth/me", "admin"),
        System::OauthCookie => {
            let identity = json!({ "issuer": "https://issuer.example", "subject": "1", "email": email });
            ("/test/session", identity, "", "/api/auth/profile", "ada@example.com")
        }
    }
}

/// Signs in and gives the token.
async fn token(backend: &Running, system: System) -> String {
    let (path, credentials, place, ..) = sign_in(system);
    let answer = backend.post(path).json(&credentials).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    if place.is_empty() {
        let cookie = header(&answer, "set-cookie").split(';').next().unwrap();
        return cookie.strip_prefix("app_session=").unwrap().to_owned();
    }
    answer.json::<Value>().await.unwrap().pointer(place).unwrap().as_str().unwrap().to_owned()
}

async fn status(backend: &Running, system: System, token: &str) -> u16 {
    backend.get(sign_in(system).3).bearer_auth(token).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn every_system_counts_calls_by_user_and_fails_on_demand() {
    for system in System::ALL {
        let backend = Running::of(system).await;
        let (_, _, _, path, user) = sign_in(system);
        let token = token(&backend, system).await;
        assert_eq!(status(&backend, system, &token).await, 200);
        let calls = body(backend.get("/test/calls").send().await.unwrap(), 200).await;
        let mut calls = calls["calls"].as_array().unwrap().iter();
        assert!(calls.any(|call| call["path"] == path && call["user"] == user), "{system:?}");

        let fault = json!({ "path": path, "status": 503 });
        backend.request(Method::PUT, "/test/fault").json(&fault).send().await.unwrap();
        assert_eq!(status(&backend, system, &token).await, 503);
        assert_eq!(status(&backend, system, &token).await, 200);
    }
}

#[tokio::test]
async fn every_system_wraps_the_resources_in_its_own_way() {
    for system in System::ALL {
        let backend = Running::of(system).await;
        let token = token(&backend, system).await;
        let data = match system {
            System::Authjs | System::OauthCookie => "",
            _ => "/data",
        };
        let draft = json!({ "title": "南京" });
        let created = backend.post("/api/posts").bearer_auth(&token).json(&draft).send().await.unwrap();
        let created = body(created, 201).await;
        let post = created.pointer(data).unwrap();
        assert_eq!((&post["title"], &post["author"]), (&json!("南京"), &json!(sign_in(system).4)), "{system:?}");
        let posts = backend.get("/api/posts").bearer_auth(&token).send().await.unwrap();
        assert_eq!(&body(posts, 200).await.pointer(data).unwrap()[0], post, "{system:?}");
        let file = backend.post("/api/files?name=a.txt").bearer_auth(&token).body("abc").send().await.unwrap();
        assert_eq!(body(file, 201).await.pointer(data).unwrap()["size"], 3, "{system:?}");
    }
}

#[tokio::test]
async fn every_system_sends_a_file_bare_and_refuses_one_in_its_own_way() {
    for system in System::ALL {
        let backend = Running::of(system).await;
        let token = token(&backend, system).await;
        let file = backend.get("/api/export?bytes=5").bearer_auth(&token).send().await.unwrap();
        assert!(header(&file, "content-disposition").starts_with("attachment"));
        assert_eq!(file.bytes().await.unwrap().len(), 5, "{system:?}");
        let part =
            backend.get("/api/export?bytes=5").bearer_auth(&token).header("range", "bytes=2-").send().await.unwrap();
        assert_eq!((part.status().as_u16(), header(&part, "content-range")), (206, "bytes 2-4/5"), "{system:?}");

        let of_file = body(backend.get("/api/export").send().await.unwrap(), 401).await;
        let of_caller = body(backend.get(sign_in(system).3).send().await.unwrap(), 401).await;
        let form = |refusal: &Value| refusal.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(form(&of_file), form(&of_caller), "{system:?}");
        assert_eq!(of_file["message"], of_caller["message"], "{system:?}");
    }
}

#[tokio::test]
async fn an_empty_secret_is_refused_at_the_start() {
    for secrets in [&[""][..], &["new", ""]] {
        let secrets = secrets.iter().map(|&secret| secret.to_owned()).collect();
        let error = twinfetch_backend::serve(Options { secrets, ..Options::default() }).await.unwrap_err();
        assert_eq!(error.to_string(), "a secret is empty");
    }
}

#[tokio::test]
async fn pages_send_cookies_only_to_systems_that_have_some() {
    for system in System::ALL {
        let backend = Running::of(system).await;
        let answer = backend.get("/nothing").header("origin", ORIGIN).send().await.unwrap();
        assert_eq!(header(&answer, "access-control-allow-origin"), ORIGIN);
        let allowed = answer.headers().get("access-control-allow-credentials").is_some();
        assert_eq!(allowed, matches!(system, System::CookieJwt | System::OauthCookie), "{system:?}");
    }
}

#[tokio::test]
async fn a_changed_secret_ends_the_sessions_unless_the_old_one_stays_in_the_list() {
    for system in System::ALL {
        let of = |secrets: &[&str]| {
            let secrets = secrets.iter().map(|&secret| secret.to_owned()).collect();
            let database = Some(database(system));
            Running::with(Options { secrets, database, ..Running::options(system) })
        };
        let old = token(&of(&["old"]).await, system).await;
        assert_eq!(status(&of(&["old"]).await, system, &old).await, 200, "{system:?} after a restart");
        assert_eq!(status(&of(&["new"]).await, system, &old).await, 401, "{system:?}");
        let both = of(&["new", "old"]).await;
        assert_eq!(status(&both, system, &old).await, 200, "{system:?}");
        let new = token(&both, system).await;
        assert_eq!(status(&of(&["new"]).await, system, &new).await, 200, "{system:?} signs with the newest");
        std::fs::remove_file(database(system)).unwrap();
    }
}

#[tokio::test]
async fn without_a_secret_no_system_takes_the_token_of_another() {
    let file = std::env::temp_dir().join(format!("twinfetch-shared-{}.sqlite", std::process::id()));
    let of = |system| Running::with(Options { database: Some(file.clone()), ..Running::options(system) });
    let token = token(&of(System::Authjs).await, System::Authjs).await;
    assert_eq!(status(&of(System::Authjs).await, System::Authjs, &token).await, 200);
    assert_eq!(status(&of(System::DualToken).await, System::DualToken, &token).await, 401);
    std::fs::remove_file(file).unwrap();
}

fn database(system: System) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("twinfetch-{}-{}.sqlite", system.name(), std::process::id()))
}

use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use serde_json::{Value, json};

use super::provider::Provider;
use super::{attributes, read, start};
use crate::running::{ORIGIN, Running, body, header, refusal};

/// Somebody on the way to the provider.
struct Visit {
    http: Client,
    callback: String,
    /// The name and value of the cookie that waits.
    cookie: String,
    sent: Url,
}

impl Visit {
    async fn begin(backend: &Running, query: &str) -> Self {
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        let start = format!("{}/api/auth/google", backend.url());
        let answer = http.get(format!("{start}{query}")).send().await.unwrap();
        assert_eq!(answer.status(), 302);
        let cookie = header(&answer, "set-cookie").split(';').next().unwrap().to_owned();
        let sent = header(&answer, "location").parse().unwrap();
        Self { http, callback: format!("{start}/callback"), cookie, sent }
    }

    fn asked(&self, name: &str) -> String {
        self.sent.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
    }

    /// Comes back with these parameters.
    async fn back(&self, parameters: &[(&str, &str)]) -> Response {
        self.http.get(&self.callback).query(parameters).header("cookie", &self.cookie).send().await.unwrap()
    }

    /// Comes back as the provider sends one back.
    async fn back_with(&self, code: &str) -> Response {
        self.back(&[("code", code), ("state", &self.asked("state"))]).await
    }
}

/// Signs in at the provider, and gives the session.
async fn sign_in(provider: &Provider, backend: &Running) -> String {
    let visit = Visit::begin(backend, "").await;
    let answer = visit.back_with(&provider.code(&visit.sent)).await;
    assert_eq!(answer.status(), 302);
    let mut cookies = answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let session = cookies.find_map(|cookie| cookie.strip_prefix("app_session=")).unwrap();
    session.split(';').next().unwrap().to_owned()
}

/// The message of a refusal that sets no session and takes what waited away.
async fn refused(answer: Response, status: u16) -> String {
    assert!(attributes(&answer, "oauth_sign_in").contains(&"Max-Age=0"));
    assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 1);
    refusal(answer, status).await
}

#[tokio::test]
async fn the_start_sends_state_nonce_and_challenge_and_seals_what_waits() {
    let provider = Provider::start().await;
    let backend = provider.backend().await;
    let http = Client::builder().redirect(Policy::none()).build().unwrap();
    let answer = http.get(format!("{}/api/auth/google", backend.url())).send().await.unwrap();
    let expected = ["HttpOnly", "Max-Age=600", "Path=/api/auth/google", "SameSite=Lax", "Secure"];
    assert_eq!(attributes(&answer, "oauth_sign_in"), expected);

    let visit = Visit::begin(&backend, "").await;
    assert_eq!((visit.asked("response_type"), visit.asked("code_challenge_method")), ("code".into(), "S256".into()));
    assert_eq!(visit.asked("scope"), "openid email profile");
    assert_eq!(visit.asked("redirect_uri"), format!("{}/api/auth/google/callback", backend.url()));
    for secret in ["state", "nonce", "code_challenge"] {
        assert!(visit.asked(secret).len() >= 22 && !visit.cookie.contains(&visit.asked(secret)));
    }
    assert_ne!(Visit::begin(&backend, "").await.asked("state"), visit.asked("state"));
}

#[tokio::test]
async fn who_comes_back_from_the_provider_is_signed_in() {
    let provider = Provider::start().await;
    let backend = provider.backend().await;
    let visit = Visit::begin(&backend, "").await;
    let answer = visit.back_with(&provider.code(&visit.sent)).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (302, ORIGIN));
    assert!(attributes(&answer, "app_session").contains(&"HttpOnly"));
    assert!(attributes(&answer, "oauth_sign_in").contains(&"Max-Age=0"));

    let session = sign_in(&provider, &backend).await;
    let user = body(read(&backend, "/api/auth/me", &session).await, 200).await;
    assert_eq!(user["email"], "john@example.com");
    assert_eq!((&user["nickname"], &user["avatarUrl"]), (&json!("John Doe"), &json!("https://example.com/a.png")));
    let again = sign_in(&provider, &backend).await;
    assert_eq!(body(read(&backend, "/api/auth/me", &again).await, 200).await["id"], user["id"]);
}

#[tokio::test]
async fn the_way_back_is_kept_if_it_is_our_own() {
    let provider = Provider::start().await;
    let backend = provider.backend().await;
    let visit = Visit::begin(&backend, "?returnTo=/journeys%3Fpage=2").await;
    let answer = visit.back_with(&provider.code(&visit.sent)).await;
    assert_eq!(header(&answer, "location"), format!("{ORIGIN}/journeys?page=2"));
    for foreign in ["//evil.example", "https://evil.example", "/%5Cevil.example"] {
        let answer = backend.get(&format!("/api/auth/google?returnTo={foreign}")).send().await.unwrap();
        assert_eq!(refusal(answer, 400).await, "returnTo 必须是本站路径");
    }
}

#[tokio::test]
async fn a_state_that_is_missing_foreign_or_used_is_refused() {
    let provider = Provider::start().await;
    let backend = provider.backend().await;
    let (visit, other) = (Visit::begin(&backend, "").await, Visit::begin(&backend, "").await);
    let code = provider.code(&visit.sent);
    let message = refused(visit.back(&[("code", &code)]).await, 400).await;
    assert_eq!(message, "登录请求无效或已过期，请重新登录");
    refused(visit.back(&[("code", &code), ("state", &other.asked("state"))]).await, 400).await;
    let stranger = Visit { cookie: "oauth_sign_in=garbage".to_owned(), ..Visit::begin(&backend, "").await };
    refused(stranger.back_with(&code).await, 400).await;

    assert_eq!(visit.back_with(&code).await.status(), 302);
    provider.code(&visit.sent);
    refused(visit.back_with(&code).await, 400).await;
}

#[tokio::test]
async fn a_code_that_is_missing_or_unknown_signs_nobody_in() {
    let provider = Provider::start().await;
    let backend = provider.backend().await;
    let visit = Visit::begin(&backend, "").await;
    refused(visit.back(&[("state", &visit.asked("state"))]).await, 400).await;
    let visit = Visit::begin(&backend, "").await;
    assert_eq!(refused(visit.back_with("unknown").await, 401).await, "登录失败，请重新登录");
}

#[tokio::test]
async fn a_code_of_another_visit_fails_for_its_verifier() {
    let provider = Provider::start().await;
    let backend = provider.backend().await;
    let (visit, other) = (Visit::begin(&backend, "").await, Visit::begin(&backend, "").await);
    refused(visit.back_with(&provider.code(&other.sent)).await, 401).await;
}

#[tokio::test]
async fn an_error_of_the_provider_is_not_repeated() {
    let provider = Provider::start().await;
    let backend = provider.backend().await;
    let visit = Visit::begin(&backend, "").await;
    let state = visit.asked("state");
    let answer = visit.back(&[("error", "access_denied"), ("error_description", "<b>"), ("state", &state)]).await;
    assert_eq!(refused(answer, 400).await, "登录已取消或被拒绝");
}

#[tokio::test]
async fn an_id_token_with_one_wrong_claim_signs_nobody_in() {
    let provider = Provider::start().await;
    let backend = provider.backend().await;
    for twist in [
        json!({ "iss": "https://other.example" }),
        json!({ "aud": "another-client" }),
        json!({ "aud": Value::Null }),
        json!({ "nonce": "another" }),
        json!({ "nonce": Value::Null }),
        json!({ "exp": 1_700_000_000 }),
        json!({ "exp": Value::Null }),
    ] {
        provider.twist(twist.clone());
        let visit = Visit::begin(&backend, "").await;
        let answer = visit.back_with(&provider.code(&visit.sent)).await;
        assert_eq!(refused(answer, 401).await, "登录失败，请重新登录", "{twist}");
    }
}

#[tokio::test]
async fn an_id_token_under_another_key_signs_nobody_in() {
    let provider = Provider::start().await;
    let backend = provider.backend().await;
    provider.sign_with_another_key();
    let visit = Visit::begin(&backend, "").await;
    refused(visit.back_with(&provider.code(&visit.sent)).await, 401).await;
}

#[tokio::test]
async fn without_a_provider_the_start_fails_and_says_nothing_of_the_cause() {
    let answer = start().await.get("/api/auth/google").send().await.unwrap();
    assert_eq!(refusal(answer, 500).await, "服务器内部错误");
}

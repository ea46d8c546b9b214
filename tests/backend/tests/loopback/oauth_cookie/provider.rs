//! An OpenID provider that says of everybody what the test wants.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use twinfetch_backend::{OpenIdProvider, Options, System};

use crate::running::{ORIGIN, Running};

const CLIENT: &str = "client-of-the-tests";

/// A running provider; it ends when dropped.
pub(super) struct Provider {
    desk: Arc<Desk>,
    serving: JoinHandle<()>,
}

/// What the provider knows.
struct Desk {
    issuer: String,
    /// The key that is published.
    key: RsaKeyPair,
    /// The key that signs.
    signing: Mutex<Option<RsaKeyPair>>,
    /// What was asked for each code that waits.
    codes: Mutex<HashMap<String, HashMap<String, String>>>,
    /// Claims in the place of the right ones; null takes one out.
    twist: Mutex<Value>,
}

impl Provider {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let desk = Arc::new(Desk {
            issuer: format!("http://localhost:{}", listener.local_addr().unwrap().port()),
            key: key(),
            signing: Mutex::default(),
            codes: Mutex::default(),
            twist: Mutex::new(json!({})),
        });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/jwks", get(keys))
            .route("/token", post(exchange))
            .with_state(Arc::clone(&desk));
        Self { desk, serving: tokio::spawn(async { axum::serve(listener, routes).await.unwrap() }) }
    }

    /// A backend that is registered here.
    pub(super) async fn backend(&self) -> Running {
        let provider = Some(OpenIdProvider {
            issuer: self.desk.issuer.clone(),
            client_id: CLIENT.to_owned(),
            client_secret: "secret-of-the-tests".to_owned(),
        });
        let frontend_origin = Some(ORIGIN.to_owned());
        Running::with(Options { provider, frontend_origin, ..Running::options(System::OauthCookie) }).await
    }

    /// Lets somebody sign in who was sent here, and gives the code for it.
    pub(super) fn code(&self, sent: &Url) -> String {
        let asked = sent.query_pairs().into_owned().collect::<HashMap<_, _>>();
        assert_eq!(sent.origin().ascii_serialization(), self.desk.issuer);
        let code = format!("code-{}", asked["state"]);
        self.desk.codes.lock().unwrap().insert(code.clone(), asked);
        code
    }

    /// Puts claims in the place of the right ones from now on.
    pub(super) fn twist(&self, claims: Value) {
        *self.desk.twist.lock().unwrap() = claims;
    }

    /// Signs with a key that is not published.
    pub(super) fn sign_with_another_key(&self) {
        *self.desk.signing.lock().unwrap() = Some(key());
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn key() -> RsaKeyPair {
    RsaKeyPair::generate(KeySize::Rsa2048).unwrap()
}

async fn configuration(State(desk): State<Arc<Desk>>) -> Json<Value> {
    let issuer = &desk.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

async fn keys(State(desk): State<Arc<Desk>>) -> Json<Value> {
    let key = desk.key.public_key();
    let n = BASE64.encode(key.modulus().big_endian_without_leading_zero());
    let e = BASE64.encode(key.exponent().big_endian_without_leading_zero());
    Json(json!({ "keys": [{ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "n": n, "e": e }] }))
}

/// The token endpoint, as strict as RFC 6749 and RFC 7636 have it.
async fn exchange(
    State(desk): State<Arc<Desk>>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    let refused = (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" })));
    let asked = desk.codes.lock().unwrap().remove(&form["code"]).ok_or(refused.clone())?;
    let challenge = BASE64.encode(Sha256::digest(&form["code_verifier"]));
    if challenge != asked["code_challenge"] || form["redirect_uri"] != asked["redirect_uri"] {
        return Err(refused);
    }
    let id_token = desk.id_token(&asked["nonce"]);
    Ok(Json(
        json!({ "access_token": twinfetch_canary::canary("access"), "token_type": "Bearer", "id_token": id_token }),
    ))
}

impl Desk {
    fn id_token(&self, nonce: &str) -> String {
        let now = jsonwebtoken::get_current_timestamp();
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT, "sub": "110248495921238986420", "iat": now, "exp": now + 300,
            "nonce": nonce, "email": "john@example.com", "name": "John Doe", "picture": "https://example.com/a.png",
        });
        for (name, value) in self.twist.lock().unwrap().as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let part = |part: Value| BASE64.encode(part.to_string());
        let text = format!("{}.{}", part(json!({ "alg": "RS256", "kid": "1" })), part(claims));
        let signing = self.signing.lock().unwrap();
        let key = signing.as_ref().unwrap_or(&self.key);
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
        format!("{text}.{}", BASE64.encode(signature))
    }
}

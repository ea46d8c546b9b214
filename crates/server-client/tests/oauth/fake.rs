//! A provider that does as a test says, and keeps the rules where it does not.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::StatusCode;
use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData as _, SigningKey as _};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256, Sha512};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use twinfetch_canary::{canary, watch};

use crate::visit::{CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, Visit};

pub(crate) const ACCESS_TOKEN: &str = "CANARY-access-d07a4e91c6b2483f9a5e1f7c0b3d6824";

/// How an `id_token` is signed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Signed {
    #[default]
    Rightly,
    /// `alg: none`, with an empty signature.
    None,
    /// HS256 with the client's secret.
    ClientSecret,
    /// HS256 with the public key, as text that everybody can read.
    PublicKey,
    /// Another key under the right key's name.
    ByAnother,
}

/// What differs from a right provider.
#[derive(Default)]
pub(crate) struct Script {
    /// Merged into the description; `null` removes.
    pub(crate) description: Value,
    /// Merged into the claims; `null` removes.
    pub(crate) claims: Value,
    pub(crate) signed: Signed,
    /// Instead of what the token endpoint answers.
    pub(crate) answer: Option<(u16, Value)>,
    /// The name of the key; the old one is gone when it changes.
    pub(crate) key: u8,
    /// Whether the whole provider fails.
    pub(crate) down: bool,
    /// Codes are accepted again and again.
    pub(crate) forgetful: bool,
}

#[derive(Clone)]
pub(crate) struct Fake(Arc<Inner>);

struct Inner {
    url: String,
    keys: [KeyPair; 3],
    script: Mutex<Script>,
    codes: Mutex<Vec<Code>>,
    calls: Mutex<Vec<&'static str>>,
    serving: Mutex<JoinSet<()>>,
}

#[derive(Clone)]
struct Code {
    text: String,
    challenge: String,
    nonce: String,
}

#[derive(Deserialize)]
struct Redemption {
    code: String,
    code_verifier: String,
    redirect_uri: String,
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
}

impl Fake {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let keys = [(); 3].map(|()| KeyPair::generate_for(&PKCS_ED25519).unwrap());
        let fake = Self(Arc::new(Inner {
            url,
            keys,
            script: Mutex::default(),
            codes: Mutex::default(),
            calls: Mutex::default(),
            serving: Mutex::default(),
        }));
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/jwks", get(keys_of))
            .route("/token", post(redeem))
            .with_state(fake.clone());
        fake.0.serving.lock().unwrap().spawn(async move { axum::serve(listener, app).await.unwrap() });
        fake
    }

    pub(crate) fn url(&self) -> &str {
        &self.0.url
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.0.script.lock().unwrap()
    }

    /// How often an endpoint was called.
    pub(crate) fn calls(&self, endpoint: &str) -> usize {
        self.0.calls.lock().unwrap().iter().filter(|called| **called == endpoint).count()
    }

    /// Lets the user sign in, who comes back with this code.
    pub(crate) fn authorize(&self, visit: &Visit) -> String {
        assert_eq!(visit.parameter("code_challenge_method"), "S256");
        let mut codes = self.0.codes.lock().unwrap();
        let text = canary("code").to_owned();
        let (challenge, nonce) = (visit.parameter("code_challenge"), visit.parameter("nonce"));
        codes.push(Code { text: text.clone(), challenge, nonce });
        text
    }

    fn called(&self, endpoint: &'static str) -> Result<(), StatusCode> {
        self.0.calls.lock().unwrap().push(endpoint);
        if self.script().down { Err(StatusCode::SERVICE_UNAVAILABLE) } else { Ok(()) }
    }

    fn id_token(&self, nonce: &str) -> String {
        let script = self.script();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        // EdDSA on Ed25519 goes with SHA-512.
        let hash = URL_SAFE_NO_PAD.encode(&Sha512::digest(ACCESS_TOKEN)[..32]);
        let mut claims = json!({
            "iss": self.0.url, "sub": "canary-sub", "aud": CLIENT_ID, "exp": now + 300, "iat": now, "nonce": nonce,
            "email": format!("{}@example.com", canary("mail")), "email_verified": true, "name": canary("name"), "hd": "example.com",
            "azp": CLIENT_ID, "at_hash": hash,
        });
        merge(&mut claims, &script.claims);
        let algorithm = match script.signed {
            Signed::Rightly | Signed::ByAnother => "EdDSA",
            Signed::None => "none",
            Signed::ClientSecret | Signed::PublicKey => "HS256",
        };
        let header = json!({ "alg": algorithm, "kid": format!("key-{}", script.key), "typ": "JWT" });
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let key = &self.0.keys[usize::from(script.key)];
        let signature = match script.signed {
            Signed::Rightly => key.sign(signed.as_bytes()).unwrap(),
            Signed::ByAnother => self.0.keys[2].sign(signed.as_bytes()).unwrap(),
            Signed::None => Vec::new(),
            Signed::ClientSecret => mac(CLIENT_SECRET.as_bytes(), &signed),
            Signed::PublicKey => mac(key.der_bytes(), &signed),
        };
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        watch(&token);
        token
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
}

fn merge(into: &mut Value, changes: &Value) {
    for (name, value) in changes.as_object().unwrap_or(&Map::new()) {
        if value.is_null() {
            into.as_object_mut().unwrap().remove(name);
        } else {
            into[name] = value.clone();
        }
    }
}

async fn describe(State(fake): State<Fake>) -> Result<Json<Value>, StatusCode> {
    fake.called("description")?;
    let url = fake.url();
    let mut description = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // HS256 is offered on purpose: it must be refused all the same.
        "id_token_signing_alg_values_supported": ["EdDSA", "RS256", "HS256", "none"],
        "code_challenge_methods_supported": ["plain", "S256"],
    });
    merge(&mut description, &fake.script().description);
    Ok(Json(description))
}

async fn keys_of(State(fake): State<Fake>) -> Result<Json<Value>, StatusCode> {
    fake.called("keys")?;
    let key = fake.script().key;
    let x = URL_SAFE_NO_PAD.encode(fake.0.keys[usize::from(key)].der_bytes());
    let key = json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": format!("key-{key}"), "x": x });
    Ok(Json(json!({ "keys": [key] })))
}

async fn redeem(
    State(fake): State<Fake>,
    headers: HeaderMap,
    Form(redemption): Form<Redemption>,
) -> Result<Response, StatusCode> {
    fake.called("token")?;
    watch(&redemption.code_verifier);
    if let Some((status, answer)) = &fake.script().answer {
        return Ok((StatusCode::from_u16(*status).unwrap(), Json(answer.clone())).into_response());
    }
    let refused = |error| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let credentials = format!("Basic {}", STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}")));
    let in_header = headers.get("authorization").is_some_and(|value| *value == credentials);
    let posted = (redemption.client_id.as_deref(), redemption.client_secret.as_deref());
    let in_body = posted == (Some(CLIENT_ID), Some(CLIENT_SECRET));
    let post_only = fake.script().description["token_endpoint_auth_methods_supported"] == json!(["client_secret_post"]);
    if in_body != post_only || in_header == post_only {
        return Ok(refused("invalid_client"));
    }
    assert_eq!(
        (redemption.grant_type.as_str(), redemption.redirect_uri.as_str()),
        ("authorization_code", REDIRECT_URI)
    );
    let forgetful = fake.script().forgetful;
    let known = {
        let mut codes = fake.0.codes.lock().unwrap();
        let place = codes.iter().position(|code| code.text == redemption.code && !code.challenge.is_empty());
        place.map(|place| {
            let code = codes[place].clone();
            if !forgetful {
                codes[place].challenge.clear();
            }
            code
        })
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&redemption.code_verifier));
    let Some(code) = known.filter(|code| code.challenge == challenge) else { return Ok(refused("invalid_grant")) };
    let tokens =
        json!({ "access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": fake.id_token(&code.nonce) });
    Ok(Json(tokens).into_response())
}

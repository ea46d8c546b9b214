//! Session cookies as an app or a backend makes them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use twinfetch_canary::watch;
use twinfetch_core::dialect::Seal;
use twinfetch_core::seal::{Keyring, SealVersion};
use twinfetch_server_client::{Dialect, Secret};

pub(crate) const SECRET: &str = "CANARY-secret-47e1c9a85b3d4f02a6d8e0b7f59c1326";

/// How long a signed token lives that does not say it itself.
const LIFETIME: u64 = 3600;

/// The session cookie with these claims, and the token in it, where it is one that is sent on.
pub(crate) fn cookie(dialect: &Dialect, claims: &Value, now: u64) -> (String, Option<String>) {
    match &dialect.seal {
        Seal::AuthJs { version, cookie, .. } => {
            let salt = if *version == SealVersion::V4 { "" } else { cookie };
            let keyring = Keyring::new(*version, &[Secret::new(SECRET)], salt).unwrap();
            let mut iv = vec![0; keyring.iv_bytes()];
            getrandom::fill(&mut iv).unwrap();
            let sealed = keyring.encode(&claims.to_string(), &iv).unwrap();
            watch(&sealed);
            (format!("{cookie}={sealed}"), None)
        }
        Seal::Jws { cookie, .. } => {
            let mut claims = claims.clone();
            if claims.get("exp").is_none() {
                claims["exp"] = json!(now + LIFETIME);
            }
            let token = sign(&claims);
            watch(&token);
            (format!("{cookie}={token}"), Some(token))
        }
        Seal::None {} => panic!("there is no seal"),
    }
}

fn sign(claims: &Value) -> String {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let header = json!({ "alg": "HS256", "typ": "JWT" }).to_string();
    let signed = format!("{}.{}", encode(header.as_bytes()), encode(claims.to_string().as_bytes()));
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    format!("{signed}.{}", encode(&mac.chain_update(&signed).finalize().into_bytes()))
}

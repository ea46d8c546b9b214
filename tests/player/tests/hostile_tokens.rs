//! Tokens that nobody honest made: every one is refused with a reason, and none stops the program.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};
use twinfetch_core::seal::{Claims, Keyring, MAX_HEADER_BYTES, MAX_TOKEN_BYTES, SealError, SealVersion};
use twinfetch_core::secret::Secret;

const NOW: u64 = 1_750_000_000;
const CLAIMS: &str = r#"{"sub":"42","accessToken":"at_1","exp":1750003600}"#;
const VERSIONS: [SealVersion; 2] = [SealVersion::V4, SealVersion::V5];

fn keyring(version: SealVersion, secrets: &[&str]) -> Keyring {
    let secrets: Vec<_> = secrets.iter().copied().map(Secret::new).collect();
    Keyring::new(version, &secrets, if version == SealVersion::V4 { "" } else { "authjs.session-token" }).unwrap()
}

fn sealed(keyring: &Keyring, claims: &str) -> String {
    keyring.encode(claims, &vec![7; keyring.iv_bytes()]).unwrap()
}

fn opened(version: SealVersion, claims: &str) -> Result<Claims, SealError> {
    let keyring = keyring(version, &["secret"]);
    keyring.decode(&sealed(&keyring, claims), NOW)
}

/// A genuine token under another header.
fn under_header(version: SealVersion, header: &str) -> Result<Claims, SealError> {
    let keyring = keyring(version, &["secret"]);
    let token = sealed(&keyring, CLAIMS);
    let (_, rest) = token.split_once('.').unwrap();
    keyring.decode(&format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header)), NOW)
}

proptest! {
    #[test]
    fn any_text_is_refused(text in any::<String>()) {
        for version in VERSIONS {
            prop_assert!(keyring(version, &["secret"]).decode(&text, NOW).is_err());
        }
    }

    #[test]
    fn anything_that_looks_like_a_token_is_refused(token in "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0\\.[A-Za-z0-9_-]{0,4}\\.[A-Za-z0-9_-]{0,24}\\.[A-Za-z0-9_-]{0,90}\\.[A-Za-z0-9_-]{0,44}") {
        for version in VERSIONS {
            prop_assert!(keyring(version, &["secret"]).decode(&token, NOW).is_err());
        }
    }

    #[test]
    fn a_token_has_one_spelling(at in any::<prop::sample::Index>(), with in "[A-Za-z0-9_.=+/ \n-]") {
        for version in VERSIONS {
            let keyring = keyring(version, &["secret"]);
            let mut token = sealed(&keyring, CLAIMS);
            let at = at.index(token.len());
            prop_assume!(token[at..=at] != with);
            token.replace_range(at..=at, &with);
            prop_assert!(keyring.decode(&token, NOW).is_err(), "{}", token);
        }
    }

    #[test]
    fn a_part_of_a_token_is_refused(at in any::<prop::sample::Index>()) {
        for version in VERSIONS {
            let keyring = keyring(version, &["secret"]);
            let token = sealed(&keyring, CLAIMS);
            prop_assert!(keyring.decode(&token[..at.index(token.len())], NOW).is_err());
        }
    }

    #[test]
    fn what_is_sealed_opens(name in any::<String>(), iv in prop::array::uniform16(any::<u8>())) {
        for version in VERSIONS {
            let keyring = keyring(version, &["secret"]);
            let claims = json!({ "name": name, "exp": NOW });
            let token = keyring.encode(&claims.to_string(), &iv[..keyring.iv_bytes()]).unwrap();
            let opened = keyring.decode(&token, NOW).unwrap();
            prop_assert_eq!(opened.document(), &claims);
        }
    }
}

#[test]
fn lengths_are_looked_at_first() {
    for version in VERSIONS {
        let keyring = keyring(version, &["secret"]);
        assert_eq!(keyring.decode(&".".repeat(1 << 20), NOW), Err(SealError::TooLong));
        assert_eq!(keyring.decode(&".".repeat(MAX_TOKEN_BYTES), NOW), Err(SealError::Malformed));
        assert_eq!(keyring.decode(&format!("{}....", "A".repeat(MAX_HEADER_BYTES + 1)), NOW), Err(SealError::TooLong));
        assert_eq!(keyring.encode(&" ".repeat(MAX_TOKEN_BYTES), &vec![0; keyring.iv_bytes()]), Err(SealError::TooLong));
        assert_eq!(keyring.encode(CLAIMS, &[0; 13]), Err(SealError::IvLength));
    }
}

#[test]
fn other_serialisations_are_malformed() {
    for token in ["{}", r#"{"protected":"e30","ciphertext":"AA"}"#, "a.b.c", "....", "a..b.c.d.e"] {
        assert_eq!(keyring(SealVersion::V5, &["secret"]).decode(token, NOW), Err(SealError::Malformed), "{token}");
    }
}

#[test]
fn extensions_and_compression_are_refused() {
    for member in [
        r#""crit":[]"#,
        r#""crit":["exp"],"exp":1"#,
        r#""crit":["b64"],"b64":false"#,
        r#""crit":["alg","alg"]"#,
        r#""crit":"exp""#,
        r#""crit":null"#,
        r#""zip":"DEF""#,
        r#""zip":null"#,
    ] {
        let header = format!(r#"{{"alg":"dir","enc":"A256GCM",{member}}}"#);
        for version in VERSIONS {
            assert_eq!(under_header(version, &header), Err(SealError::NotSupported), "{header}");
        }
    }
}

#[test]
fn only_the_algorithms_of_the_version_are_allowed() {
    for (alg, enc) in [
        ("none", "A256GCM"),
        ("DIR", "A256GCM"),
        ("dir", "a256gcm"),
        ("dir", "A128GCM"),
        ("dir", "A128CBC-HS256"),
        ("A256KW", "A256GCM"),
        ("A256GCMKW", "A256GCM"),
        ("PBES2-HS256+A128KW", "A256GCM"),
        ("RSA1_5", "A256GCM"),
        ("ECDH-ES", "A256GCM"),
    ] {
        let header = json!({ "alg": alg, "enc": enc, "p2c": 2_147_483_647, "p2s": "AA" }).to_string();
        for version in VERSIONS {
            assert_eq!(under_header(version, &header), Err(SealError::AlgorithmNotAllowed), "{header}");
        }
    }
    let header = r#"{"alg":"dir","enc":"A256CBC-HS512"}"#;
    assert_eq!(under_header(SealVersion::V4, header), Err(SealError::AlgorithmNotAllowed));
}

#[test]
fn a_header_of_another_form_is_malformed() {
    for header in
        ["", "null", "[]", "7", r#"{"alg":"dir"}"#, r#"{"alg":["dir"],"enc":"A256GCM"}"#, r#"{"alg":"dir","enc":""}"#]
    {
        for version in VERSIONS {
            assert_eq!(under_header(version, header), Err(SealError::Malformed), "{header}");
        }
    }
}

#[test]
fn keys_in_the_header_are_not_used() {
    let header = r#"{"alg":"dir","enc":"A256GCM","jwk":{"kty":"oct","k":"AAAA"},"jku":"http://localhost/","x5u":"http://localhost/"}"#;
    assert_eq!(under_header(SealVersion::V4, header), Err(SealError::DecryptionFailed));
}

#[test]
fn times_of_another_type_are_refused() {
    for value in [json!("1750003600"), json!(null), json!(true), json!([1]), json!({}), json!("")] {
        for claim in ["exp", "nbf", "iat"] {
            for version in VERSIONS {
                let refused = opened(version, &json!({ claim: value }).to_string());
                assert_eq!(refused, Err(SealError::ClaimInvalid { claim }), "{claim} {value}");
            }
        }
    }
}

#[test]
fn times_have_fifteen_seconds_of_tolerance() {
    let now = i64::try_from(NOW).unwrap();
    for version in VERSIONS {
        let with = |claim: &str, value: Value| opened(version, &json!({ claim: value }).to_string()).map(|_| ());
        assert_eq!(with("exp", json!(now - 14)), Ok(()));
        assert_eq!(with("exp", json!(now - 15)), Err(SealError::Expired));
        assert_eq!(with("exp", json!(-1)), Err(SealError::Expired));
        assert_eq!(with("nbf", json!(now + 15)), Ok(()));
        assert_eq!(with("nbf", json!(now + 16)), Err(SealError::NotYetValid));
        assert_eq!(with("nbf", json!(1e300)), Err(SealError::NotYetValid));
        assert_eq!(with("iat", json!(now + 1_000_000)), Ok(()));
    }
}

#[test]
fn content_that_is_no_object_is_refused() {
    for content in ["", "null", "[]", "7", "\"{}\"", "{", "\u{feff}{}", r#"{"exp":1e999}"#, &"[".repeat(20_000)] {
        assert_eq!(opened(SealVersion::V5, content), Err(SealError::PayloadNotObject), "{content:.20}");
    }
}

#[test]
fn of_two_members_with_one_name_the_last_counts() {
    assert_eq!(opened(SealVersion::V5, r#"{"exp":9999999999,"exp":1}"#), Err(SealError::Expired));
}

#[test]
fn half_an_emoji_does_not_lose_the_session() {
    let claims = opened(SealVersion::V5, r#"{"name":"cut \ud83d","sub":"8"}"#).unwrap();
    assert_eq!(claims.document(), &json!({ "name": "cut \u{fffd}", "sub": "8" }));
}

#[test]
fn secrets_rotate_by_key_identifier() {
    let old = sealed(&keyring(SealVersion::V5, &["old"]), CLAIMS);
    let both = keyring(SealVersion::V5, &["new", "old"]);
    assert!(both.decode(&old, NOW).is_ok());
    assert!(keyring(SealVersion::V5, &["new"]).decode(&sealed(&both, CLAIMS), NOW).is_ok());
    assert_eq!(keyring(SealVersion::V5, &["new"]).decode(&old, NOW), Err(SealError::NoMatchingSecret));
}

#[test]
fn versions_do_not_open_each_others_tokens() {
    let (v4, v5) = (keyring(SealVersion::V4, &["secret"]), keyring(SealVersion::V5, &["secret"]));
    assert_eq!(v4.decode(&sealed(&v5, CLAIMS), NOW), Err(SealError::AlgorithmNotAllowed));
    assert_eq!(v5.decode(&sealed(&v4, CLAIMS), NOW), Err(SealError::DecryptionFailed));
}

#[test]
fn unusable_secrets_are_named() {
    let made = |version, secrets: &[&str], salt: &str| {
        let secrets: Vec<_> = secrets.iter().copied().map(Secret::new).collect();
        Keyring::new(version, &secrets, salt).map(|_| ()).unwrap_err().to_string()
    };
    assert!(made(SealVersion::V5, &[], "s").contains("secret"));
    assert!(made(SealVersion::V5, &["new", ""], "s").contains("empty"));
    assert!(made(SealVersion::V4, &["new", "old"], "").contains("knows only one"));
    assert!(made(SealVersion::V5, &["new"], &"s".repeat(1024)).contains("too long"));
}

#[test]
fn nothing_shows_a_secret() {
    let keyring = keyring(SealVersion::V5, &["canary-secret"]);
    let token = sealed(&keyring, r#"{"accessToken":"canary-token"}"#);
    let claims = keyring.decode(&token, NOW).unwrap();
    let shown = format!("{keyring:?} {keyring:#?} {claims:?} {claims:#?} {:?}", keyring.decode(&token[1..], NOW));
    assert!(!shown.contains("canary"), "{shown}");
}

//! Which settings keep a session, and which are refused.

use std::time::Duration;

use twinfetch_server_client::{Builder, Dialect, Kind, ServerClient};

fn refusal(builder: Builder) -> String {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), Kind::Config);
    error.message().to_owned()
}

#[test]
fn a_dialect_without_tokens_keeps_no_session() {
    for dialect in [Dialect::authjs(), Dialect::next_auth_v4(), Dialect::cookie_jwt(), Dialect::oauth_cookie()] {
        let message = refusal(ServerClient::builder().dialect(dialect).secrets(["s"]).own_session());
        assert!(message.contains("own_session"), "{message}");
    }
    for dialect in [Dialect::dual_token(), Dialect::single_user()] {
        assert!(ServerClient::builder().dialect(dialect).secrets(["s"]).own_session().build().is_ok());
    }
}

#[test]
fn what_keeps_no_session_is_refused_with_its_name() {
    let builder = || ServerClient::builder().dialect(Dialect::dual_token()).secrets(["s"]).own_session();
    assert!(refusal(builder().without_secrets()).contains("secrets"));
    assert!(refusal(builder().secrets([""])).contains("secrets"));
    assert!(refusal(builder().cookie_name("a b")).contains("cookie_name"));
    let days = |days: u64| Duration::from_secs(days * 24 * 3_600);
    for age in [Duration::ZERO, Duration::from_millis(999), days(401)] {
        assert!(refusal(builder().session_max_age(age)).contains("session_max_age"));
    }
    assert!(builder().session_max_age(days(400)).build().is_ok());
    let prefixed = || builder().cookie_name("__Host-own");
    assert!(refusal(prefixed().app_url("http://localhost:3000")).contains("cookie_name"));
    assert!(prefixed().app_url("https://app.example").build().is_ok());
}

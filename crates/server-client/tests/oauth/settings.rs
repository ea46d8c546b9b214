//! Settings that are refused, each by its name.

use std::time::Duration;

use twinfetch_server_client::Kind;
use twinfetch_server_client::oauth::{OAuth, OAuthBuilder};

use crate::visit::settings;

type Change = fn(OAuthBuilder) -> OAuthBuilder;

#[test]
fn a_wrong_setting_is_refused_with_its_name() {
    let right = || settings("https://accounts.google.com");
    let cases: [(&str, Change); 17] = [
        ("issuer", |it| it.issuer("")),
        ("issuer", |it| it.issuer("accounts.google.com")),
        ("issuer", |it| it.issuer("http://accounts.google.com")),
        ("issuer", |it| it.issuer("https://a:b@accounts.google.com")),
        ("issuer", |it| it.issuer("https://accounts.google.com?x=y")),
        ("redirect_uri", |it| it.redirect_uri("/callback")),
        ("redirect_uri", |it| it.redirect_uri("http://app.example.com/callback")),
        ("redirect_uri", |it| it.redirect_uri("http://localhost.example.com/callback")),
        ("redirect_uri", |it| it.redirect_uri("https://app.example.com/callback#x")),
        ("client_id", |it| it.client_id("")),
        ("secrets", |it| it.secrets::<String>([])),
        ("secrets", |it| it.secrets(["short"])),
        ("cookie_name", |it| it.cookie_name("a b")),
        ("cookie_name", |it| it.cookie_name("")),
        ("app_url", |it| it.app_url("app.example.com")),
        ("default_return_path", |it| it.default_return_path("https://evil.test")),
        ("timeout", |it| it.timeout(Duration::ZERO)),
    ];
    for (setting, change) in cases {
        let error = change(right()).build().expect_err(setting);
        assert_eq!(error.kind(), Kind::Config);
        assert!(error.message().contains(&format!("setting {setting} ")), "{setting}: {error}");
        assert!(!error.message().contains("a:b"), "{error}");
    }
    right().build().unwrap();
    assert_eq!(OAuth::builder().build().expect_err("nothing set").kind(), Kind::Config);
}

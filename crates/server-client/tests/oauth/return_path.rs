//! Where a user goes after the sign-in.

use crate::fake::Fake;
use crate::visit::{Visit, settings, text};

async fn destination(app_url: &str, return_to: Option<&str>) -> String {
    let fake = Fake::new().await;
    let oauth = settings(fake.url()).app_url(app_url).default_return_path("/home").build().unwrap();
    let visit = Visit::begin(&oauth, return_to).await;
    let signed_in = visit.back_with(&oauth, &fake.authorize(&visit)).await.unwrap();
    text(signed_in.redirect().headers(), "location")
}

#[tokio::test]
async fn a_path_of_the_app_is_kept() {
    for (return_to, expected) in [
        ("/", "http://localhost:5173/"),
        ("/a/b?c=d&e=//x", "http://localhost:5173/a/b?c=d&e=//x"),
        ("/旅", "http://localhost:5173/%E6%97%85"),
        ("http://localhost:5173/a", "http://localhost:5173/a"),
    ] {
        assert_eq!(destination("http://localhost:5173", Some(return_to)).await, expected);
    }
}

#[tokio::test]
async fn all_else_goes_to_the_default() {
    let long = format!("/{}", "x".repeat(2000));
    for return_to in [
        "",
        "//evil.test",
        "/\\evil.test",
        "https://evil.test/",
        "http://localhost:5173.evil.test/",
        "http://localhost:5173@evil.test/",
        "javascript:alert(1)",
        "/a/../..//evil.test",
        "/%2e%2e/x",
        "/a\r\nset-cookie: x=y",
        "\t//evil.test",
        "/a#b",
        "evil",
        &long,
    ] {
        assert_eq!(destination("http://localhost:5173", Some(return_to)).await, "http://localhost:5173/home");
    }
    assert_eq!(destination("http://localhost:5173", None).await, "http://localhost:5173/home");
}

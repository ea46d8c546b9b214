//! The two routes in an axum app.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{COOKIE, HOST, SET_COOKIE};
use tower_service::Service as _;
use twinfetch_server_client::oauth::{OAuth, OAuthCode, OAuthError};

use crate::fake::Fake;
use crate::visit::{REDIRECT_URI, Visit, oauth, text};

async fn start(State(oauth): State<OAuth>) -> Result<Response, OAuthError> {
    oauth.start(None).await
}

async fn callback(State(oauth): State<OAuth>, uri: Uri, headers: HeaderMap) -> Result<Response, OAuthError> {
    let mut response = oauth.callback(&uri, &headers).await?.redirect();
    response.headers_mut().append(SET_COOKIE, "app_session=jwt".parse().unwrap());
    Ok(response)
}

async fn get_as(app: &mut Router<()>, uri: &str, cookie: &str) -> Response {
    let request = Request::get(uri).header(HOST, "evil.test").header("x-forwarded-host", "evil.test");
    let request = request.header("forwarded", "host=evil.test").header(COOKIE, cookie).body(Body::empty()).unwrap();
    app.call(request).await.unwrap()
}

#[tokio::test]
async fn the_app_sets_its_session_and_the_flow_is_over() {
    let fake = Fake::new().await;
    let mut app = Router::new().route("/go", get(start)).route("/back", get(callback)).with_state(oauth(fake.url()));
    let visit = Visit::of(&get_as(&mut app, "/go", "").await);
    assert_eq!(visit.parameter("redirect_uri"), REDIRECT_URI, "no Host header is believed");

    let back = format!("/back?code={}&state={}", fake.authorize(&visit), visit.state());
    let response = get_as(&mut app, &back, &visit.cookie).await;
    assert_eq!(response.status(), 303);
    assert_eq!(text(response.headers(), "location"), "http://localhost:3000/");
    let cookies: Vec<_> = response.headers().get_all(SET_COOKIE).iter().map(|it| it.to_str().unwrap()).collect();
    assert_eq!(cookies, ["twinfetch.sign-in=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax", "app_session=jwt"]);

    let refused = get_as(&mut app, &back, "").await;
    assert_eq!(refused.status(), 400);
    assert_eq!(text(refused.headers(), "content-type"), "text/plain; charset=utf-8");
    assert_eq!(text(refused.headers(), "cache-control"), "no-store");
    let shown = to_bytes(refused.into_body(), 1000).await.unwrap();
    assert_eq!(shown, OAuthCode::FlowMissing.message());
}

#[tokio::test]
async fn an_error_can_lead_to_a_page() {
    let fake = Fake::new().await;
    let oauth = oauth(fake.url());
    let error = || async { Visit::begin(&oauth, None).await.back(&oauth, "error=x").await.unwrap_err() };
    for (path, expected) in [
        ("/login", "http://localhost:3000/login?error=state_mismatch"),
        ("/login?from=app", "http://localhost:3000/login?from=app&error=state_mismatch"),
        ("//evil.test", "http://localhost:3000/?error=state_mismatch"),
    ] {
        let response = error().await.redirect(path);
        assert_eq!(response.status(), 303);
        assert_eq!(text(response.headers(), "location"), expected);
        assert!(text(response.headers(), "set-cookie").contains("Max-Age=0"));
    }
    assert_eq!(error().await.into_response().status(), 400);
}

#[test]
fn every_code_has_a_name_a_status_and_a_sentence() {
    let mut names: Vec<_> = OAuthCode::ALL.iter().map(|code| code.name()).collect();
    assert!(names.is_sorted());
    names.dedup();
    assert_eq!(names.len(), OAuthCode::ALL.len());
    for code in OAuthCode::ALL {
        assert!(code.status().is_client_error() || code.status().is_server_error());
        assert!(code.message().ends_with('.'));
    }
}

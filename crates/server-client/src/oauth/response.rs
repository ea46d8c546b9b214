//! The responses to a browser on its way to the provider and back.

use axum_core::body::Body;
use axum_core::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, REFERRER_POLICY, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use twinfetch_core::cookie::SetCookie;

use super::OAuth;
use super::error::OAuthError;
use super::identity::SignedIn;

impl SignedIn {
    /// Deletes the flow cookie, and keeps the response out of caches and its address out of `Referer`.
    pub fn headers(&self) -> HeaderMap {
        self.oauth.leaving()
    }

    /// 303 to where the user wanted to go. The app adds its session cookie.
    ///
    /// A browser repeats no POST and no credential after a 303, unlike after a 307 (RFC 9700 §4.12).
    pub fn redirect(&self) -> Response {
        see_other(&self.oauth.0.app_url.join(&self.return_path), self.headers())
    }
}

impl OAuthError {
    /// Deletes the flow cookie, and keeps the response out of caches and its address out of `Referer`.
    pub fn headers(&self) -> HeaderMap {
        self.oauth().leaving()
    }

    /// 303 to a page of the app, with the code's name as the parameter `error`: `/login?error=flow_expired`.
    ///
    /// A path that is not one of the app is replaced by the default return path.
    pub fn redirect(&self, path: &str) -> Response {
        let mut path = self.oauth().app_path(path);
        path.push_query("error", self.code().name());
        see_other(&self.oauth().0.app_url.join(&path), self.headers())
    }
}

/// Shows the message, as plain text, and deletes the flow cookie.
impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.message()));
        *response.status_mut() = self.code().status();
        *response.headers_mut() = self.headers();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        response
    }
}

impl OAuth {
    fn leaving(&self) -> HeaderMap {
        headers(&self.0.flow_cookie.clear())
    }
}

/// 302 to the provider.
pub(super) fn found(url: &str, cookie: &SetCookie) -> Response {
    redirect(StatusCode::FOUND, url, headers(cookie))
}

fn see_other(url: &str, headers: HeaderMap) -> Response {
    redirect(StatusCode::SEE_OTHER, url, headers)
}

fn redirect(status: StatusCode, url: &str, headers: HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    if let Ok(url) = HeaderValue::from_str(url) {
        response.headers_mut().insert(LOCATION, url);
    }
    response
}

fn headers(cookie: &SetCookie) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Ok(mut cookie) = HeaderValue::from_str(&cookie.to_string()) {
        cookie.set_sensitive(true);
        headers.insert(SET_COOKIE, cookie);
    }
    headers
}

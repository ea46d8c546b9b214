//! Forms are taken from these pages only: a cookie comes along with any site's form, its origin does not.

use axum::extract::Request;
use axum::http::header::{HOST, HeaderMap, ORIGIN};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Refuses what changes something and does not come from this origin.
pub(crate) async fn require(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || is_same(request.headers()) {
        return next.run(request).await;
    }
    tracing::warn!("a form of another origin was refused");
    (StatusCode::FORBIDDEN, "This form was not sent from this site.").into_response()
}

/// By `Sec-Fetch-Site`, which a page cannot forge; an older browser says at least its `Origin`.
fn is_same(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let origin = text(ORIGIN.as_str()).and_then(|origin| origin.split_once("://"));
    matches!((origin, text(HOST.as_str())), (Some((_, origin)), Some(host)) if origin.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::is_same;
    use axum::http::{HeaderMap, HeaderValue};

    fn verdict(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        is_same(&headers.collect::<HeaderMap>())
    }

    #[test]
    fn only_forms_of_this_origin_are_taken() {
        assert!(verdict(&[("sec-fetch-site", "same-origin")]));
        assert!(verdict(&[("origin", "http://localhost:3001"), ("host", "localhost:3001")]));
        for foreign in [
            &[("sec-fetch-site", "same-site"), ("origin", "http://localhost:1"), ("host", "localhost:1")][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "http://localhost:3000"), ("host", "localhost:3001")],
            &[("origin", "null"), ("host", "localhost:3001")],
            &[("host", "localhost:3001")],
            &[],
        ] {
            assert!(!verdict(foreign), "{foreign:?}");
        }
    }
}

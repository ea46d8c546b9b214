//! The head of a response: what the core needs of status and headers.

mod retry_after;

use crate::text;

/// Status and the few headers that decide what happens next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The HTTP status, 100 to 599.
    pub status: u16,
    /// `Content-Type`, as sent.
    pub content_type: Option<String>,
    /// `Content-Disposition`, as sent.
    pub content_disposition: Option<String>,
    /// `Location`, as sent.
    pub location: Option<String>,
    /// `X-Request-Id`, when it is short and printable.
    pub request_id: Option<String>,
    /// `Retry-After` in milliseconds; at most an hour.
    pub retry_after: Option<u64>,
}

impl Head {
    /// Takes what is needed of a response; `header` looks a header up by its lower-case name, and `now` is in milliseconds since
    /// 1970.
    pub fn new(status: u16, now: u64, header: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            status,
            content_type: header("content-type"),
            content_disposition: header("content-disposition"),
            location: if matches!(status, 300..=399) { header("location") } else { None },
            request_id: header("x-request-id")
                .filter(|id| (1..=128).contains(&id.len()) && text::all(id, |byte| byte.is_ascii_graphic())),
            retry_after: header("retry-after")
                .and_then(|text| retry_after::milliseconds(&text, header("date").as_deref(), now)),
        }
    }

    /// The media type without its parameters.
    fn essence(&self) -> &[u8] {
        let content_type = self.content_type.as_deref().unwrap_or_default();
        text::trim(text::before(content_type, b';'), text::is_blank).as_bytes()
    }

    /// Whether the body is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).
    pub(crate) fn is_problem(&self) -> bool {
        self.essence().eq_ignore_ascii_case(b"application/problem+json")
    }

    /// Whether the body is a page.
    pub(crate) fn is_html(&self) -> bool {
        let essence = self.essence();
        essence.eq_ignore_ascii_case(b"text/html") || essence.eq_ignore_ascii_case(b"application/xhtml+xml")
    }

    /// Whether the body is JSON: `application/json` or a type that ends in `+json` (RFC 6839).
    pub fn is_json(&self) -> bool {
        let essence = self.essence();
        essence.eq_ignore_ascii_case(b"application/json")
            || essence.len() > 5
                && essence.get(essence.len() - 5..).is_some_and(|end| end.eq_ignore_ascii_case(b"+json"))
    }
}

#[cfg(test)]
mod tests {
    use super::Head;

    fn head(name: &'static str, value: &'static str) -> Head {
        Head::new(200, 0, |asked| (asked == name).then(|| value.to_owned()))
    }

    #[test]
    fn json_is_recognised_by_its_media_type() {
        for yes in ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"] {
            assert!(head("content-type", yes).is_json(), "{yes}");
        }
        for no in ["text/html", "application/jsonp", "json", "+json", ""] {
            assert!(!head("content-type", no).is_json(), "{no}");
        }
    }

    #[test]
    fn a_request_id_that_is_not_plain_is_dropped() {
        assert_eq!(head("x-request-id", "a\u{1b}[31m").request_id, None);
        assert_eq!(head("x-request-id", "abc-1").request_id.as_deref(), Some("abc-1"));
    }
}

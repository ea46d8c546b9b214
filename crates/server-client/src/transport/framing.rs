//! What is refused of a response although hyper takes it.

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, StatusCode, Version};
use twinfetch_core::error::Code;

use super::Failure;

/// Refuses a head that does not say clearly where its body ends ([RFC 9112 section 6.3](https://www.rfc-editor.org/rfc/rfc9112#section-6.3)):
/// what follows may be meant to be taken for the answer to somebody else's request.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Failure> {
    let is_coded = headers.contains_key(TRANSFER_ENCODING);
    if is_coded && headers.contains_key(CONTENT_LENGTH) {
        return Err(Failure::new(Code::ProtocolFailed, "a length beside a transfer coding"));
    }
    if is_coded && !only(headers, &TRANSFER_ENCODING, "chunked") {
        return Err(Failure::new(Code::ProtocolFailed, "a transfer coding that nobody asked for"));
    }
    Ok(())
}

/// Refuses a body that is packed: nobody asked for that, and unpacking has no end that is known before.
pub(super) fn check_content(headers: &HeaderMap) -> Result<(), Failure> {
    if headers.contains_key(CONTENT_ENCODING) && !only(headers, &CONTENT_ENCODING, "identity") {
        return Err(Failure::new(Code::MalformedBody, "a content coding that nobody asked for"));
    }
    Ok(())
}

/// Refuses a body that ends with its connection: nobody can tell such an end from a break
/// ([RFC 9112 section 8](https://www.rfc-editor.org/rfc/rfc9112#section-8)).
pub(super) fn check_end(version: Version, status: StatusCode, headers: &HeaderMap) -> Result<(), Failure> {
    let ends = version >= Version::HTTP_2
        || status == StatusCode::NO_CONTENT
        || headers.contains_key(CONTENT_LENGTH)
        || headers.contains_key(TRANSFER_ENCODING);
    ends.then_some(()).ok_or_else(|| Failure::new(Code::ProtocolFailed, "a file whose end nobody announces"))
}

/// Whether a header is there once and says just this.
fn only(headers: &HeaderMap, name: &HeaderName, text: &str) -> bool {
    let mut values = headers.get_all(name).iter();
    let first = values.next().and_then(|value| value.to_str().ok());
    first.is_some_and(|value| value.trim().eq_ignore_ascii_case(text)) && values.next().is_none()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(list: &[(HeaderName, &'static str)]) -> HeaderMap {
        list.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_one_way_to_end_a_body_is_taken() {
        for good in [&[][..], &[(CONTENT_LENGTH, "5")], &[(TRANSFER_ENCODING, "Chunked")]] {
            assert!(check(&headers(good)).is_ok(), "{good:?}");
        }
        for bad in [
            &[(TRANSFER_ENCODING, "chunked"), (CONTENT_LENGTH, "5")][..],
            &[(TRANSFER_ENCODING, "gzip, chunked")],
            &[(TRANSFER_ENCODING, "x")],
            &[(TRANSFER_ENCODING, "")],
        ] {
            assert_eq!(check(&headers(bad)).unwrap_err().code, Code::ProtocolFailed, "{bad:?}");
        }
        let mut twice = headers(&[(TRANSFER_ENCODING, "chunked")]);
        twice.append(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        assert!(check(&twice).is_err());
    }

    #[test]
    fn a_body_that_ends_with_its_connection_is_refused() {
        let check = |version, status, list| check_end(version, status, &headers(list)).is_ok();
        assert!(check(Version::HTTP_11, StatusCode::OK, &[(CONTENT_LENGTH, "5")]));
        assert!(check(Version::HTTP_11, StatusCode::OK, &[(TRANSFER_ENCODING, "chunked")]));
        assert!(check(Version::HTTP_11, StatusCode::NO_CONTENT, &[]));
        assert!(check(Version::HTTP_2, StatusCode::OK, &[]));
        assert!(!check(Version::HTTP_11, StatusCode::OK, &[]));
        assert!(!check(Version::HTTP_10, StatusCode::OK, &[]));
    }

    #[test]
    fn a_body_is_not_packed() {
        assert!(check_content(&headers(&[(CONTENT_ENCODING, "identity")])).is_ok());
        assert_eq!(check_content(&headers(&[(CONTENT_ENCODING, "gzip")])).unwrap_err().code, Code::MalformedBody);
    }
}

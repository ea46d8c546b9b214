//! What of a browser's request goes on, and what it is told of the file.

use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, LAST_MODIFIED, RANGE,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use twinfetch_core::download::is_single_range;
use twinfetch_core::file_name::attachment;
use twinfetch_core::head::Head;
use twinfetch_core::proxy::is_passive;

use crate::error::Called;
use crate::proxy::mark;

/// The conditions of a browser, and the part that it wants. What cannot be a condition is none.
pub(super) fn conditions(headers: &HeaderMap) -> Vec<(String, String)> {
    let value = |name: &HeaderName| {
        let values: Option<Vec<&str>> = headers.get_all(name).iter().map(|value| value.to_str().ok()).collect();
        values.filter(|values| !values.is_empty()).map(|values| values.join(", "))
    };
    let range = value(&RANGE).filter(|range| is_single_range(range));
    let names = [IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE];
    let of_range = range.is_some().then_some([IF_RANGE]).into_iter().flatten();
    let conditions = names.into_iter().chain(of_range).filter_map(|name| Some((name.to_string(), value(&name)?)));
    let range = range.map(|range| (RANGE.to_string(), range));
    // A tab is no part of any of them, and no call can have another control.
    conditions.chain(range).filter(|(_, value)| value.bytes().all(|byte| matches!(byte, b' '..=b'~'))).collect()
}

/// Whether the backend answers the conditions, and has no file to send.
pub(super) fn is_verdict(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_MODIFIED | StatusCode::PRECONDITION_FAILED | StatusCode::RANGE_NOT_SATISFIABLE)
}

/// The headers of an answer to conditions.
pub(super) fn of_verdict(given: &HeaderMap, called: &Called) -> HeaderMap {
    let mut headers = passed(given, &[ACCEPT_RANGES, CONTENT_RANGE, ETAG, LAST_MODIFIED]);
    mark(&mut headers, &called.request_id);
    headers
}

/// The headers of a file, but for its length.
pub(super) fn of_file(given: &HeaderMap, head: &Head, name: &str, called: &Called) -> HeaderMap {
    let mut headers = passed(given, &[ACCEPT_RANGES, ETAG, LAST_MODIFIED]);
    if head.status == StatusCode::PARTIAL_CONTENT.as_u16() {
        headers.extend(passed(given, &[CONTENT_RANGE]));
    }
    headers.insert(CONTENT_TYPE, media_type(given));
    if let Ok(disposition) = HeaderValue::try_from(attachment(name)) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    // For what takes it for a page nevertheless.
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    mark(&mut headers, head.request_id.as_deref().unwrap_or(&called.request_id));
    headers
}

/// The status of a file: a part, all of it, or nothing.
pub(super) const fn status(given: StatusCode) -> StatusCode {
    match given {
        StatusCode::PARTIAL_CONTENT | StatusCode::NO_CONTENT => given,
        StatusCode::RESET_CONTENT => StatusCode::NO_CONTENT,
        _ => StatusCode::OK,
    }
}

/// The length that a head says, where no body follows.
pub(super) fn length(given: &HeaderMap) -> Option<u64> {
    given.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

pub(super) fn set_length(headers: &mut HeaderMap, given: StatusCode, length: Option<u64>) {
    if let Some(length) = length.filter(|_| status(given) != StatusCode::NO_CONTENT) {
        headers.insert(CONTENT_LENGTH, length.into());
    }
}

fn passed(given: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    names.iter().filter_map(|name| Some((name.clone(), given.get(name)?.clone()))).collect()
}

fn media_type(given: &HeaderMap) -> HeaderValue {
    let mut values = given.get_all(CONTENT_TYPE).iter();
    let first = values.next().filter(|value| value.to_str().is_ok_and(is_passive));
    let only = first.filter(|_| values.next().is_none());
    only.cloned().unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

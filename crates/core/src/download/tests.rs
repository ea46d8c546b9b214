//! What follows what.

use super::{Answer, Download, Entity, Next};
use crate::address::{BaseUrl, Path};
use crate::call::{Call, Method};
use crate::error::{Code, Error};
use crate::exchange::{Budget, Retry};
use crate::head::Head;
use crate::secret::Secret;
use crate::session::Presented;

fn entity(status: u16, headers: &[(&str, &str)]) -> Entity {
    let found = |asked: &str| headers.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned());
    Entity::new(status, false, found)
}

fn whole(length: &str) -> Entity {
    entity(200, &[("etag", "\"a\""), ("content-length", length)])
}

fn part(range: &str) -> Entity {
    entity(206, &[("etag", "\"a\""), ("content-range", range)])
}

fn asked(download: &Download) -> Option<String> {
    let base = BaseUrl::parse("http://h", "baseUrl").unwrap();
    let call = Call::new(Method::Get, Path::parse("/", &base).unwrap());
    let call = download.ask(&call).unwrap();
    let value = |asked| call.headers.iter().find(|(name, _)| name == asked).map(|(_, value)| value.clone());
    assert_eq!(value("range").is_some(), value("if-range").is_some());
    value("range")
}

fn ended(download: &mut Download, body: Result<(), Code>) -> Next {
    download.ended(body, Retry::DEFAULT, &mut Budget::new(), 0)
}

fn broken(restarts: bool, received: u64) -> Download {
    let mut download = Download::new(restarts);
    assert_eq!(download.answered(whole("100"), 1), Answer::Anew);
    download.take(received);
    assert_eq!(ended(&mut download, Err(Code::BodyTruncated)), Next::Again(0));
    download
}

#[test]
fn what_broke_off_is_gone_on_with() {
    let mut download = broken(false, 40);
    assert_eq!(asked(&download).as_deref(), Some("bytes=40-"));
    assert_eq!(download.answered(part("bytes 40-59/100"), 1), Answer::On);
    download.take(20);
    assert_eq!(ended(&mut download, Ok(())), Next::Again(0));
    assert_eq!(download.answered(part("bytes 60-99/100"), 1), Answer::On);
    download.take(40);
    assert_eq!((ended(&mut download, Ok(())), download.attempts()), (Next::Done, 3));
}

#[test]
fn a_part_that_does_not_fit_is_let_go_and_the_file_begun_anew() {
    for bad in [
        part("bytes 39-99/100"),
        part("bytes 41-99/100"),
        part("bytes 40-99/101"),
        part("bytes 40-99/*"),
        entity(206, &[("content-range", "bytes 40-99/100")]),
        entity(206, &[("etag", "\"b\""), ("content-range", "bytes 40-99/100")]),
        entity(206, &[("etag", "\"a\""), ("content-range", "bytes 40-99/100"), ("content-encoding", "gzip")]),
        entity(206, &[("etag", "\"a\""), ("content-type", "multipart/byteranges; boundary=b")]),
    ] {
        let mut download = broken(true, 40);
        assert_eq!(download.answered(bad.clone(), 1), Answer::Again, "{bad:?}");
        assert_eq!((asked(&download), download.received()), (None, 0));
        assert_eq!(download.answered(bad.clone(), 1), Answer::Failed(Code::RangeMismatched));
        assert_eq!(broken(false, 40).answered(bad, 1), Answer::Failed(Code::RangeMismatched));
    }
}

#[test]
fn another_file_begins_anew_or_ends_a_stream() {
    let other = || entity(200, &[("etag", "\"b\""), ("content-length", "7")]);
    let mut download = broken(true, 40);
    assert_eq!((download.answered(other(), 1), download.received(), download.total()), (Answer::Anew, 0, Some(7)));
    assert_eq!(broken(false, 40).answered(other(), 1), Answer::Failed(Code::FileChanged));
    assert_eq!(broken(false, 40).answered(whole("100"), 1), Answer::Failed(Code::BodyTruncated));
}

#[test]
fn what_is_accepted_or_empty_is_not_the_rest_of_a_file() {
    for status in [202, 204, 205] {
        let mut again = Download::new(true);
        again.answered(entity(200, &[("content-length", "100")]), 1);
        again.take(40);
        assert_eq!(ended(&mut again, Err(Code::BodyTruncated)), Next::Again(0));
        for mut download in [broken(true, 40), again, Download::kept(40, "\"a\"".to_owned(), None)] {
            assert_eq!(download.answered(entity(status, &[]), 1), Answer::Failed(Code::FileChanged), "{status}");
        }
    }
}

#[test]
fn a_part_that_is_answered_with_200_is_a_part() {
    let rest = |range| entity(200, &[("etag", "\"a\""), ("content-range", range), ("content-length", "60")]);
    let mut download = broken(true, 40);
    assert_eq!((download.answered(rest("bytes 40-99/100"), 1), download.room()), (Answer::On, Some(60)));
    for bad in ["bytes 41-99/100", "bytes 40-99/*"] {
        assert_eq!(broken(true, 40).answered(rest(bad), 1), Answer::Again, "{bad}");
    }
    assert_eq!(Download::new(true).answered(rest("bytes 40-99/100"), 1), Answer::Again);
    assert_eq!(Download::new(true).answered(rest("bytes 0-99/100"), 1), Answer::Anew);
}

#[test]
fn without_a_strong_tag_a_file_begins_anew_as_often_as_a_call_is_repeated() {
    for headers in [&[("content-length", "100")][..], &[("content-length", "100"), ("etag", "W/\"a\"")]] {
        let mut download = Download::new(true);
        for _ in 0..2 {
            assert_eq!(download.answered(entity(200, headers), 1), Answer::Anew);
            download.take(40);
            assert_eq!(ended(&mut download, Err(Code::BodyStalled)), Next::Again(0));
            assert_eq!((asked(&download), download.received()), (None, 0));
        }
        assert_eq!(download.answered(entity(200, headers), 1), Answer::Anew);
        download.take(40);
        assert_eq!(ended(&mut download, Err(Code::BodyStalled)), Next::Failed(Code::BodyStalled));
    }
}

#[test]
fn requests_that_bring_nothing_come_to_an_end_and_those_that_bring_something_do_not() {
    let mut download = broken(true, 40);
    for next in [Next::Again(0), Next::Failed(Code::BodyTruncated)] {
        assert_eq!(download.answered(part("bytes 40-99/100"), 1), Answer::On);
        assert_eq!(ended(&mut download, Err(Code::BodyTruncated)), next);
    }
    let (mut download, mut budget) = (Download::new(false), Budget::new());
    download.answered(whole("100"), 1);
    for first in 1..100 {
        download.take(1);
        assert_eq!(download.ended(Err(Code::BodyTruncated), Retry::DEFAULT, &mut budget, 0), Next::Again(0));
        let range = format!("bytes {first}-99/100");
        assert_eq!(download.answered(part(&range), 1), Answer::On);
    }
    download.take(1);
    assert_eq!(download.ended(Ok(()), Retry::DEFAULT, &mut budget, 0), Next::Done);
    assert_eq!((0..20).filter(|_| budget.spend()).count(), 10);
}

#[test]
fn a_range_that_cannot_be_had_is_asked_for_no_more() {
    let refused = |status| {
        Error::new(Code::Rejected).with_head(&Head::new(status, 0, |_| None)).after(1, crate::error::Sent::Acknowledged)
    };
    let mut download = broken(true, 40);
    assert!(download.refused(refused(416)).is_ok() && asked(&download).is_none());
    let error = download.refused(refused(416)).unwrap_err();
    assert_eq!((error.status(), error.attempts()), (Some(416), 3));
    assert!(broken(true, 40).refused(refused(403)).is_err());
    assert!(broken(false, 40).refused(refused(416)).is_err());
}

#[test]
fn all_bytes_are_the_end_however_the_connection_ends() {
    let mut download = Download::new(false);
    download.answered(whole("10"), 1);
    download.take(10);
    assert_eq!(ended(&mut download, Err(Code::BodyTruncated)), Next::Done);
    assert_eq!(ended(&mut download, Err(Code::StorageFull)), Next::Failed(Code::StorageFull));
    let kept = Download::kept(100, "\"a\"".to_owned(), Some(100));
    assert!(kept.is_complete());
}

#[test]
fn a_file_is_not_gone_on_with_as_somebody_else() {
    let as_user = |user: &str, token: Option<&str>| {
        Ok(Presented { user: user.to_owned(), token: token.map(Secret::new), ..Presented::default() })
    };
    let mut download = broken(true, 40);
    assert!(download.present(as_user("ada", Some("t"))).is_ok());
    assert!(download.present(as_user("ada", Some("newer"))).is_ok());
    for other in [as_user("eve", Some("t")), as_user("", Some("t")), as_user("ada", None)] {
        assert_eq!(download.present(other).unwrap_err().code(), Code::BodyTruncated);
    }
}

#[test]
fn fewer_bytes_than_announced_are_not_the_file() {
    let mut download = Download::new(false);
    download.answered(entity(200, &[("content-length", "10")]), 1);
    download.take(9);
    assert_eq!(ended(&mut download, Ok(())), Next::Failed(Code::BodyTruncated));
}

#[test]
fn more_bytes_than_a_part_was_said_to_have_are_never_the_file() {
    let mut download = broken(true, 40);
    assert_eq!(download.answered(part("bytes 40-59/100"), 1), Answer::On);
    assert_eq!(download.room(), Some(20));
    download.take(60);
    assert_eq!(ended(&mut download, Ok(())), Next::Failed(Code::RangeMismatched));
}

#[test]
fn what_could_not_leave_follows_what_was_answered() {
    use crate::error::Sent;
    let unsent = || Error::new(Code::ConnectFailed).after(3, Sent::Unsent);
    let error = broken(true, 40).refused(unsent()).unwrap_err();
    assert_eq!((error.sent(), error.attempts()), (Sent::Acknowledged, 4));
    assert_eq!(Download::new(true).refused(unsent()).unwrap_err().sent(), Sent::Unsent);
}

#[test]
fn what_the_taker_cannot_keep_is_not_asked_for_again() {
    let mut download = Download::new(true);
    download.answered(whole("100"), 1);
    download.take(1);
    assert_eq!(ended(&mut download, Err(Code::StorageFull)), Next::Failed(Code::StorageFull));
    assert_eq!(
        download.ended(Err(Code::BodyTruncated), Retry::NONE, &mut Budget::new(), 0),
        Next::Failed(Code::BodyTruncated)
    );
}

#[test]
fn a_length_that_may_be_of_packed_bytes_is_told_and_not_relied_on() {
    let hidden = |asked: &str| match asked {
        "content-length" => Some("40".to_owned()),
        "content-type" => Some("application/octet-stream".to_owned()),
        _ => None,
    };
    for came in [39, 40, 41] {
        let mut download = Download::new(false);
        assert_eq!(download.answered(Entity::new(200, true, hidden), 1), Answer::Anew);
        assert_eq!(download.total(), Some(40));
        download.take(came);
        assert_eq!(ended(&mut download, Ok(())), Next::Done);
    }
}

//! Whole answers that are not what was asked for.

use bytes::Bytes;

use super::{Act, Asked, End, Plan, good_body};
use crate::fault::Fault;
use crate::gzip::{Bomb, broken};

const JSON: (&str, &str) = ("content-type", "application/json");
const GZIP: (&str, &str) = ("content-encoding", "gzip");
/// What a huge body is made of: JSON may have as many spaces as it likes.
const PIECE: u64 = 64 << 10;

pub(super) fn plan(fault: &Fault, asked: &Asked) -> Plan {
    let good = good_body(asked);
    match fault {
        Fault::Status { status, retry_after } => {
            let retry_after = retry_after.as_ref().map(crate::RetryAfter::value);
            let mut headers = vec![JSON];
            headers.extend(retry_after.as_deref().map(|value| ("retry-after", value)));
            Plan::answer(asked, *status, &headers, r#"{"message":"Scripted."}"#)
        }
        Fault::Answer { status, headers, body } => {
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            Plan::answer(asked, *status, &headers, body)
        }
        Fault::Bytes { text } => Plan::written(text.clone(), End::Close),
        Fault::Redirect { status, location } => Plan::answer(asked, *status, &[("location", location)], ""),
        Fault::RedirectLoop { status } => Plan::answer(asked, *status, &[("location", &asked.path)], ""),
        Fault::RedirectHops { status, hops } => hop(asked, *status, *hops),
        Fault::HtmlPage => {
            let page = "<!doctype html><title>Sign in</title><p>Please sign in.";
            Plan::answer(asked, 200, &[("content-type", "text/html; charset=utf-8")], page)
        }
        Fault::WrongType => Plan::answer(asked, 200, &[("content-type", "text/plain")], good),
        Fault::NoType => Plan::answer(asked, 200, &[], good),
        Fault::EmptyOk => Plan::answer(asked, 200, &[JSON], ""),
        Fault::NoContentWithBody => Plan { end: End::Close, ..Plan::answer(asked, 204, &[JSON], good) },
        Fault::MalformedJson => Plan::answer(asked, 200, &[JSON], "[1,]"),
        Fault::TruncatedJson => Plan::answer(asked, 200, &[JSON], r#"{"request":"#),
        Fault::DeepJson { depth } => Plan::answer(asked, 200, &[JSON], "[".repeat(*depth)),
        Fault::HugeBody { bytes, announced } => huge(asked, *bytes, *announced),
        Fault::GzipBomb { mebibytes } => bomb(asked, *mebibytes),
        Fault::BrokenGzip => Plan::answer(asked, 200, &[JSON, GZIP], broken(&good)),
        Fault::LyingEncoding => Plan::answer(asked, 200, &[JSON, GZIP], good),
        // The rest are cuts, heads and files, or go well once the request has come.
        _ => Plan::good(asked),
    }
}

fn hop(asked: &Asked, status: u16, hops: u32) -> Plan {
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let done = query.split('&').find_map(|pair| pair.strip_prefix("hop=")?.parse::<u32>().ok()).unwrap_or_default();
    if done >= hops {
        return Plan::good(asked);
    }
    Plan::answer(asked, status, &[("location", &format!("{path}?hop={}", done + 1))], "")
}

fn huge(asked: &Asked, bytes: u64, announced: bool) -> Plan {
    let (pieces, rest) = (bytes.saturating_sub(2) / PIECE, bytes.saturating_sub(2) % PIECE);
    let spaces = |length: u64| " ".repeat(usize::try_from(length).unwrap_or_default());
    let piece = spaces(PIECE);
    let acts = if announced {
        let start = format!("{}content-length: {}\r\n\r\n[{}", asked.json(), pieces * PIECE + rest + 2, spaces(rest));
        vec![Act::Write(start.into()), Act::Repeat(piece.into(), pieces), Act::Write("]".into())]
    } else {
        let first = spaces(rest) + "[";
        let start = format!("{}transfer-encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n", asked.json(), first.len());
        let chunk = format!("{PIECE:x}\r\n{piece}\r\n");
        vec![Act::Write(start.into()), Act::Repeat(chunk.into(), pieces), Act::Write("1\r\n]\r\n0\r\n\r\n".into())]
    };
    Plan::new(acts, End::KeepOpen)
}

fn bomb(asked: &Asked, mebibytes: u32) -> Plan {
    let bomb = Bomb::new(mebibytes);
    let head = asked.head(200, &[JSON, GZIP]);
    let mut start = format!("{head}content-length: {}\r\n\r\n", bomb.bytes(mebibytes)).into_bytes();
    start.extend_from_slice(&bomb.start);
    let acts =
        vec![Act::Write(Bytes::from(start)), Act::Repeat(bomb.middle, u64::from(mebibytes)), Act::Write(bomb.end)];
    Plan::new(acts, End::KeepOpen)
}

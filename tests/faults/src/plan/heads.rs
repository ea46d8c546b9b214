//! Heads that are too much, or that two parsers read differently.

use super::{Asked, End, Plan, good_body};
use crate::fault::Fault;

pub(super) fn plan(fault: &Fault, asked: &Asked) -> Option<Plan> {
    let body = good_body(asked);
    let good = || format!("{}content-length: {}\r\n", asked.json(), body.len());
    let with = |lines: &str| format!("{}{lines}\r\n{body}", good());
    let text = match fault {
        Fault::Garbage => "\u{1}\u{2} nonsense\r\n\r\n".to_owned(),
        Fault::HugeHeader { bytes } => with(&format!("x-huge: {}\r\n", "x".repeat(*bytes))),
        Fault::ManyHeaders { count } => {
            let lines: Vec<String> = (0..*count).map(|number| format!("x-{number}: y\r\n")).collect();
            with(&lines.concat())
        }
        Fault::BareLineFeeds => with("").replace("\r\n", "\n"),
        Fault::FoldedHeader => with("x-folded: one\r\n two\r\n"),
        Fault::NulInHeader => with("x-nul: a\0b\r\n"),
        // Who goes by the length takes what follows the chunks as a second answer.
        Fault::LengthAndChunked => {
            let second = with("");
            let head = format!("{}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n", asked.json());
            format!("{head}0\r\n\r\n{second}")
        }
        Fault::TwoLengths => with(&format!("content-length: {}\r\n", body.len() + 1)),
        Fault::NegativeLength => format!("{}content-length: -1\r\n\r\n{body}", asked.json()),
        Fault::UnknownCoding => format!("{}transfer-encoding: x-unknown\r\n\r\n{body}", asked.json()),
        _ => return None,
    };
    Some(Plan::written(text, End::Close))
}

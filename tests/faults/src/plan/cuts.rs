//! Answers that stop, and answers that take their time.

use std::time::Duration;

use super::{Act, Asked, End, Plan, good_body};
use crate::fault::Fault;

pub(super) fn plan(fault: &Fault, asked: &Asked) -> Option<Plan> {
    let half_head = || Act::Write("HTTP/1.1 200 Scripted\r\ncontent-ty".into());
    let half_body = || Act::Write(format!("{}content-length: 100\r\n\r\n[1,2", asked.json()).into());
    let half_chunk = || Act::Write(format!("{}transfer-encoding: chunked\r\n\r\n20\r\n[1,2", asked.json()).into());
    Some(match fault {
        Fault::ResetBeforeHead => Plan::new(Vec::new(), End::Reset),
        Fault::CloseBeforeHead => Plan::new(Vec::new(), End::Close),
        Fault::ResetInHead => Plan::new(vec![half_head()], End::Reset),
        Fault::CloseInHead => Plan::new(vec![half_head()], End::Close),
        Fault::ResetInBody => Plan::new(vec![half_body()], End::Reset),
        Fault::CloseInBody => Plan::new(vec![half_body()], End::Close),
        Fault::ResetInChunk => Plan::new(vec![half_chunk()], End::Reset),
        Fault::CloseInChunk => Plan::new(vec![half_chunk()], End::Close),
        Fault::NoFinalChunk => {
            let text = format!("{}transfer-encoding: chunked\r\n\r\n3\r\n[1]\r\n", asked.json());
            Plan::written(text, End::Close)
        }
        Fault::UntilClose => Plan::written(format!("{}\r\n{}", asked.json(), good_body(asked)), End::Close),
        Fault::ResetOnReuse => Plan { end: End::ResetOnReuse, ..Plan::good(asked) },
        Fault::CloseAfterAnswer => Plan { end: End::Close, ..Plan::good(asked) },
        Fault::EarlyAnswer { status } => {
            let body = r#"{"message":"The body was not read."}"#;
            let headers = [("content-type", "application/json"), ("connection", "close")];
            Plan { end: End::Drain, early: true, ..Plan::answer(asked, *status, &headers, body) }
        }
        Fault::Silence => Plan::new(vec![Act::Stall], End::Close),
        Fault::StallInHead => Plan::new(vec![half_head(), Act::Stall], End::Close),
        Fault::StallInBody => Plan::new(vec![half_body(), Act::Stall], End::Close),
        Fault::DripHead { milliseconds } => {
            let body = good_body(asked);
            let head = format!("{}content-length: {}\r\n\r\n", asked.json(), body.len());
            let mut acts = dripping(&head, *milliseconds);
            acts.push(Act::Write(body.into()));
            Plan::new(acts, End::KeepOpen)
        }
        Fault::DripBody { milliseconds } => {
            let body = good_body(asked);
            let head = format!("{}content-length: {}\r\n\r\n", asked.json(), body.len());
            let mut acts = vec![Act::Write(head.into())];
            acts.extend(dripping(&body, *milliseconds));
            Plan::new(acts, End::KeepOpen)
        }
        _ => return None,
    })
}

fn dripping(text: &str, milliseconds: u64) -> Vec<Act> {
    let pause = Duration::from_millis(milliseconds);
    let each = |byte: u8| [Act::Pause(pause), Act::Write(vec![byte].into())];
    text.bytes().flat_map(each).collect()
}

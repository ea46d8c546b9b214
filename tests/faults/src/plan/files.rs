//! What a file server answers.

use std::ops::Range;

use twinfetch_sample::{Sample, Wanted, wanted};

use super::{Act, Asked, End, Plan, good_body};
use crate::cut::{Break, Cut, Pace};
use crate::fault::Fault;
use crate::file::{File, Length, Ranges};

const TYPE: &str = "application/octet-stream";
const EDGE: &str = "edge";

pub(super) fn plan(fault: &Fault, asked: &Asked) -> Option<Plan> {
    match fault {
        Fault::File(file) => Some(serve(file, asked)),
        Fault::CutAnswer(cut) => Some(good(asked, cut)),
        _ => None,
    }
}

/// The good answer, cut.
fn good(asked: &Asked, cut: &Cut) -> Plan {
    let sample = Sample::text(good_body(asked));
    let mut body = Body::of(&sample, 0..sample.length());
    body.cut = Some(cut);
    body.behind(&asked.json(), asked)
}

fn serve(file: &File, asked: &Asked) -> Plan {
    let (sample, tag) = file.sample();
    let length = sample.length();
    let mut headers: Vec<(&str, &str)> =
        file.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        headers.push(("content-type", TYPE));
    }
    headers.extend(tag.as_deref().map(|tag| ("etag", tag)));
    if file.ranges != Ranges::Ignored {
        headers.push(("accept-ranges", "bytes"));
    }
    if file.gzip {
        headers.push(("content-encoding", "gzip"));
    }
    match part(file, tag.as_deref(), length, asked) {
        Wanted::Whole => {
            let body = Body { cut: file.cut.as_ref(), ..Body::of(&sample, 0..length) };
            body.framed(file, &asked.head(200, &headers), asked)
        }
        Wanted::Part(part) => partial(file, (&sample, part), headers, asked),
        Wanted::Nothing => Plan::answer(asked, 416, &[("content-range", &format!("bytes */{length}"))], ""),
    }
}

/// What the request asks for, as far as this server looks at it.
fn part(file: &File, tag: Option<&str>, length: u64, asked: &Asked) -> Wanted {
    let is_known = |known: &str| {
        let date = file.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("last-modified"));
        // A weak tag is equal to none (RFC 9110, section 13.1.5).
        tag.is_some_and(|tag| tag == known && !tag.starts_with("W/")) || date.is_some_and(|(_, date)| date == known)
    };
    let is_other = asked.if_range.as_deref().is_some_and(|known| !is_known(known));
    match file.ranges {
        _ if asked.is_head || asked.range.is_none() => Wanted::Whole,
        Ranges::Ignored => Wanted::Whole,
        Ranges::Refused => Wanted::Nothing,
        Ranges::Careless => wanted(asked.range.as_deref(), length),
        _ if is_other => Wanted::Whole,
        _ => wanted(asked.range.as_deref(), length),
    }
}

fn partial(file: &File, (sample, part): (&Sample, Range<u64>), headers: Vec<(&str, &str)>, asked: &Asked) -> Plan {
    let Range { start, end } = part;
    let length = sample.length();
    let (named, sent) = match file.ranges {
        Ranges::Shifted(by) => {
            let start = start.saturating_add_signed(by).min(end - 1);
            (start..end, start..end)
        }
        Ranges::Less(by) => {
            let end = end.saturating_sub(by).max(start + 1);
            (start..end, start..end)
        }
        Ranges::Short(by) => (start..end, start..end.saturating_sub(by).max(start)),
        _ => (start..end, start..end),
    };
    let total = match file.ranges {
        Ranges::Total(total) => total.map_or_else(|| "*".to_owned(), |total| total.to_string()),
        _ => length.to_string(),
    };
    let range = format!("bytes {}-{}/{total}", named.start, named.end - 1);
    let head = |headers: Vec<(&str, &str)>, more: &[(&str, &str)]| asked.head(206, &[&headers[..], more].concat());
    let cut = file.cut.as_ref();
    match file.ranges {
        Ranges::Unnamed => Body { cut, ..Body::of(sample, sent) }.framed(file, &head(headers, &[]), asked),
        Ranges::Packed => {
            let packed = sample.part(sent).collect::<Sample>().gzip();
            let head = head(headers, &[("content-range", &range), ("content-encoding", "gzip")]);
            Body { cut, ..Body::of(&packed, 0..packed.length()) }.framed(file, &head, asked)
        }
        Ranges::Multipart => {
            let body = Body {
                before: format!("--{EDGE}\r\ncontent-type: {TYPE}\r\ncontent-range: {range}\r\n\r\n"),
                after: format!("\r\n--{EDGE}--\r\n"),
                cut,
                ..Body::of(sample, sent)
            };
            let others = headers.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-type")).collect();
            let content_type = format!("multipart/byteranges; boundary={EDGE}");
            body.framed(file, &head(others, &[("content-type", &content_type)]), asked)
        }
        _ => {
            let head = head(headers, &[("content-range", &range)]);
            Body { cut, ..Body::of(sample, sent) }.framed(file, &head, asked)
        }
    }
}

/// What comes behind a head: a part of a file, and what is around it.
struct Body<'b> {
    before: String,
    sample: &'b Sample,
    part: Range<u64>,
    after: String,
    cut: Option<&'b Cut>,
    length: Length,
    pace: Option<Pace>,
}

impl<'b> Body<'b> {
    fn of(sample: &'b Sample, part: Range<u64>) -> Self {
        let (before, after) = (String::new(), String::new());
        Self { before, sample, part, after, cut: None, length: Length::Announced, pace: None }
    }

    fn framed(self, file: &File, head: &str, asked: &Asked) -> Plan {
        Self { length: file.length, pace: file.pace, ..self }.behind(head, asked)
    }

    /// The plan that sends it behind this head, which lacks its last line.
    fn behind(self, head: &str, asked: &Asked) -> Plan {
        let around = (self.before.len() + self.after.len()) as u64;
        let (framing, mut end) = match self.length {
            Length::Announced => {
                (format!("content-length: {}\r\n", around + self.part.end - self.part.start), End::KeepOpen)
            }
            Length::Chunked => ("transfer-encoding: chunked\r\n".to_owned(), End::KeepOpen),
            Length::UntilClose => (String::new(), End::Close),
        };
        let mut acts = vec![Act::Write(format!("{head}{framing}\r\n").into())];
        if asked.is_head {
            return Plan::new(acts, End::KeepOpen);
        }
        let cut = self.cut.and_then(|cut| Some((self.part.start + cut.of(&self.part)?, cut.by)));
        let end_of_part = cut.map_or(self.part.end, |(offset, _)| offset);
        let mut send =
            |pieces| acts.push(Act::Send { pieces, is_chunked: self.length == Length::Chunked, pace: self.pace });
        send(Sample::text(self.before).pieces());
        send(self.sample.part(self.part.start..end_of_part));
        match cut {
            Some((_, Break::Stall)) => acts.push(Act::Stall),
            Some((_, by)) => end = by.end(),
            None => {
                send(Sample::text(self.after).pieces());
                if self.length == Length::Chunked {
                    acts.push(Act::Write("0\r\n\r\n".into()));
                }
            }
        }
        Plan::new(acts, end)
    }
}

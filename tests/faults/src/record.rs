//! What a server saw.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

/// The requests since the script was set.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The connections that came since.
    pub connections: u64,
    /// All requests; preflights are none.
    pub total: u64,
    /// The last 10 000 requests.
    pub requests: VecDeque<Seen>,
    /// How often each fault was played, by its name.
    pub faults: BTreeMap<String, u64>,
}

/// A request.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// Its number since the script was set, from 1.
    pub number: u64,
    /// Which connection it came on.
    pub connection: u64,
    /// Its method.
    pub method: String,
    /// Its path with the query.
    pub path: String,
    /// Its headers, the names in lower case.
    pub headers: Vec<(String, String)>,
    /// The first 4 KiB of its body.
    pub body: String,
    /// How long the body was that came.
    pub body_bytes: u64,
    /// Whether the body came whole.
    pub complete: bool,
    /// The fault that it met.
    pub fault: Option<String>,
}

/// What is counted, for waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Requests since the script was set.
    pub requests: u64,
    /// Requests whose answer, or as much of it as comes, is written. One that stalls counts once it stalls.
    pub played: u64,
    /// Connections that are open now.
    pub open: u64,
}

impl Seen {
    /// The value of a header; the name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

/// More requests than this are counted and forgotten.
const KEPT: usize = 10_000;
/// More of a body than this is counted and forgotten.
const KEPT_OF_A_BODY: usize = 4 << 10;

impl Record {
    pub(crate) fn add(&mut self, seen: Seen) {
        if let Some(fault) = &seen.fault {
            *self.faults.entry(fault.clone()).or_default() += 1;
        }
        self.total += 1;
        self.requests.push_back(seen);
        if self.requests.len() > KEPT {
            self.requests.pop_front();
        }
    }

    /// Notes what came of a body; without a piece it has come whole.
    pub(crate) fn body(&mut self, number: u64, piece: Option<&[u8]>) {
        let Some(seen) = self.requests.iter_mut().rev().find(|seen| seen.number == number) else { return };
        let Some(piece) = piece else {
            seen.complete = true;
            return;
        };
        seen.body_bytes += piece.len() as u64;
        let room = KEPT_OF_A_BODY.saturating_sub(seen.body.len()).min(piece.len());
        seen.body.push_str(&String::from_utf8_lossy(piece.get(..room).unwrap_or_default()));
    }
}

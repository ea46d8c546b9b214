//! The axes of the matrix, which the browser's half reads too: `tests/vectors/redirects/axes.json`.

use serde::Deserialize;
use serde_json::Value;

use crate::recorder::Recorder;

const FILE: &str = include_str!("../../../../tests/vectors/redirects/axes.json");

#[derive(Deserialize)]
pub(crate) struct Axes {
    pub(crate) codes: Vec<u16>,
    pub(crate) changes: Vec<Change>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) verbs: Vec<Verb>,
    #[serde(rename = "cookieDialect")]
    pub(crate) cookie_dialect: Value,
}

/// From where to where a redirect leads.
#[derive(Deserialize)]
pub(crate) struct Change {
    pub(crate) name: String,
    from: String,
    to: String,
    pub(crate) foreign: bool,
}

/// What goes along with a call.
#[derive(Deserialize)]
pub(crate) struct Credential {
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) by: By,
    /// Whether the client refuses to send it at all.
    #[serde(default)]
    pub(crate) refused: bool,
}

/// Where in a request a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    Body,
    Cookie,
    Header,
    Mirrored,
    Query,
    Referrer,
    Session,
}

#[derive(Deserialize)]
pub(crate) struct Verb {
    pub(crate) verb: String,
    pub(crate) path: String,
}

impl Axes {
    pub(crate) fn read() -> Self {
        serde_json::from_str(FILE).unwrap()
    }

    /// Every code with every change.
    pub(crate) fn redirects(&self) -> impl Iterator<Item = (u16, &Change)> {
        self.codes.iter().flat_map(|code| self.changes.iter().map(|change| (*code, change)))
    }
}

impl Change {
    pub(crate) fn from(&self, recorder: &Recorder) -> String {
        recorder.fill(&self.from)
    }

    pub(crate) fn to(&self, recorder: &Recorder) -> String {
        recorder.fill(&self.to)
    }
}

/// A secret that is found again wherever it turns up, even in pieces of a header.
pub(crate) fn canary() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    bytes.iter().fold("canary".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

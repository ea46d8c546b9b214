//! Problem documents ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).

use crate::document::Document;

/// What a server says of a problem. A member of another type than the standard's is as if it were not there (§3.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem it is, as a URI reference: `about:blank` where the document has none.
    pub kind: String,
    /// What that kind is called.
    pub title: Option<String>,
    /// What happened this time.
    pub detail: Option<String>,
    /// Which time it was, as a URI reference.
    pub instance: Option<String>,
}

impl Problem {
    /// Reads the standard's members of a document.
    pub(crate) fn read<D: Document>(document: &D) -> Self {
        let text = |name: &str| document.member(name)?.text();
        Self {
            kind: text("type").unwrap_or_else(|| "about:blank".to_owned()),
            title: text("title"),
            detail: text("detail"),
            instance: text("instance"),
        }
    }
}

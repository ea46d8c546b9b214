//! A file server that keeps its word, or not.

use serde::{Deserialize, Serialize};
use twinfetch_sample::Sample;

use crate::cut::{Cut, Pace};

/// A file and how it is served. Its bytes are those of [`Sample::edition`].
///
/// ```
/// use twinfetch_faults::{Cut, Fault, File, Ranges, Rule, Script};
///
/// let file = File { size: 1 << 20, ..File::default() };
/// // A hundred parts, and the same in one piece to who asks for it elsewhere.
/// let parts = File { cut: Some(Cut::after(10_486)), ..file.clone() };
/// // Another file from the third request on, by a server that does not look at If-Range.
/// let other = File { edition: 1, ranges: Ranges::Careless, ..file.clone() };
/// let script = Script::default()
///     .rule(Rule::new(Fault::File(parts.clone())).path("/parts"))
///     .rule(Rule::new(Fault::File(parts)).path("/changing").times(2))
///     .rule(Rule::new(Fault::File(other)).path("/changing"))
///     .rule(Rule::new(Fault::File(file)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct File {
    /// How many bytes it has unpacked; any number.
    pub size: u64,
    /// Which bytes: no byte of two editions is the same.
    pub edition: u8,
    /// Its `ETag`.
    pub tag: Tag,
    /// What becomes of a `Range`.
    pub ranges: Ranges,
    /// How its end is told.
    pub length: Length,
    /// Whether it is packed with gzip; length, tag and ranges are then those of the packed file.
    pub gzip: bool,
    /// Where the connection ends too early.
    pub cut: Option<Cut>,
    /// How fast it comes; without it as fast as it is read.
    pub pace: Option<Pace>,
    /// Further headers, such as `Content-Disposition`; the type is `application/octet-stream` unless one of them says so.
    pub headers: Vec<(String, String)>,
}

/// A file's `ETag` ([RFC 9110 section 8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// A strong one, of its own for each edition, size and packing.
    #[default]
    Strong,
    /// The same, weak: no `If-Range` is equal to it.
    Weak,
    /// None.
    None,
    /// This text, quotes included.
    Text(String),
}

/// How the end of a file is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// By `Content-Length`.
    #[default]
    Announced,
    /// By the last chunk.
    Chunked,
    /// By the end of the connection.
    UntilClose,
}

/// What becomes of a `Range`. Where nothing else is said, `If-Range` is obeyed, and a set of several ranges is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ranges {
    /// It is answered as it should be: 206, or 416 where the file has no such bytes.
    #[default]
    Honest,
    /// It is not looked at: always 200, without `Accept-Ranges`.
    Ignored,
    /// It is refused: always 416.
    Refused,
    /// It is answered with 206 whatever `If-Range` says.
    Careless,
    /// Another range comes: one that begins so many bytes later, or earlier. `Content-Range` says so.
    Shifted(i64),
    /// A range comes that ends so many bytes earlier. `Content-Range` says so.
    Less(u64),
    /// So many bytes fewer come than `Content-Range` says; `Content-Length` agrees with what comes.
    Short(u64),
    /// A 206 without `Content-Range`.
    Unnamed,
    /// `Content-Range` says another total, or `*`.
    Total(Option<u64>),
    /// It comes as the one part of `multipart/byteranges`.
    Multipart,
    /// The bytes asked for come packed with gzip, although they were counted unpacked.
    Packed,
}

impl File {
    /// What is sent, with its tag.
    pub(crate) fn sample(&self) -> (Sample, Option<String>) {
        let sample = Sample::edition(self.edition, self.size);
        let sample = if self.gzip { sample.gzip() } else { sample };
        let packed = if self.gzip { "-gzip" } else { "" };
        let strong = format!("\"file-{}-{}{packed}\"", self.edition, self.size);
        let tag = match &self.tag {
            Tag::Strong => Some(strong),
            Tag::Weak => Some(format!("W/{strong}")),
            Tag::None => None,
            Tag::Text(text) => Some(text.clone()),
        };
        (sample, tag)
    }
}

//! What a response says of the file that it brings, or of the part of it.

use super::range::ContentRange;
use crate::text;

/// What a response says of the file that it brings, or of the part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entity {
    pub(super) brings: Brings,
    pub(super) range: Option<ContentRange>,
    /// The strong entity tag ([RFC 9110 §8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)), with its quotes.
    pub(super) etag: Option<String>,
    /// Whether the bytes that arrive are not those of the file, or may not be: they are packed on the way.
    pub(super) is_encoded: bool,
    /// How many bytes of the file the body brings.
    pub(super) length: Option<u64>,
    /// Whether that is so for sure, and not only likely.
    pub(super) is_sure: bool,
}

/// How much of a file a response brings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Brings {
    #[default]
    File,
    /// A part of it. Some servers say so by `Content-Range` alone, and answer with 200.
    Part,
    /// What was accepted, or is empty: not what is missing of a file.
    Nothing,
}

impl Entity {
    /// Takes what is needed of a response; `header` looks a header up by its lower-case name.
    ///
    /// `filtered` says that headers may be there and not be seen, as in a browser those of another origin: unless the server
    /// shows `Accept-Ranges` or `Content-Range`, and so what it has to say of files, `Content-Length` may count packed bytes: it
    /// is nothing where the media type is one that servers pack, and elsewhere it is told, and not relied on.
    pub fn new(status: u16, filtered: bool, header: impl Fn(&str) -> Option<String>) -> Self {
        let encoding = header("content-encoding");
        let named = header("content-range");
        let range = named.as_deref().and_then(ContentRange::parse);
        let shows = !filtered || named.is_some() || header("accept-ranges").is_some();
        let is_encoded = match &encoding {
            Some(encoding) => !text::trim(encoding, text::is_blank).eq_ignore_ascii_case("identity"),
            None => !shows && header("content-type").is_none_or(|media_type| is_packed_often(&media_type)),
        };
        Self {
            brings: match status {
                202 | 204 | 205 => Brings::Nothing,
                206 => Brings::Part,
                _ if named.is_some() && !range.is_some_and(ContentRange::is_whole) => Brings::Part,
                _ => Brings::File,
            },
            range,
            etag: header("etag").filter(|etag| is_strong(etag)),
            is_encoded,
            length: header("content-length").as_deref().and_then(text::number).filter(|_| !is_encoded),
            is_sure: shows,
        }
    }
}

/// Whether a tag stands for these very bytes: a weak one, `W/"…"`, does not.
fn is_strong(etag: &str) -> bool {
    let inner = etag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|inner| text::all(inner, |byte| matches!(byte, b'!' | b'#'..=b'~')))
}

/// Whether servers pack bodies of this media type: texts of all kinds.
fn is_packed_often(media_type: &str) -> bool {
    let essence = text::trim(text::before(media_type, b';'), text::is_blank);
    let Some((kind, subtype)) = text::cut(essence, b'/') else { return true };
    match kind.to_ascii_lowercase().as_str() {
        "text" => true,
        "application" | "image" => {
            let last = text::cut_last(subtype, b'+').map_or(subtype, |(_, last)| last);
            ["json", "xml", "javascript", "wasm"].iter().any(|packed| last.eq_ignore_ascii_case(packed))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Entity;

    fn entity(filtered: bool, headers: &[(&str, &str)]) -> Entity {
        let found = |asked: &str| headers.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned());
        Entity::new(200, filtered, found)
    }

    #[test]
    fn only_a_strong_tag_counts() {
        for (tag, strong) in
            [("\"a\"", true), ("\"\"", true), ("W/\"a\"", false), ("a", false), ("\"a", false), ("\"a\"b\"", false)]
        {
            assert_eq!(entity(false, &[("etag", tag)]).etag.is_some(), strong, "{tag}");
        }
    }

    #[test]
    fn a_length_counts_where_nothing_can_be_packed() {
        let length =
            |filtered, more: &[(&str, &str)]| entity(filtered, &[&[("content-length", "10")], more].concat()).length;
        let csv = ("content-type", "text/csv; charset=utf-8");
        assert_eq!(length(false, &[csv]), Some(10));
        assert_eq!(length(false, &[csv, ("content-encoding", "gzip")]), None);
        assert_eq!(length(false, &[csv, ("content-encoding", "Identity")]), Some(10));
        assert_eq!(length(true, &[csv]), None);
        assert_eq!(length(true, &[csv, ("accept-ranges", "bytes")]), Some(10));
        assert_eq!(length(true, &[("content-type", "application/zip")]), Some(10));
        assert_eq!(length(true, &[("content-type", "application/geo+json")]), None);
        assert_eq!(length(true, &[]), None);
        assert_eq!(entity(false, &[("content-length", "1e3")]).length, None);
    }
}

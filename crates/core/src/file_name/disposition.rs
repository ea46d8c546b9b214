//! `Content-Disposition` ([RFC 6266](https://www.rfc-editor.org/rfc/rfc6266)) with extended values
//! ([RFC 8187](https://www.rfc-editor.org/rfc/rfc8187)). On what browsers disagree: `docs/file-names.md`.

use crate::text;

/// Reads the file name of a `Content-Disposition` value; `None` when it has none.
///
/// The value is what `fetch` gives: every byte as the code point of its number; see [`isomorphic`]. Bytes that are UTF-8 are
/// read as such, and others as ISO-8859-1.
///
/// `filename*` goes before `filename` (§4.3); its charset is UTF-8 or ISO-8859-1. A plain `filename` is taken as it is:
/// percent signs and encoded words are not decoded. The first of repeated parameters counts. Continuations (`filename*0`) are
/// ignored, and so is the disposition's type, which may be missing.
///
/// ```
/// use twinfetch_core::file_name::parse;
/// assert_eq!(parse("inline; filename=\"a \\\"b\\\".txt\"").as_deref(), Some("a \"b\".txt"));
/// assert_eq!(parse("attachment; filename=\"\u{e2}\u{82}\u{ac}.txt\"").as_deref(), Some("€.txt"));
/// assert_eq!(parse("attachment"), None);
/// ```
pub fn parse(value: &str) -> Option<String> {
    // 0xff is in no UTF-8: a code point which is no byte leaves the value as it is.
    let bytes: Vec<u8> = value.chars().map(|character| u8::try_from(character).unwrap_or(0xff)).collect();
    let decoded = text::utf8(bytes);
    let mut rest = decoded.as_deref().unwrap_or(value);
    let (mut plain, mut extended) = (None, None);
    while let Some((name, value, after)) = parameter(rest) {
        if name.eq_ignore_ascii_case("filename") {
            plain = plain.or(Some(value));
        } else if name.eq_ignore_ascii_case("filename*") {
            extended = extended.or_else(|| decode_extended(&value));
        }
        rest = after;
    }
    extended.or(plain).filter(|name| !name.is_empty())
}

/// The value of a header from the bytes of its lines, as `fetch` gives it: lines are joined by a comma, and every byte
/// becomes the code point of its number
/// ([isomorphic decoding](https://infra.spec.whatwg.org/#isomorphic-decode)). `None` when there is no line.
///
/// ```
/// use twinfetch_core::file_name::{choose, isomorphic};
/// let header = isomorphic(["attachment; filename=\"报告.csv\"".as_bytes()]);
/// assert_eq!(choose(header.as_deref(), None, "/export"), "报告.csv");
/// ```
pub fn isomorphic<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Option<String> {
    lines.into_iter().map(|line| line.iter().copied().map(char::from).collect()).reduce(|mut value: String, line| {
        value.push_str(", ");
        value.push_str(&line);
        value
    })
}

/// The next `name=value` and what follows it; what has no value is passed over.
fn parameter(mut rest: &str) -> Option<(&str, String, &str)> {
    loop {
        let end = text::position(rest, |byte| matches!(byte, b'=' | b';'))?;
        let (name, after) = (rest.get(..end)?, rest.get(end + 1..)?);
        if rest.as_bytes().get(end) == Some(&b';') {
            rest = after;
            continue;
        }
        let name = text::trim(name, text::is_blank);
        let value = after.get(text::position(after, |byte| !text::is_blank(byte)).unwrap_or(after.len())..)?;
        if let Some(quoted) = value.strip_prefix("\"") {
            let (value, rest) = unquote(quoted);
            return Some((name, value, text::cut(rest, b';').map_or("", |(_, rest)| rest)));
        }
        let (value, rest) = text::cut(value, b';').unwrap_or((value, ""));
        return Some((name, text::trim(value, text::is_blank).to_owned(), rest));
    }
}

/// A quoted string with its quoted pairs resolved, and what follows it; one that does not end ends with the text.
fn unquote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => value.extend(characters.next()),
            other => value.push(other),
        }
    }
    (value, characters.as_str())
}

/// An extended value: `charset'language'percent-encoded`, of ASCII only.
fn decode_extended(value: &str) -> Option<String> {
    let (charset, rest) = text::cut(value, b'\'')?;
    let (_, encoded) = text::cut(rest, b'\'')?;
    let bytes = percent_bytes(encoded).filter(|_| text::all(encoded, |byte| byte.is_ascii()))?;
    if charset.eq_ignore_ascii_case("utf-8") {
        text::utf8(bytes)
    } else if charset.eq_ignore_ascii_case("iso-8859-1") {
        Some(bytes.into_iter().map(char::from).collect())
    } else {
        None
    }
}

/// Decodes percent escapes as UTF-8; `None` when that is not what they are.
pub(super) fn percent_decode(encoded: &str) -> Option<String> {
    text::utf8(percent_bytes(encoded)?)
}

fn percent_bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { hex(rest.next()?)? << 4 | hex(rest.next()?)? } else { byte });
    }
    Some(bytes)
}

const fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{isomorphic, parameter, parse};

    #[test]
    fn names_are_read_as_rfc_6266_says() {
        for (header, expected) in [
            ("attachment; filename=\"foo.html\"", Some("foo.html")),
            ("attachment; FILENAME = foo.html ;x=y", Some("foo.html")),
            ("attachment; filename=\"f\\oo\\\"x.html\"", Some("foo\"x.html")),
            ("attachment; filename=\"foo;bar.html\"; size=3", Some("foo;bar.html")),
            ("attachment; filename*=UTF-8''%e2%82%ac.txt; filename=\"EUR.txt\"", Some("€.txt")),
            ("attachment; filename=\"EUR.txt\"; filename*=utf-8'en'%E2%82%AC.txt", Some("€.txt")),
            ("attachment; filename*=iso-8859-1''%E4.txt", Some("ä.txt")),
            ("attachment; filename*=UTF-8''%E4.txt; filename=a.txt", Some("a.txt")),
            ("attachment; filename*=koi8-r''%41; filename=a.txt", Some("a.txt")),
            ("attachment; filename*0=\"foo.\"; filename*1=\"html\"", None),
            ("filename=a.txt", Some("a.txt")),
            ("attachment; filename=\"open\\", Some("open")),
            ("", None),
            (";;;", None),
        ] {
            assert_eq!(parse(header).as_deref(), expected, "{header}");
        }
    }

    #[test]
    fn lines_are_joined_as_fetch_joins_them() {
        let lines: [&[u8]; 2] = [b"inline; filename=\"a\"", b"x=\xff"];
        assert_eq!(isomorphic(lines).as_deref(), Some("inline; filename=\"a\", x=\u{ff}"));
        assert_eq!((isomorphic([]), isomorphic([b"".as_slice()]).as_deref()), (None, Some("")));
    }

    #[test]
    fn a_parameter_is_made_of_what_it_takes_off_the_text() {
        for part in [";", "=", "=;", "a=b;", "a=\"", "a=\"\\\"\";", "\\", "\"", " ", "filename*=utf-8''%41;", "é=ü"] {
            let text = part.repeat(100_000);
            let mut rest = text.as_str();
            while let Some((name, value, after)) = parameter(rest) {
                assert!(name.len() + value.len() + after.len() < rest.len(), "{part}");
                rest = after;
            }
        }
    }
}

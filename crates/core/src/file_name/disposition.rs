//! `Content-Disposition` ([RFC 6266](https://www.rfc-editor.org/rfc/rfc6266)) with extended values
//! ([RFC 8187](https://www.rfc-editor.org/rfc/rfc8187)).

use crate::text;

/// Reads the file name of a `Content-Disposition` value; `None` when it has none that is well formed.
///
/// `filename*` goes before `filename` (§4.3); its charset is UTF-8 or ISO-8859-1. A plain `filename` is taken as it is:
/// percent signs are not decoded. The first of repeated parameters counts. Continuations (`filename*0`) are ignored.
pub fn parse(value: &str) -> Option<String> {
    let (mut plain, mut extended) = (None, None);
    let mut rest = text::cut(value, b';')?.1;
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

/// The next `name=value` and what follows it; parameters without a value are passed over.
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
            let (value, rest) = unquote(quoted)?;
            return Some((name, value, text::cut(rest, b';').map_or("", |(_, rest)| rest)));
        }
        let (value, rest) = text::cut(value, b';').unwrap_or((value, ""));
        return Some((name, text::trim(value, text::is_blank).to_owned(), rest));
    }
}

/// A quoted string without its quotes and with its quoted pairs resolved; `None` when it does not end.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Some((value, text.get(index + 1..)?)),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

/// An extended value: `charset'language'percent-encoded`.
fn decode_extended(value: &str) -> Option<String> {
    let (charset, rest) = text::cut(value, b'\'')?;
    let (_, encoded) = text::cut(rest, b'\'')?;
    let bytes = percent_bytes(encoded)?;
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
    use super::parse;

    #[test]
    fn names_are_read_as_rfc_6266_says() {
        for (header, expected) in [
            ("attachment; filename=\"foo.html\"", Some("foo.html")),
            ("attachment; filename=foo.html", Some("foo.html")),
            ("attachment; FILENAME = foo.html ;x=y", Some("foo.html")),
            ("attachment; filename=\"f\\oo\\\"x.html\"", Some("foo\"x.html")),
            ("attachment; filename=\"foo;bar.html\"; size=3", Some("foo;bar.html")),
            ("attachment; filename*=UTF-8''%e2%82%ac.txt; filename=\"EUR.txt\"", Some("€.txt")),
            ("attachment; filename=\"EUR.txt\"; filename*=utf-8'en'%E2%82%AC.txt", Some("€.txt")),
            ("attachment; filename*=iso-8859-1''%E4.txt", Some("ä.txt")),
            ("attachment; filename*=UTF-8''%E4.txt; filename=a.txt", Some("a.txt")),
            ("attachment; filename*=UTF-8''%zz; filename=a.txt", Some("a.txt")),
            ("attachment; filename*=koi8-r''%41; filename=a.txt", Some("a.txt")),
            ("attachment; filename*0=\"foo.\"; filename*1=\"html\"", None),
            ("attachment; filename=\"a%41.html\"", Some("a%41.html")),
            ("attachment; foo; filename=a.txt", Some("a.txt")),
            ("attachment; filename=a.txt; filename=b.txt", Some("a.txt")),
            ("attachment; filename=\"\"", None),
            ("attachment; filename=\"open", None),
            ("attachment; filename=\"open\\", None),
            ("attachment", None),
            ("", None),
            (";;;", None),
        ] {
            assert_eq!(parse(header).as_deref(), expected, "{header}");
        }
    }
}

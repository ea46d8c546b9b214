//! `Content-Disposition` ([RFC 6266](https://www.rfc-editor.org/rfc/rfc6266)) with extended values
//! ([RFC 8187](https://www.rfc-editor.org/rfc/rfc8187)).

/// Reads the file name of a `Content-Disposition` value; `None` when it has none that is well formed.
///
/// `filename*` goes before `filename` (§4.3); its charset is UTF-8 or ISO-8859-1. A plain `filename` is taken as it is:
/// percent signs are not decoded. The first of repeated parameters counts. Continuations (`filename*0`) are ignored.
pub fn parse(value: &str) -> Option<String> {
    let (mut plain, mut extended) = (None, None);
    let mut rest = value.split_once(';')?.1;
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
fn parameter(mut text: &str) -> Option<(&str, String, &str)> {
    loop {
        text = text.trim_start_matches([';', ' ', '\t']);
        let end = text.find(['=', ';'])?;
        let (name, rest) = text.split_at_checked(end)?;
        let Some(value) = rest.strip_prefix('=') else {
            text = rest;
            continue;
        };
        let value = value.trim_start();
        if let Some(quoted) = value.strip_prefix('"') {
            let (value, rest) = unquote(quoted)?;
            let rest = rest.find(';').and_then(|end| rest.get(end..)).unwrap_or_default();
            return Some((name.trim(), value, rest));
        }
        let (value, rest) = value.split_at_checked(value.find(';').unwrap_or(value.len()))?;
        return Some((name.trim(), value.trim().to_owned(), rest));
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
    let mut parts = value.splitn(3, '\'');
    let (charset, _, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = percent_bytes(encoded)?;
    if charset.eq_ignore_ascii_case("utf-8") {
        String::from_utf8(bytes).ok()
    } else if charset.eq_ignore_ascii_case("iso-8859-1") {
        Some(bytes.into_iter().map(char::from).collect())
    } else {
        None
    }
}

/// Decodes percent escapes as UTF-8; `None` when that is not what they are.
pub(super) fn percent_decode(text: &str) -> Option<String> {
    String::from_utf8(percent_bytes(text)?).ok()
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

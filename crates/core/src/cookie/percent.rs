use std::borrow::Cow;

/// Undoes percent escapes, or gives the text back as it is when one is malformed or the result is not UTF-8.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    unescaped(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Writes a text as JavaScript's `encodeURIComponent` does.
pub(super) fn encoded(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'A' + value - 10 });
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    Cow::Owned(out)
}

fn unescaped(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            out.push(*first);
            continue;
        }
        let [high, low, tail @ ..] = rest else { return None };
        out.push(hex(*high)? << 4 | hex(*low)?);
        rest = tail;
    }
    String::from_utf8(out).ok()
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        for text in ["", "abc", "a b|c=é%", "100%", "\u{1f511}"] {
            assert_eq!(decoded(&encoded(text)), text);
        }
    }

    #[test]
    fn a_malformed_escape_leaves_the_text_alone() {
        for text in ["AA%ZZ", "%", "%4", "%ff"] {
            assert_eq!(decoded(text), text);
        }
    }
}

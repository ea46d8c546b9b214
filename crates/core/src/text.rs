//! Cutting ASCII-delimited text at single bytes.
//!
//! The standard patterns do the same, but bring their searchers and the formatting of their panics into the browser's
//! artefact: some 5 kB of compressed wasm for what are loops over a few bytes.

/// What is asked of a byte: a function and not a closure type, so that one loop serves all who ask.
type Question = fn(u8) -> bool;

/// Where the first byte is of which it holds.
pub(crate) fn position(text: &str, holds: Question) -> Option<usize> {
    text.bytes().position(holds)
}

/// Whether it holds of every byte.
pub(crate) fn all(text: &str, holds: Question) -> bool {
    text.bytes().all(holds)
}

/// Whether it holds of any byte.
pub(crate) fn any(text: &str, holds: Question) -> bool {
    position(text, holds).is_some()
}

/// The parts before and after the first `byte`.
pub(crate) fn cut(text: &str, byte: u8) -> Option<(&str, &str)> {
    split_around(text, text.bytes().position(|other| other == byte)?)
}

/// The parts before and after the last `byte`.
pub(crate) fn cut_last(text: &str, byte: u8) -> Option<(&str, &str)> {
    split_around(text, text.bytes().rposition(|other| other == byte)?)
}

/// Whether the byte is in there.
pub(crate) fn has(text: &str, byte: u8) -> bool {
    cut(text, byte).is_some()
}

/// The part before the first `byte`, which is all when there is none.
pub(crate) fn before(text: &str, byte: u8) -> &str {
    cut(text, byte).map_or(text, |(before, _)| before)
}

/// The parts between the bytes.
pub(crate) fn parts(text: &str, byte: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let (part, after) = match cut(rest?, byte) {
            Some((part, after)) => (part, Some(after)),
            None => (rest?, None),
        };
        rest = after;
        Some(part)
    })
}

/// Without the bytes at both ends that are to be stripped.
pub(crate) fn trim(text: &str, strip: Question) -> &str {
    let start = text.bytes().position(|byte| !strip(byte)).unwrap_or(text.len());
    let end = text.bytes().rposition(|byte| !strip(byte)).map_or(start, |last| last + 1);
    text.get(start..end).unwrap_or_default()
}

/// The parts as one text.
pub(crate) fn concat(parts: &[&str]) -> String {
    let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        text.push_str(part);
    }
    text
}

/// A number written in digits; `None` for anything else. What is larger than any length of a file is taken for [`MOST`].
pub(crate) fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && all(text, |byte| byte.is_ascii_digit());
    digits.then(|| text.bytes().fold(0, |sum, byte| MOST.min(sum * 10 + u64::from(byte - b'0'))))
}

/// The largest number that is read: as many bytes nobody has, and JavaScript counts no further.
pub(crate) const MOST: u64 = 1 << 53;

/// A number in digits.
pub(crate) fn decimal(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(b'0' + (number % 10) as u8));
        number /= 10;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

/// Bytes as the text that they are in UTF-8 (RFC 3629); `None` when they are none.
pub(crate) fn utf8(bytes: impl IntoIterator<Item = u8>) -> Option<String> {
    let mut text = String::new();
    let mut bytes = bytes.into_iter();
    while let Some(first) = bytes.next() {
        let (more, least, bits) = match first {
            0x00..=0x7f => (0, 0, 0x7f),
            0xc0..=0xdf => (1, 0x80, 0x1f),
            0xe0..=0xef => (2, 0x800, 0x0f),
            0xf0..=0xf7 => (3, 0x1_0000, 0x07),
            _ => return None,
        };
        let mut code = u32::from(first & bits);
        for _ in 0..more {
            let byte = bytes.next().filter(|byte| byte & 0xc0 == 0x80)?;
            code = code << 6 | u32::from(byte & 0x3f);
        }
        text.push(char::from_u32(code).filter(|_| code >= least)?);
    }
    Some(text)
}

/// Whether a byte is a space or a tab (RFC 9110 §5.6.3).
pub(crate) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn split_around(text: &str, index: usize) -> Option<(&str, &str)> {
    Some((text.get(..index)?, text.get(index + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::{MOST, before, cut, cut_last, decimal, is_blank, number, parts, trim, utf8};

    #[test]
    fn utf8_is_read_as_the_standard_library_reads_it() {
        let bytes = [
            0x00, 0x41, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf7, 0xf8,
            0xff,
        ];
        let tails = [[0x80, 0x80], [0x9f, 0xbf], [0xbf, 0x41], [0xa0, 0xc3], [0x41, 0x42]];
        for first in bytes {
            for second in bytes {
                for [third, fourth] in tails {
                    for length in 0..=4 {
                        let part = &[first, second, third, fourth][..length];
                        assert_eq!(utf8(part.iter().copied()), String::from_utf8(part.to_vec()).ok(), "{part:x?}");
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_are_digits() {
        for number in [0, 7, 10, 1_234_567_890, MOST - 1] {
            assert_eq!((decimal(number), super::number(&number.to_string())), (number.to_string(), Some(number)));
        }
        assert_eq!(number("18446744073709551616"), Some(MOST));
        for bad in ["", "-1", "+1", " 1", "1 ", "0x1"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn text_is_cut_at_single_bytes() {
        assert_eq!(cut("a=b=c", b'='), Some(("a", "b=c")));
        assert_eq!(cut_last("a=b=é", b'='), Some(("a=b", "é")));
        assert_eq!((cut("abc", b'='), before("abc", b'='), before("a?b?c", b'?')), (None, "abc", "a"));
        assert_eq!(parts("/a//é", b'/').collect::<Vec<_>>(), ["", "a", "", "é"]);
        assert_eq!(parts("", b'/').collect::<Vec<_>>(), [""]);
        assert_eq!((trim(" \té x\t", is_blank), trim(" \t ", is_blank)), ("é x", ""));
    }
}

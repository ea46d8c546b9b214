//! JSON as JavaScript writes it.

use serde_json::Value;
use zeroize::Zeroizing;

/// Parses JSON, taking the escape of half a surrogate pair for U+FFFD.
///
/// `JSON.stringify` writes such halves, from a name cut in the middle of an emoji for example, and `serde_json` refuses
/// them.
///
/// ```
/// use twinfetch_core::seal::json;
/// assert_eq!(json::parse(br#""cut \ud83d""#)?, "cut \u{fffd}");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// The bytes are not JSON.
pub fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(bytes).or_else(|error| match mended(bytes) {
        Some(mended) => serde_json::from_slice(&mended),
        None => Err(error),
    })
}

/// The bytes with every unpaired surrogate escape replaced; `None` if there is none.
fn mended(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut changed = false;
    let mut rest = bytes;
    while !rest.is_empty() {
        let (written, read): (&[u8], usize) = match (rest, escape(rest)) {
            (_, Some(0xd800..0xdc00)) => match rest.get(6..).and_then(escape) {
                Some(0xdc00..0xe000) => (rest.get(..12)?, 12),
                _ => (br"\ufffd", 6),
            },
            (_, Some(0xdc00..0xe000)) => (br"\ufffd", 6),
            ([b'\\', _, ..], _) => (rest.get(..2)?, 2),
            _ => (rest.get(..1)?, 1),
        };
        changed |= written == br"\ufffd";
        out.extend_from_slice(written);
        rest = rest.get(read..)?;
    }
    changed.then_some(out)
}

/// The code unit of the `\uXXXX` escape at the beginning.
fn escape(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(br"\u")?.get(..4)?;
    let digits =
        std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_become_the_replacement_character() {
        for (text, expected) in [
            (r#""\ud83d""#, "\u{fffd}"),
            (r#""\udd11""#, "\u{fffd}"),
            (r#""\uD83D\uDD11""#, "\u{1f511}"),
            (r#""\ud83d\ud83d\udd11 \udd11\ud83d""#, "\u{fffd}\u{1f511} \u{fffd}\u{fffd}"),
            (r#""\ud83d\\udd11""#, "\u{fffd}\\udd11"),
            (r#""\\ud83d \ud83d\n""#, "\\ud83d \u{fffd}\n"),
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_json_stays_an_error() {
        for text in ["", "\"\\ud83d", "\\ud83d", "{\"a\":\"\\ud83d\",}", "\"\\ud83\"", "\u{feff}{}", "1e999"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(b"\"\xff\"").is_err());
    }
}

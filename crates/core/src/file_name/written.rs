//! Writing the name of a file into a response.

use core::fmt::Write as _;

/// Writes the `Content-Disposition` of a file that is to be saved under this name, which is [safe](super::sanitize).
///
/// What is plain ASCII stands alone. Of any other name there are two forms: an ASCII one, in which underscores stand for the
/// rest, and behind it the true one, which every browser prefers ([RFC 6266 §4.3](https://www.rfc-editor.org/rfc/rfc6266#section-4.3),
/// [RFC 8187](https://www.rfc-editor.org/rfc/rfc8187)). A percent sign is never plain: some read it as an escape (RFC 6266, appendix D).
///
/// ```
/// use twinfetch_core::file_name::{attachment, parse};
/// assert_eq!(attachment("report 1.csv"), "attachment; filename=\"report 1.csv\"");
/// assert_eq!(attachment("€.csv"), "attachment; filename=\"_.csv\"; filename*=UTF-8''%E2%82%AC.csv");
/// assert_eq!(parse(&attachment("报告 100%.csv")).as_deref(), Some("报告 100%.csv"));
/// ```
pub fn attachment(name: &str) -> String {
    let plain: String = name.chars().map(|character| if is_plain(character) { character } else { '_' }).collect();
    let mut value = format!("attachment; filename=\"{plain}\"");
    if plain != name {
        value.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            if is_attribute(byte) {
                value.push(char::from(byte));
            } else {
                // Writing to a string does not fail.
                let _ = write!(value, "%{byte:02X}");
            }
        }
    }
    value
}

/// What stands in a quoted string and means itself to everybody.
const fn is_plain(character: char) -> bool {
    matches!(character, ' '..='~') && !matches!(character, '"' | '%' | '\\')
}

/// What an extended value has unescaped: `attr-char` of RFC 8187.
const fn is_attribute(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#' | b'$' | b'&' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
}

#[cfg(test)]
mod tests {
    use super::attachment;
    use crate::file_name::{parse, sanitize};

    #[test]
    fn every_safe_name_is_read_as_it_was_written() {
        let mut name = String::new();
        for number in 1..0x3_0000 {
            name.extend(char::from_u32(number));
            if name.len() < 200 {
                continue;
            }
            let safe = sanitize(&std::mem::take(&mut name)).unwrap_or_else(|| "download".to_owned());
            let written = attachment(&safe);
            assert_eq!(parse(&written).as_deref(), Some(safe.as_str()), "{written}");
            assert!(written.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{written}");
        }
    }

    #[test]
    fn nothing_of_a_name_ends_its_parameter() {
        for (name, written) in [
            ("a\"; x=\"b.txt", "attachment; filename=\"a_; x=_b.txt\"; filename*=UTF-8''a%22%3B%20x%3D%22b.txt"),
            ("a\\", "attachment; filename=\"a_\"; filename*=UTF-8''a%5C"),
            (
                "a\r\nset-cookie: b",
                "attachment; filename=\"a__set-cookie: b\"; filename*=UTF-8''a%0D%0Aset-cookie%3A%20b",
            ),
            ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
            ("a'b*c.txt", "attachment; filename=\"a'b*c.txt\""),
        ] {
            assert_eq!(attachment(name), written);
        }
    }
}

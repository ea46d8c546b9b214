//! Making a file name safe for every common file system and for the eye.

use crate::text;

/// The longest name, in bytes of UTF-8.
const LONGEST: usize = 255;

/// Makes a name safe: no path, no control or bidirectional character, no name that Windows reserves, at most 255 bytes
/// with the extension kept; `None` when nothing is left.
///
/// ```
/// use twinfetch_core::file_name::sanitize;
/// assert_eq!(sanitize("../../etc/passwd").as_deref(), Some("passwd"));
/// assert_eq!(sanitize("con.txt").as_deref(), Some("_con.txt"));
/// assert_eq!(sanitize(".."), None);
/// ```
pub fn sanitize(name: &str) -> Option<String> {
    let mut kept = String::new();
    for character in name.chars() {
        match character {
            '/' | '\\' => kept.clear(),
            '<' | '>' | ':' | '"' | '|' | '?' | '*' => kept.push('_'),
            _ if is_hidden(character) => {}
            _ => kept.push(character),
        }
    }
    let kept = text::trim(&kept, is_edge);
    if kept.is_empty() {
        return None;
    }
    // A cut can bring a reserved name about: `con`, 300 blanks, `x.txt`.
    Some(shorten(&unreserved(shorten(kept))))
}

/// Controls, and the marks which make a name read otherwise than it is (`U+202E` turns `gnp.exe` into `exe.png`).
const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
    )
}

/// What no file system keeps at the end of a name, and what hides a file at its start.
const fn is_edge(byte: u8) -> bool {
    matches!(byte, b' ' | b'.')
}

fn unreserved(name: String) -> String {
    let stem = text::trim(text::before(&name, b'.'), text::is_blank);
    if is_reserved(stem) { text::concat(&["_", &name]) } else { name }
}

/// Whether a file of that name, with any extension, is a device on Windows.
fn is_reserved(stem: &str) -> bool {
    if text::parts("con prn aux nul conin$ conout$ clock$", b' ').any(|device| stem.eq_ignore_ascii_case(device)) {
        return true;
    }
    let (Some(port), Some(number)) = (stem.get(..3), stem.get(3..)) else { return false };
    (port.eq_ignore_ascii_case("com") || port.eq_ignore_ascii_case("lpt"))
        && matches!(number, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
}

fn shorten(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let extension = text::cut_last(name, b'.').map_or("", |(_, extension)| extension);
    let extension = if extension.len() <= 32 { extension } else { "" };
    let dot = if extension.is_empty() { "" } else { "." };
    let end = name.floor_char_boundary(LONGEST - dot.len() - extension.len());
    text::concat(&[text::trim(name.get(..end).unwrap_or_default(), is_edge), dot, extension])
}

#[cfg(test)]
mod tests {
    use super::sanitize;

    #[test]
    fn unsafe_names_are_made_safe() {
        for (name, expected) in [
            ("报告-posts.csv", Some("报告-posts.csv")),
            ("C:\\Users\\x\\a.txt", Some("a.txt")),
            ("a\u{202e}gnp.exe", Some("agnp.exe")),
            ("a\0\r\nb.txt", Some("ab.txt")),
            (".bashrc", Some("bashrc")),
            ("a.txt. . ", Some("a.txt")),
            ("NUL", Some("_NUL")),
            ("com1.log", Some("_com1.log")),
            ("LPT¹", Some("_LPT¹")),
            ("CONOUT$ .log", Some("_CONOUT$ .log")),
            (&format!("con{}x.txt", " ".repeat(300)), Some("_con.txt")),
            ("common.log", Some("common.log")),
            ("a:b?.txt", Some("a_b_.txt")),
            ("", None),
            (" ", None),
            ("/", None),
            ("...", None),
            ("\u{200b}", None),
        ] {
            assert_eq!(sanitize(name).as_deref(), expected, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let name = sanitize(&format!("{}.tar.gz", "é".repeat(300))).unwrap();
        assert!(name.len() <= 255 && name.ends_with("é.gz"), "{name}");
        assert!(sanitize(&"x".repeat(300)).unwrap().len() == 255);
    }
}

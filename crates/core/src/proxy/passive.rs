//! Which files a browser runs.

use crate::text;

/// Whether a browser only saves, shows or plays what has this media type. What it would run, or take for a page or a style, in
/// the origin that it comes from is not passive; neither is what is no single media type.
///
/// ```
/// use twinfetch_core::proxy::is_passive;
/// assert!(is_passive("text/csv; charset=utf-8"));
/// assert!(!is_passive("image/svg+xml"));
/// assert!(!is_passive("application/pdf, text/html"));
/// ```
pub fn is_passive(media_type: &str) -> bool {
    let essence = text::trim(text::before(media_type, b';'), text::is_blank).to_ascii_lowercase();
    let Some((kind, subtype)) = text::cut(&essence, b'/') else { return false };
    // Of several types a browser takes the last (WHATWG Fetch, extract a MIME type).
    let is_one = !media_type.contains(',') && !subtype.is_empty() && subtype.bytes().all(crate::call::is_token);
    let is_xml = subtype == "xml" || subtype.starts_with("xml-") || subtype.ends_with("+xml");
    let is_listed = match kind {
        "audio" | "font" | "image" | "video" => true,
        "text" => TEXTS.contains(&subtype),
        "application" => !subtype.contains("script") && !PROGRAMS.contains(&subtype),
        _ => false,
    };
    is_one && !is_xml && is_listed
}

const TEXTS: &[&str] = &["calendar", "csv", "markdown", "plain", "tab-separated-values", "vcard"];
const PROGRAMS: &[&str] = &["futuresplash", "java-archive", "wasm", "x-shockwave-flash", "xhtml"];

#[cfg(test)]
mod tests {
    use super::is_passive;

    #[test]
    fn what_a_browser_would_run_is_not_passive() {
        for passive in [
            "application/json",
            "application/octet-stream",
            "application/pdf",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/zip",
            "audio/mpeg",
            "IMAGE/PNG",
            " text/plain ; charset=utf-8",
            "video/mp4",
        ] {
            assert!(is_passive(passive), "{passive}");
        }
        for active in [
            "",
            "*/*",
            "application/",
            "application/ecmascript",
            "application/javascript",
            "application/mathml+xml",
            "application/wasm",
            "application/x-javascript",
            "application/xhtml+xml",
            "application/xml",
            "application/xml-dtd",
            "application/zip, text/html",
            "application/zip;a=b,text/html",
            "application/zip x",
            "image/svg+xml",
            "message/rfc822",
            "multipart/x-mixed-replace; boundary=b",
            "png",
            "text/css",
            "text/html",
            "text/HTML;charset=utf-8",
            "text/javascript",
            "text/xml",
            "text/xsl",
            "text/vtt",
        ] {
            assert!(!is_passive(active), "{active}");
        }
    }
}

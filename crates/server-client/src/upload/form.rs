//! A form with a file as it is sent: [`multipart/form-data`](https://html.spec.whatwg.org/#multipart-form-data).

use bytes::Bytes;

/// What is written before a file, and after it.
#[derive(Debug)]
pub(super) struct Framing {
    pub(super) content_type: String,
    pub(super) before: Bytes,
    pub(super) after: Bytes,
}

/// A form with one file, which comes last: servers then know the fields by the time that they read it.
#[derive(Debug)]
pub(super) struct Form<'a> {
    /// 128 bits of chance: no file holds it.
    pub(super) boundary: u128,
    pub(super) texts: &'a [(String, String)],
    pub(super) field: &'a str,
    pub(super) file_name: &'a str,
    pub(super) media_type: &'a str,
}

impl Form<'_> {
    pub(super) fn framing(&self) -> Framing {
        let boundary = format!("----twinfetch-{:032x}", self.boundary);
        let texts = self.texts.iter().map(|(name, value)| {
            let (name, value) = (escaped(&lines(name)), lines(value));
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        });
        let (field, file_name) = (escaped(&lines(self.field)), escaped(self.file_name));
        let file = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{file_name}\"\r\n\
             Content-Type: {}\r\n\r\n",
            self.media_type
        );
        Framing {
            content_type: format!("multipart/form-data; boundary={boundary}"),
            before: texts.chain([file]).collect::<String>().into(),
            after: format!("\r\n--{boundary}--\r\n").into(),
        }
    }
}

/// Ends every line with CR LF, as a browser does in names and texts, though not in file names.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n")
}

/// A name between quotes: as UTF-8, with what would end it written in percent.
fn escaped(name: &str) -> String {
    name.replace('\n', "%0A").replace('\r', "%0D").replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use super::{Form, escaped, lines};

    #[test]
    fn a_form_is_written_as_a_browser_writes_it() {
        let texts = [("note\n".to_owned(), "a\rb\nc\r\nd".to_owned()), ("\"".to_owned(), String::new())];
        let form =
            Form {
                boundary: 0xf, texts: &texts, field: "文件", file_name: "a\"b\r\n报.csv", media_type: "text/csv"
            };
        let framing = form.framing();
        let boundary = "----twinfetch-0000000000000000000000000000000f";
        assert_eq!(framing.content_type, format!("multipart/form-data; boundary={boundary}"));
        let before = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"note%0D%0A\"\r\n\r\na\r\nb\r\nc\r\nd\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"%22\"\r\n\r\n\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"文件\"; filename=\"a%22b%0D%0A报.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n"
        );
        assert_eq!(str::from_utf8(&framing.before), Ok(before.as_str()));
        assert_eq!(framing.after, format!("\r\n--{boundary}--\r\n"));
    }

    #[test]
    fn nothing_else_is_escaped() {
        assert_eq!(escaped("100%22 \\ ; ' 😀\t"), "100%22 \\ ; ' 😀\t");
        assert_eq!(lines("\r\r\n\n\r"), "\r\n\r\n\r\n\r\n");
    }
}

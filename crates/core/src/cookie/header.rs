use std::borrow::Cow;

use super::percent;

/// The cookies of one request, in the order in which they came.
///
/// A pair that is not `name=value` or not UTF-8 is passed over: a foreign cookie never spoils the others.
///
/// ```
/// use twinfetch_core::cookie::Cookies;
/// let cookies = Cookies::parse([b"theme=dark; name=a%20b; theme=light".as_slice()]);
/// assert_eq!(cookies.value("theme").as_deref(), Some("dark"));
/// assert_eq!(cookies.value("name").as_deref(), Some("a b"));
/// ```
#[derive(Clone, Default)]
pub struct Cookies<'a> {
    pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Cookies<'a> {
    /// Reads the values of all `Cookie` headers of a request; HTTP/2 may split them (RFC 9113, section 8.2.3).
    pub fn parse(headers: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let pairs = headers.into_iter().flat_map(|header| header.split(|byte| *byte == b';')).filter_map(pair);
        Self { pairs: pairs.collect() }
    }

    /// The value of a cookie, with its percent escapes undone; of several with this name the first counts.
    ///
    /// Names are compared as they are, with upper and lower case told apart. A value with a malformed escape is given
    /// as it came.
    pub fn value(&self, name: &str) -> Option<Cow<'a, str>> {
        self.pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| percent::decoded(value))
    }

    /// Every name and value as it came, escapes and repetitions included.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + '_ {
        self.pairs.iter().copied()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Cookies<'a> {
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a str)>>(pairs: T) -> Self {
        Self { pairs: pairs.into_iter().collect() }
    }
}

impl std::fmt::Debug for Cookies<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_map().entries(self.pairs.iter().map(|(name, _)| (name, "***"))).finish()
    }
}

fn pair(bytes: &[u8]) -> Option<(&str, &str)> {
    let (name, value) = std::str::from_utf8(bytes).ok()?.split_once('=')?;
    let blank = [' ', '\t'];
    Some((name.trim_matches(blank), value.trim_matches(blank)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(header: &str, name: &str) -> Option<String> {
        Cookies::parse([header.as_bytes()]).value(name).map(Cow::into_owned)
    }

    #[test]
    fn the_first_of_two_equal_names_counts() {
        assert_eq!(value("a=1; a=2", "a").as_deref(), Some("1"));
    }

    #[test]
    fn a_value_keeps_its_equal_signs_and_quotes() {
        assert_eq!(value("a=b==; q=\"x\"", "a").as_deref(), Some("b=="));
        assert_eq!(value("a=b==; q=\"x\"", "q").as_deref(), Some("\"x\""));
    }

    #[test]
    fn a_broken_pair_does_not_spoil_its_neighbours() {
        let cookies = Cookies::parse([b"\xff=1; junk; a=1".as_slice(), b"b=2"]);
        assert_eq!(cookies.value("a").as_deref(), Some("1"));
        assert_eq!(cookies.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
    }

    #[test]
    fn debug_shows_no_value() {
        assert_eq!(format!("{:?}", Cookies::parse([b"a=secret".as_slice()])), "{\"a\": \"***\"}");
    }
}

//! The forms in which a secret may show itself.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;

use crate::parts::{PART, Parts};

/// How every secret that was made for a test begins.
pub const MARK: &str = "CANARY-";

/// What is looked for.
#[derive(Debug)]
pub struct Forms {
    /// In a text as it is.
    exact: Parts,
    /// In a text in lower case.
    folded: Parts,
    /// In a text as it is: the mark alone, and secrets that are no longer than a part.
    short: Vec<String>,
}

impl Default for Forms {
    fn default() -> Self {
        let short = [vec![MARK.to_owned(), hex(MARK.as_bytes())], base64(MARK.as_bytes())].concat();
        Self { exact: Parts::default(), folded: Parts::default(), short }
    }
}

impl Forms {
    /// Looks for this secret as well.
    pub fn add(&mut self, secret: &str) {
        let bytes = secret.as_bytes();
        if bytes.len() < PART {
            self.short.push(secret.to_owned());
        }
        // What all secrets of a kind have in common is the mark, which is looked for by itself.
        let common = if secret.starts_with(MARK) { secret.rfind('-').unwrap_or_default() } else { 0 };
        let own = bytes.get(common..).unwrap_or_default();
        let backwards: Vec<u8> = own.iter().rev().copied().collect();
        for form in [own, &backwards, hex(own).as_bytes()] {
            self.folded.add(form.to_ascii_lowercase());
        }
        for form in base64(own) {
            self.exact.add(form.into_bytes());
        }
    }

    /// The first line of a text in which a secret shows, if any.
    pub fn find(&self, text: &str) -> Option<String> {
        text.lines().find(|line| self.is_in(line)).map(str::to_owned)
    }

    fn is_in(&self, line: &str) -> bool {
        let shows = |text: &str| {
            self.short.iter().any(|form| text.contains(form))
                || self.exact.are_in(text.as_bytes())
                || self.folded.are_in(&text.to_ascii_lowercase().into_bytes())
        };
        shows(line)
            || (line.contains('%') && shows(&percent_decode_str(line).decode_utf8_lossy()))
            || listed_bytes(line).is_some_and(|text| shows(&text))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// What bytes look like within longer encoded text, at the three places where they may begin: without the characters at
/// either end that hold bits of a neighbour.
fn base64(bytes: &[u8]) -> Vec<String> {
    let at = |offset: usize| {
        let padded = [&vec![0; offset], bytes].concat();
        let (first, last) = ((offset * 8).div_ceil(6), padded.len() * 8 / 6);
        let inner = |text: String| text.get(first..last).unwrap_or_default().to_owned();
        [inner(STANDARD_NO_PAD.encode(&padded)), inner(URL_SAFE_NO_PAD.encode(&padded))]
    };
    (0..3).flat_map(at).collect()
}

/// The bytes of a line that `Debug` wrote as a list of numbers.
fn listed_bytes(line: &str) -> Option<String> {
    line.split(", ").nth(4)?;
    let numbers: Vec<u8> = line.split([',', '[', ']']).filter_map(|number| number.trim().parse().ok()).collect();
    (numbers.len() >= 6).then(|| String::from_utf8_lossy(&numbers).into_owned())
}

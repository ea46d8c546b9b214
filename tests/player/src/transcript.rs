use std::collections::BTreeMap;

use serde_json::Value;
use twinfetch_core::cookie::Cookies;

/// A `Set-Cookie` header of a transcript.
pub(crate) struct Line {
    /// The whole header.
    pub(crate) text: String,
    pub(crate) name: String,
    pub(crate) value: String,
    /// Whether the transcript gives the length of the value only.
    pub(crate) left_out: bool,
}

impl Line {
    /// Reads a header; `<3933 chars>` stands for that many characters.
    pub(crate) fn parse(text: &str) -> Self {
        let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let length = value.strip_prefix('<').and_then(|rest| rest.strip_suffix(" chars>")?.parse().ok());
        let value = length.map_or_else(|| value.to_owned(), |length| "x".repeat(length));
        Self { text: format!("{name}={value};{attributes}"), name: name.to_owned(), value, left_out: length.is_some() }
    }
}

/// Whether a transcript shows only the beginning of a body.
pub(crate) fn is_cut(body: &str) -> bool {
    body.contains('…') && body.ends_with(" chars>")
}

/// The cookies of the browser in a transcript.
#[derive(Default)]
pub(crate) struct Jar {
    /// What the answers set so far.
    known: BTreeMap<String, String>,
    /// What the browser holds, in the order in which it came.
    held: Vec<String>,
}

impl Jar {
    /// Holds exactly these cookies; a transcript may bring back one that was deleted.
    pub(crate) fn hold(&mut self, names: &[Value]) -> Result<(), String> {
        let names: Vec<_> = names.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        if let Some(unknown) = names.iter().find(|name| !self.known.contains_key(*name)) {
            return Err(format!("the cookie {unknown} is sent, but was never set"));
        }
        self.held = names;
        Ok(())
    }

    /// Takes what an answer sets, and drops what it deletes.
    pub(crate) fn keep(&mut self, lines: &[Line]) {
        for line in lines {
            if line.value.is_empty() {
                self.held.retain(|name| *name != line.name);
                continue;
            }
            self.known.insert(line.name.clone(), line.value.clone());
            if !self.held.contains(&line.name) {
                self.held.push(line.name.clone());
            }
        }
    }

    pub(crate) fn cookies(&self) -> Cookies<'_> {
        self.held.iter().filter_map(|name| Some((name.as_str(), self.known.get(name)?.as_str()))).collect()
    }
}

/// The moment of the `Expires` attribute in Unix seconds.
pub(crate) fn expiry(header: &str) -> Result<u64, String> {
    let date = header.split("Expires=").nth(1).and_then(|rest| rest.split(';').next()).unwrap_or_default();
    moment(date).ok_or_else(|| format!("the date `{date}` is not readable"))
}

fn moment(date: &str) -> Option<u64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let [_, day, month, year, time, _] = date.split(' ').collect::<Vec<_>>().try_into().ok()?;
    let (day, year): (u64, u64) = (day.parse().ok()?, year.parse().ok()?);
    let month = u64::try_from(MONTHS.find(month)? / 3).ok()? + 1;
    // Years that begin in March have their leap day last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    let seconds = time.split(':').try_fold(0, |sum, part| Some(sum * 60 + part.parse::<u64>().ok()?))?;
    Some(days.checked_sub(719_469)? * 86_400 + seconds)
}

use std::fmt;

/// What came of one vector.
pub(crate) type Verdict = Result<Outcome, Disagreement>;

/// A vector that is not against us.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// We agree.
    Passed,
    /// We agree in what counts, and the remark says in what not.
    PassedWith(String),
    /// It asks for something the core has not; the remark says what.
    Skipped(String),
}

/// A vector with which the core disagrees, or which cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Disagreement {
    /// The sentence that is printed.
    pub(crate) text: String,
    /// What the core gave.
    pub(crate) got: Option<String>,
    /// The rule of the core from which it follows, where the vector lies outside of what the real server writes.
    pub(crate) rule: Option<&'static str>,
}

impl Disagreement {
    pub(crate) fn new<T: fmt::Debug + ?Sized>(what: &str, expected: &T, got: &T) -> Self {
        let got = short(&format!("{got:?}"));
        Self {
            text: format!("{what}: expected {}, got {got}", short(&format!("{expected:?}"))),
            got: Some(got),
            rule: None,
        }
    }
}

impl From<String> for Disagreement {
    fn from(text: String) -> Self {
        Self { text, got: None, rule: None }
    }
}

/// The outcome of a whole file; `Display` writes every remark and the sum in the last line.
#[derive(Debug, Default)]
pub struct Report {
    /// How many vectors agree.
    pub passed: usize,
    /// How many vectors disagree.
    pub failed: usize,
    /// How many vectors ask for something that is not built.
    pub skipped: usize,
    lines: Vec<String>,
}

impl Report {
    pub(crate) fn add(&mut self, id: &str, verdict: Verdict) {
        match verdict {
            Ok(Outcome::Passed) => self.passed += 1,
            Ok(Outcome::PassedWith(remark)) => {
                self.passed += 1;
                self.lines.push(format!("note  {id}: {remark}"));
            }
            Ok(Outcome::Skipped(remark)) => {
                self.skipped += 1;
                self.lines.push(format!("skip  {id}: {remark}"));
            }
            Err(disagreement) => {
                self.failed += 1;
                self.lines.push(format!("FAIL  {id}: {}", disagreement.text));
            }
        }
    }

    pub(crate) fn skip_section(&mut self, name: &str, vectors: usize, why: &str) {
        self.skipped += vectors;
        self.lines.push(format!("skip  section {name} ({vectors}): {why}"));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(formatter, "{line}")?;
        }
        write!(formatter, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// A text short enough for one line of a report.
fn short(text: &str) -> String {
    const LENGTH: usize = 200;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}… ({} bytes)", text.get(..end).unwrap_or_default(), text.len()),
        None => text.to_owned(),
    }
}

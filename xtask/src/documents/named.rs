//! Tests that are named after a row: `s1_5_…` in Rust, `S1.5 …` in JavaScript.

use std::path::Path;

/// A test in a source file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Test<'a> {
    pub(super) name: &'a str,
}

/// The tests of a source file that are run.
pub(super) fn tests<'a>(file: &str, text: &'a str) -> Vec<Test<'a>> {
    let is_rust = Path::new(file).extension().is_some_and(|extension| extension == "rs");
    if is_rust { in_rust(text) } else { in_javascript(text) }
}

fn in_rust(text: &str) -> Vec<Test<'_>> {
    let mut found = Vec::new();
    let (mut tested, mut ignored) = (false, false);
    for line in text.lines().map(str::trim) {
        let declaration = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "));
        if line.starts_with("#[") {
            tested |= line.contains("test");
            ignored |= line.starts_with("#[ignore") || line.starts_with("#[cfg(test");
        } else if let Some(declaration) = declaration {
            let name = declaration.split(['(', '<']).next().unwrap_or_default();
            found.extend((tested && !ignored).then_some(Test { name }));
            (tested, ignored) = (false, false);
        } else if !line.starts_with("//") && !line.is_empty() {
            (tested, ignored) = (false, false);
        }
    }
    found
}

fn in_javascript(text: &str) -> Vec<Test<'_>> {
    let mut lines = text.lines().map(str::trim).peekable();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let Some(rest) = line.strip_prefix("test(").or_else(|| line.strip_prefix("it(")) else { continue };
        let rest = if rest.is_empty() { lines.peek().copied().unwrap_or_default() } else { rest };
        let Some(quote) = rest.chars().next().filter(|quote| "'\"`".contains(*quote)) else { continue };
        let name = rest.get(1..).and_then(|rest| rest.split(quote).next()).unwrap_or_default();
        found.push(Test { name });
    }
    found
}

impl Test<'_> {
    /// The rows that the test's name begins with.
    pub(super) fn rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        let mut rest = self.name;
        while let Some((row, behind)) = leading_row(rest) {
            rows.push(row);
            rest = behind;
        }
        rows
    }
}

impl Test<'_> {
    /// The rows of the fault matrix that the test's name begins with: `f_06_f_07_…` and `F-06, F-07: …`.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut rest = self.name;
        while let Some((letter, number, behind)) = leading_fault(rest) {
            faults.push(format!("{letter}-{number}"));
            rest = behind.trim_start_matches([' ', ',', ':', '_', '–']);
        }
        faults
    }
}

/// Faults have an F, files a D.
fn leading_fault(name: &str) -> Option<(char, &str, &str)> {
    let (letter, rest) = ['F', 'D'].into_iter().find_map(|letter| {
        let in_javascript = name.strip_prefix(letter).and_then(|rest| rest.strip_prefix('-'));
        let in_rust = || name.strip_prefix(letter.to_ascii_lowercase())?.strip_prefix('_');
        in_javascript.or_else(in_rust).map(|rest| (letter, rest))
    })?;
    let (number, behind) = rest.split_at_checked(2)?;
    (number.bytes().all(|byte| byte.is_ascii_digit()) && !behind.starts_with(|next: char| next.is_ascii_digit()))
        .then_some((letter, number, behind))
}

/// `s1_5_…` and `S1.5 …`: the row, and what is behind it.
fn leading_row(name: &str) -> Option<(String, &str)> {
    let (marks, behind) = if name.starts_with('S') { ('.', [' ', ',', ':', '–']) } else { ('_', ['_'; 4]) };
    let (system, rest) = name.strip_prefix(['s', 'S'])?.split_once(marks)?;
    let end = rest.find(behind).unwrap_or(rest.len());
    let (number, rest) = rest.split_at(end);
    let is_number = |text: &str| !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(system) && is_number(number))
        .then(|| (format!("S{system}.{number}"), rest.trim_start_matches(behind).trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(name: &str) -> Vec<String> {
        Test { name }.rows()
    }

    #[test]
    fn a_name_begins_with_its_rows() {
        assert_eq!(rows("s1_5_one_renewal_for_all"), ["S1.5"]);
        assert_eq!(rows("s1_5_s1_10_both"), ["S1.5", "S1.10"]);
        assert_eq!(rows("S2.3 a list"), ["S2.3"]);
        assert_eq!(rows("S2.3, S2.4: a list of 3.5"), ["S2.3", "S2.4"]);
        for none in ["a list of S2.3", "s_1_5", "S2 all", "s1_x", "sends_1_5"] {
            assert!(rows(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn a_name_begins_with_its_faults() {
        let faults = |name| Test { name }.faults();
        assert_eq!(faults("f_06_a_reset"), ["F-06"]);
        assert_eq!(faults("f_12_f_17_memory"), ["F-12", "F-17"]);
        assert_eq!(faults("F-41 F-48 when the tab dies"), ["F-41", "F-48"]);
        assert_eq!(faults("F-02, F-03: refused"), ["F-02", "F-03"]);
        assert_eq!(
            (faults("f_72_d_05_parts"), faults("D-01 names")),
            (vec!["F-72".into(), "D-05".into()], vec!["D-01".into()])
        );
        for none in ["f_1_a", "f_123_a", "of F-06", "from_06", "f_"] {
            assert!(faults(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn only_tests_that_run_are_found_in_rust() {
        let text = "#[test]\nfn s1_1_a() {}\n#[tokio::test]\n/// Says why.\nasync fn s1_2_b() {}\nfn s1_3_no_test() {}\n\
                    #[test]\n#[ignore = \"slow\"]\nfn s1_4_ignored() {}\n";
        let names: Vec<_> = tests("a.rs", text).into_iter().map(|test| test.name).collect();
        assert_eq!(names, ["s1_1_a", "s1_2_b"]);
    }

    #[test]
    fn only_tests_that_run_are_found_in_javascript() {
        let text = "test('S1.1 a', () => {})\ntest.skip('S1.2 b')\n  test(`S1.3 ${x}`, async () =>\n// test('S1.4 c')\n\
                    test(\n  'S1.5 d',\n";
        let names: Vec<_> = tests("a.mjs", text).into_iter().map(|test| test.name).collect();
        assert_eq!(names, ["S1.1 a", "S1.3 ${x}", "S1.5 d"]);
    }
}

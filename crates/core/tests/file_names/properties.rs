//! What holds of every name, whatever it is made of.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use twinfetch_core::file_name::{choose, isomorphic, parse, sanitize};

use super::headers;
use super::safe::assert_safe;

/// Texts of what is special to names, headers and file systems, among all that is not.
fn texts() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        ".",
        "..",
        "/",
        "\\",
        " ",
        "\t",
        "\0",
        "\n",
        ":",
        "*",
        "?",
        "\"",
        "<",
        ">",
        "|",
        ";",
        "=",
        "'",
        "%",
        "%2f",
        "%00",
        "con",
        "NUL",
        "com1",
        "LPT³",
        "conin$",
        "_",
        "é",
        "報",
        "🎁",
        "e\u{301}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{feff}",
        "\u{7f}",
        "\u{9f}",
        "．",
        "／",
        "\u{fffd}",
        "filename=",
        "filename*=",
        "utf-8''",
        "attachment; ",
        "\\\"",
        ".txt",
    ]);
    let long = (prop::sample::select(vec!["a", "é", "報", "🎁", " ", ". ", "/"]), 1..400_usize);
    let part = prop_oneof![
        6 => special.prop_map(str::to_owned),
        3 => any::<String>(),
        1 => long.prop_map(|(part, times)| part.repeat(times)),
    ];
    vec(part, 0..12).prop_map(|parts| parts.concat())
}

/// A name as it is before it is cut: the reading of the rules in docs/file-names.md that needs no cut.
fn extension_of(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    let is_plain = extension.chars().all(char::is_alphanumeric);
    (is_plain && !stem.is_empty() && (1..=32).contains(&extension.len())).then_some(extension)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_096,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(6266),
        ..ProptestConfig::default()
    })]

    #[test]
    fn d_01_every_name_is_safe_and_made_safe_once(text in texts()) {
        if let Some(name) = sanitize(&text) {
            assert_safe(&name);
            let again = sanitize(&name);
            prop_assert_eq!(again.as_deref(), Some(name.as_str()));
        }
    }

    #[test]
    fn d_01_a_name_is_chosen_of_anything(header in texts(), asked in texts(), path in texts()) {
        let name = choose(Some(&header), Some(&asked), &path);
        assert_safe(&name);
        prop_assert_eq!(choose(None, Some(&name), ""), name);
    }

    #[test]
    fn an_extension_outlives_the_cut(stem in texts(), extension in "[a-zé報]{1,10}") {
        let name = format!("a{stem}.{extension}");
        if let Some(extension) = extension_of(&name) {
            let safe = sanitize(&name).unwrap();
            prop_assert_eq!(safe.rsplit('.').next(), Some(extension));
        }
    }

    #[test]
    fn a_safe_name_is_read_from_a_header_as_it_was_written(text in texts()) {
        if let Some(name) = sanitize(&text) {
            for header in headers(&name) {
                let value = isomorphic([header.as_bytes()]).unwrap();
                prop_assert_eq!(parse(&value), Some(name.clone()));
            }
        }
    }

    #[test]
    fn bytes_are_read_as_one_charset_or_the_other(bytes in vec(any::<u8>().prop_filter("ends the value", |byte| !b"\"\\".contains(byte)), 1..80)) {
        let header = [b"attachment; filename=\"", bytes.as_slice(), b"\""].concat();
        let value = isomorphic([header.as_slice()]).unwrap();
        let expected = String::from_utf8(bytes.clone()).unwrap_or_else(|_| bytes.iter().copied().map(char::from).collect());
        prop_assert_eq!(parse(&value), Some(expected));
    }

    #[test]
    fn every_name_can_be_written_to_a_folder(text in texts()) {
        if let Some(name) = sanitize(&text) {
            let folder = std::path::Path::new("/downloads");
            let path = folder.join(&name);
            prop_assert_eq!((path.parent(), path.file_name()), (Some(folder), Some(std::ffi::OsStr::new(&name))));
        }
    }
}

#[test]
fn hostile_texts_are_read_to_their_end() {
    for part in [
        "/",
        "\\",
        ".",
        " ",
        ". ",
        ";",
        "=",
        "a=b;",
        "a=\"",
        "\\\"",
        "'",
        "%",
        "%41",
        "é",
        "\u{202e}",
        "filename*=utf-8''%41;",
    ] {
        let text = part.repeat(300_000);
        for header in [
            text.clone(),
            format!("a; filename=\"{text}"),
            format!("a; filename*=utf-8''{text}"),
            format!("a;{text}; filename=b"),
        ] {
            assert_safe(&choose(Some(&header), Some(&text), &text));
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the tables are files")]
fn the_folder_and_the_list_of_tables_agree() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/file_names");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = files.map(|name| name.trim_end_matches(".json").to_owned()).collect();
    names.sort();
    assert_eq!(names, super::TABLES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

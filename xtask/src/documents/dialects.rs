//! `docs/dialects.md`: what is said of a dialect's fields comes from its schema, the worked example from its file.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;
use twinfetch_core::dialect::{Dialect, Field, Schema};

use crate::workspace::path;

const PAGE: &str = "docs/dialects.md";

/// The example that the page works out.
const EXAMPLE: &str = "docs/django.json";

/// Where the example is used from Rust, between two comments.
const RUST: &str = "crates/server-client/tests/own_dialect.rs";

/// The page with its generated parts as they should be.
pub(super) fn generate() -> Result<String> {
    let mut page = fs::read_to_string(path(PAGE)).context(PAGE)?;
    for (name, text) in [("dialect", dialect()?), ("errors", errors()?), ("fields", fields()), ("rust", rust()?)] {
        page = replace(&page, name, &text).with_context(|| format!("{PAGE} has no part {name}"))?;
    }
    Ok(page)
}

/// Replaces what stands between the marks of a part.
fn replace(page: &str, name: &str, text: &str) -> Option<String> {
    let mark = format!("<!-- generated: {name} -->\n");
    let (before, rest) = page.split_once(&mark)?;
    let (_, after) = rest.split_once("<!-- end -->")?;
    Some(format!("{before}{mark}\n{}\n\n<!-- end -->{after}", text.trim()))
}

/// The example without its transcripts.
fn dialect() -> Result<String> {
    let text = fs::read_to_string(path(EXAMPLE)).context(EXAMPLE)?;
    let (fields, _) = text.split_once(",\n  \"examples\"").context("the example has no examples")?;
    Ok(format!(
        "```ts\n// lib/django.ts\nimport type {{ Dialect }} from 'twinfetch'\n\nexport const django: Dialect = {fields}\n}}\n```"
    ))
}

/// What is said of some slips, by the code that says it.
fn errors() -> Result<String> {
    let text = fs::read_to_string(path(EXAMPLE)).context(EXAMPLE)?;
    let slips: [(&str, &str, Option<Value>); 5] = [
        ("the header is spelled `haeder`", "/csrf/haeder", Some("X-CSRFToken".into())),
        ("no envelope", "/envelope", None),
        ("`\"kind\": \"session\"` as credential", "/credential/kind", Some("session".into())),
        ("an absolute URL as path", "/signIn/path", Some("https://api.example.com/login/".into())),
        ("`user` instead of `/user`", "/identity/session/user", Some("user".into())),
    ];
    let mut table = "| slip | message |\n| --- | --- |\n".to_owned();
    for (slip, place, value) in slips {
        let mut document: Value = serde_json::from_str(&text)?;
        let (parent, name) = place.rsplit_once('/').context("a place is a pointer")?;
        let parent = document.pointer_mut(parent).and_then(Value::as_object_mut).context("the place is not there")?;
        match value {
            Some(value) => drop(parent.insert(name.to_owned(), value)),
            None => drop(parent.remove(name)),
        }
        let error = Dialect::read(&&document).err().with_context(|| format!("{slip} is not refused"))?;
        // Writing to a String does not fail.
        let _ = writeln!(table, "| {slip} | {} |", error.message());
    }
    Ok(table)
}

fn rust() -> Result<String> {
    let text = fs::read_to_string(path(RUST)).context(RUST)?;
    let shown = text.split_once("// shown\n").and_then(|(_, rest)| rest.split_once("    // to here\n"));
    let (shown, _) = shown.with_context(|| format!("{RUST} does not say what is shown"))?;
    let lines: Vec<_> = shown.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect();
    Ok(format!("```rust\n{}\n```", lines.join("\n").trim_end()))
}

/// A table of each field and its choices.
fn fields() -> String {
    let Schema::Record(fields) = Dialect::schema() else { return String::new() };
    let mut text = String::new();
    for field in fields {
        let (schema, needed) = needed(field.schema);
        let needed = if needed { "" } else { " Optional." };
        let _ = write!(text, "### `{}`\n\n{}{needed}\n\n", field.name, field.doc.trim());
        describe(&mut text, schema);
    }
    text
}

fn describe(text: &mut String, schema: Schema) {
    match schema {
        Schema::Choice(variants) => {
            text.push_str("| `kind` | member | |\n| --- | --- | --- |\n");
            for variant in variants {
                let _ = writeln!(text, "| `{}` | | {} |", variant.kind, variant.doc.trim());
                rows(text, variant.fields, "| ", "");
            }
        }
        Schema::Record(fields) => {
            text.push_str("| member | |\n| --- | --- |\n");
            rows(text, fields, "", "");
        }
        _ => return,
    }
    text.push('\n');
}

/// A row for each field, and for the fields below it.
fn rows(text: &mut String, fields: &[Field], first: &str, above: &str) {
    for field in fields {
        let (schema, needed) = needed(field.schema);
        let optional = if needed { "" } else { ", optional" };
        let place = format!("{above}{}", field.name);
        let _ = writeln!(text, "{first}| `{place}` | {} *({}{optional})* |", field.doc.trim(), shape(schema));
        match schema {
            Schema::Record(fields) => rows(text, fields, first, &format!("{place}/")),
            Schema::List(Schema::Choice(variants)) => {
                for variant in *variants {
                    let kind = format!("{place}/0, {}: ", variant.kind);
                    let _ = writeln!(text, "{first}| `{}` | {} |", kind.trim_end_matches(": "), variant.doc.trim());
                    rows(text, variant.fields, first, &kind);
                }
            }
            _ => {}
        }
    }
}

fn shape(schema: Schema) -> String {
    let words = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    match schema {
        Schema::Any => "anything".to_owned(),
        Schema::Choice(variants) => words(&variants.iter().map(|variant| variant.kind).collect::<Vec<_>>()),
        Schema::List(Schema::Words(list)) => format!("a list of {}", words(list)),
        Schema::List(_) => "a list".to_owned(),
        Schema::Number => "a number".to_owned(),
        Schema::Optional(schema) => shape(*schema),
        Schema::Pointer => "a JSON pointer".to_owned(),
        Schema::Record(_) => "an object".to_owned(),
        Schema::Route => "a path".to_owned(),
        Schema::Text => "a text".to_owned(),
        Schema::Words(list) => words(list),
    }
}

const fn needed(schema: Schema) -> (Schema, bool) {
    match schema {
        Schema::Optional(schema) => (*schema, false),
        schema => (schema, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_replaced_between_its_marks() {
        let page = "a\n<!-- generated: x -->\nold\n<!-- end -->\nb\n<!-- generated: y -->\n<!-- end -->\n";
        let new = replace(page, "x", "new\n").unwrap();
        assert_eq!(new, "a\n<!-- generated: x -->\n\nnew\n\n<!-- end -->\nb\n<!-- generated: y -->\n<!-- end -->\n");
        assert_eq!(replace(&new, "x", "new").unwrap(), new);
        assert!(replace(page, "z", "").is_none());
    }

    #[test]
    fn every_field_of_the_schema_is_described() {
        let Schema::Record(list) = Dialect::schema() else { panic!("a dialect is a record") };
        let text = fields();
        assert!(list.iter().all(|field| text.contains(&format!("### `{}`", field.name))));
        assert!(text.contains("| | `session/accessToken` |"), "{text}");
        assert!(text.contains("| `mirrored` | |"), "{text}");
    }
}

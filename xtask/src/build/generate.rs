//! What the core knows of itself, handed to TypeScript: errors, the shape of a dialect, and the shipped dialects.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use twinfetch_core::dialect::Dialect;
use twinfetch_core::error::{Code, Error, Kind, Sent};
use twinfetch_core::verb::Verb;

/// Writes `errors.json`, `verbs.json`, `schema.json` and one module per dialect.
pub(super) fn write(generated: &Path) -> Result<()> {
    let dialects = generated.join("dialects");
    if dialects.exists() {
        fs::remove_dir_all(&dialects)?;
    }
    fs::create_dir_all(&dialects)?;
    fs::write(generated.join("errors.json"), format!("{:#}\n", errors()))?;
    let verbs: Vec<_> = Verb::ALL.iter().map(|verb| verb.name()).collect();
    fs::write(generated.join("verbs.json"), format!("{:#}\n", json!(verbs)))?;
    fs::write(generated.join("schema.json"), format!("{:#}\n", Dialect::schema().to_json()))?;
    for (name, text) in Dialect::SHIPPED {
        fs::write(dialects.join(format!("{name}.ts")), module(name, text).context(*name)?)?;
    }
    Ok(())
}

fn errors() -> Value {
    let code = |code: &Code| {
        let error = Error::new(*code);
        json!({
            "name": code.name(),
            "kind": code.kind().name(),
            "message": code.message(),
            "retryable": error.retryable(),
            // What JavaScript fails with by itself was never sent; but a core that stops may have had a call under way.
            "sent": if code.kind() == Kind::Internal { Sent::Maybe } else { error.sent() }.name(),
            "attempts": error.attempts(),
        })
    };
    json!({
        "kinds": Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>(),
        "reach": Sent::ALL.iter().map(|sent| sent.name()).collect::<Vec<_>>(),
        "codes": Code::ALL.iter().map(code).collect::<Vec<_>>(),
    })
}

/// A dialect as a constant; its examples are for tests and stay behind.
fn module(name: &str, text: &str) -> Result<String> {
    let mut dialect: Value = serde_json::from_str(text)?;
    if let Some(fields) = dialect.as_object_mut() {
        fields.remove("examples");
    }
    let constant = identifier(name);
    Ok(format!("/** The dialect `{name}`. */\nexport const {constant} = {dialect:#} as const\n"))
}

/// `next-auth-v4` is `nextAuthV4` in TypeScript.
fn identifier(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| {
        let mut letters = word.chars();
        let capital = letters.next().map(|letter| letter.to_ascii_uppercase());
        all + &capital.into_iter().chain(letters).collect::<String>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_is_a_constant_without_its_examples() {
        let module = module("next-auth-v4", r#"{"seal":{"kind":"none"},"examples":[1]}"#).unwrap();
        assert!(module.contains("export const nextAuthV4 = {"));
        assert!(module.contains("\"kind\": \"none\""));
        assert!(!module.contains("examples"));
    }

    #[test]
    fn every_code_is_listed_with_its_kind() {
        let errors = errors();
        assert_eq!(errors["codes"].as_array().unwrap().len(), Code::ALL.len());
        assert_eq!(errors["codes"][0]["kind"], "aborted");
        assert_eq!((&errors["codes"][0]["sent"], &errors["codes"][0]["attempts"]), (&json!("unsent"), &json!(0)));
    }
}

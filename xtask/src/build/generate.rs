//! The TypeScript that is the core's own knowledge: written here, never by hand.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::workspace::path;

/// Writes one module per dialect file.
pub(super) fn write(generated: &Path) -> Result<()> {
    let folder = generated.join("dialects");
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(path("crates/core/dialects"))? {
        let file = entry?.path();
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let module = dialect(&name, &fs::read_to_string(&file)?).with_context(|| file.display().to_string())?;
        fs::write(folder.join(format!("{name}.ts")), module)?;
    }
    Ok(())
}

/// A dialect as a constant; its examples are for tests and stay behind.
fn dialect(name: &str, text: &str) -> Result<String> {
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
        let module = dialect("next-auth-v4", r#"{"seal":{"kind":"none"},"examples":[1]}"#).unwrap();
        assert!(module.contains("export const nextAuthV4 = {"));
        assert!(module.contains("\"kind\": \"none\""));
        assert!(!module.contains("examples"));
    }
}

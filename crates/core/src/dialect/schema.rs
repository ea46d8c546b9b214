//! What fields a dialect may have, as data: TypeScript's types and checks are generated from it.

use crate::document::Document;

/// The shape of a value.
#[derive(Clone, Copy, Debug)]
pub enum Schema {
    /// Anything.
    Any,
    /// One of several records, told apart by their member `kind`.
    Choice(&'static [Variant]),
    /// A list of one shape.
    List(&'static Schema),
    /// A number.
    Number,
    /// A shape that may be absent.
    Optional(&'static Schema),
    /// A JSON pointer.
    Pointer,
    /// A record with named fields and no others.
    Record(&'static [Field]),
    /// A path that begins with one slash.
    Route,
    /// Any text.
    Text,
    /// One of several texts.
    Words(&'static [&'static str]),
}

/// A field of a record.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub doc: &'static str,
    /// Its shape.
    pub schema: Schema,
}

/// One record of a choice.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// The value of its member `kind`.
    pub kind: &'static str,
    /// What it means, in one sentence.
    pub doc: &'static str,
    /// Its other fields.
    pub fields: &'static [Field],
}

/// A member that is there; `null` counts as absent.
pub(super) fn present<D: Document>(value: &D, name: &str) -> Option<D> {
    value.member(name).filter(|member| !member.is_null())
}

#[cfg(feature = "json")]
impl Schema {
    /// The schema as JSON, for generators: `{"is":"record","fields":[{"name","doc","schema"}]}` and so on.
    pub fn to_json(self) -> serde_json::Value {
        use serde_json::json;
        match self {
            Self::Any => json!({ "is": "any" }),
            Self::Choice(variants) => json!({ "is": "choice", "variants": variants.iter().map(|variant| {
                json!({ "kind": variant.kind, "doc": variant.doc, "fields": fields(variant.fields) })
            }).collect::<Vec<_>>() }),
            Self::List(item) => json!({ "is": "list", "item": item.to_json() }),
            Self::Number => json!({ "is": "number" }),
            Self::Optional(value) => json!({ "is": "optional", "value": value.to_json() }),
            Self::Pointer => json!({ "is": "pointer" }),
            Self::Record(list) => json!({ "is": "record", "fields": fields(list) }),
            Self::Route => json!({ "is": "route" }),
            Self::Text => json!({ "is": "text" }),
            Self::Words(words) => json!({ "is": "words", "words": words }),
        }
    }
}

#[cfg(feature = "json")]
fn fields(fields: &[Field]) -> Vec<serde_json::Value> {
    fields
        .iter()
        .map(|field| serde_json::json!({ "name": field.name, "doc": field.doc.trim(), "schema": field.schema.to_json() }))
        .collect()
}

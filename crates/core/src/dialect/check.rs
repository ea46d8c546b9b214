//! Refusing what a schema does not allow, with its place.

use super::schema::{Field, Schema, present};
use crate::document::Document;
use crate::error::{Code, Error};

impl Schema {
    /// Checks a whole document.
    ///
    /// # Errors
    /// `dialect_invalid`, with the JSON pointer of the first field that is unknown, missing or wrong.
    pub(super) fn check<D: Document>(self, document: &D) -> Result<(), Error> {
        self.check_at(document, &Place { parent: None, name: "" })
    }

    fn check_at<D: Document>(self, value: &D, place: &Place<'_>) -> Result<(), Error> {
        let fits = |fits: bool, reason: &str| if fits { Ok(()) } else { Err(place.refuse(reason)) };
        match self {
            Self::Any => Ok(()),
            Self::Choice(variants) => {
                let kind = value.member("kind").and_then(|kind| kind.text());
                if let Some(variant) = variants.iter().find(|variant| Some(variant.kind) == kind.as_deref()) {
                    return fields(variant.fields, Some("kind"), value, place);
                }
                let kinds: Vec<_> = variants.iter().map(|variant| variant.kind).collect();
                Err(place.member("kind").refuse(&["must be one of: ", &kinds.join(", ")].concat()))
            }
            Self::List(item) => {
                let items = value.items().ok_or_else(|| place.refuse("must be a list"))?;
                let mut items = items.iter().enumerate();
                items.try_for_each(|(index, value)| item.check_at(value, &place.member(&index.to_string())))
            }
            Self::Number => fits(value.number().is_some(), "must be a number"),
            Self::Optional(schema) => schema.check_at(value, place),
            Self::Pointer => {
                let pointer = |text: String| text.is_empty() || text.starts_with('/');
                fits(value.text().is_some_and(pointer), "must be a JSON pointer, such as /data/user")
            }
            Self::Record(list) => fields(list, None, value, place),
            Self::Route => {
                let route = |text: String| text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
                fits(value.text().is_some_and(route), "must be a path that begins with one slash")
            }
            Self::Text => fits(value.text().is_some_and(|text| !text.is_empty()), "must be a text"),
            Self::Words(words) => {
                let known = value.text().is_some_and(|text| words.contains(&text.as_str()));
                fits(known, &["must be one of: ", &words.join(", ")].concat())
            }
        }
    }
}

fn fields<D: Document>(fields: &[Field], kind: Option<&str>, value: &D, place: &Place<'_>) -> Result<(), Error> {
    let names = value.names().ok_or_else(|| place.refuse("must be an object"))?;
    let known = |name: &str| kind == Some(name) || fields.iter().any(|field| field.name == name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let names: Vec<_> = kind.into_iter().chain(fields.iter().map(|field| field.name)).collect();
        return Err(place.member(unknown).refuse(&["is unknown; known here: ", &names.join(", ")].concat()));
    }
    fields.iter().try_for_each(|field| {
        let place = place.member(field.name);
        match (present(value, field.name), field.schema) {
            (Some(value), schema) => schema.check_at(&value, &place),
            (None, Schema::Optional(_)) => Ok(()),
            (None, _) => Err(place.refuse("is missing")),
        }
    })
}

/// Where in the document a value stands.
struct Place<'a> {
    parent: Option<&'a Self>,
    name: &'a str,
}

impl<'a> Place<'a> {
    const fn member(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), name }
    }

    fn refuse(&self, reason: &str) -> Error {
        let mut message = String::from("The dialect's field ");
        self.write(&mut message);
        for part in [" ", reason, "."] {
            message.push_str(part);
        }
        Error::new(Code::DialectInvalid).with_message(message)
    }

    fn write(&self, out: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(out);
            out.push('/');
            out.push_str(self.name);
        }
    }
}

//! Reading closed shapes from a document: one definition gives the type, the reader and the schema.

use super::schema::Schema;
use crate::document::Document;
use crate::error::{Code, Error};

/// A type that is read from a document, and refuses what does not fit.
pub(super) trait Shape: Sized {
    /// The shape as data.
    const SCHEMA: Schema;

    /// Reads a value.
    fn read<D: Document + Clone>(value: &D, place: &Place<'_>) -> Result<Self, Error>;

    /// What stands for an absent member.
    fn absent(place: &Place<'_>) -> Result<Self, Error> {
        Err(place.refuse("is missing"))
    }
}

/// Where in the document a value stands.
pub(super) struct Place<'a> {
    parent: Option<&'a Self>,
    name: &'a str,
}

impl<'a> Place<'a> {
    /// The whole document.
    pub(super) const fn root() -> Self {
        Self { parent: None, name: "" }
    }

    /// A member of the value at this place.
    pub(super) const fn member(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), name }
    }

    /// An error that names the place.
    pub(super) fn refuse(&self, reason: &str) -> Error {
        let mut message = String::from("The dialect's field ");
        self.write(&mut message);
        message.push(' ');
        message.push_str(reason);
        message.push('.');
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

/// Refuses members that are not in `names`.
pub(super) fn only<D: Document>(value: &D, place: &Place<'_>, names: &[&str]) -> Result<(), Error> {
    let members = value.names().ok_or_else(|| place.refuse("must be an object"))?;
    match members.iter().find(|member| !names.contains(&member.as_str())) {
        Some(unknown) => Err(place.member(unknown).refuse(&["is unknown; known here: ", &names.join(", ")].concat())),
        None => Ok(()),
    }
}

/// Reads one member.
pub(super) fn member<T: Shape, D: Document + Clone>(value: &D, place: &Place<'_>, name: &str) -> Result<T, Error> {
    let place = place.member(name);
    match present(value, name) {
        Some(member) => T::read(&member, &place),
        None => T::absent(&place),
    }
}

fn present<D: Document>(value: &D, name: &str) -> Option<D> {
    value.member(name).filter(|member| !member.is_null())
}

/// Reads a text that must be one of `words`, and returns its index.
pub(super) fn word<D: Document>(value: &D, place: &Place<'_>, words: &[&str]) -> Result<usize, Error> {
    let text = value.text();
    words
        .iter()
        .position(|word| text.as_deref() == Some(word))
        .ok_or_else(|| place.refuse(&["must be one of: ", &words.join(", ")].concat()))
}

/// A JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) into a response or session document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Shape for Pointer {
    const SCHEMA: Schema = Schema::Pointer;

    fn read<D: Document + Clone>(value: &D, place: &Place<'_>) -> Result<Self, Error> {
        match value.text() {
            Some(text) if text.is_empty() || text.starts_with('/') => Ok(Self(text)),
            _ => Err(place.refuse("must be a JSON pointer, such as /data/user")),
        }
    }
}

/// A path on one of the two sites: begins with one slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route(String);

impl Route {
    /// The path's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Shape for Route {
    const SCHEMA: Schema = Schema::Route;

    fn read<D: Document + Clone>(value: &D, place: &Place<'_>) -> Result<Self, Error> {
        match value.text() {
            Some(text) if text.starts_with('/') && !text.starts_with("//") && !text.contains('\\') => Ok(Self(text)),
            _ => Err(place.refuse("must be a path that begins with one slash")),
        }
    }
}

impl Shape for String {
    const SCHEMA: Schema = Schema::Text;

    fn read<D: Document + Clone>(value: &D, place: &Place<'_>) -> Result<Self, Error> {
        value.text().filter(|text| !text.is_empty()).ok_or_else(|| place.refuse("must be a text"))
    }
}

impl Shape for f64 {
    const SCHEMA: Schema = Schema::Number;

    fn read<D: Document + Clone>(value: &D, place: &Place<'_>) -> Result<Self, Error> {
        value.number().ok_or_else(|| place.refuse("must be a number"))
    }
}

impl<T: Shape> Shape for Option<T> {
    const SCHEMA: Schema = Schema::Optional(&T::SCHEMA);

    fn read<D: Document + Clone>(value: &D, place: &Place<'_>) -> Result<Self, Error> {
        T::read(value, place).map(Some)
    }

    fn absent(_: &Place<'_>) -> Result<Self, Error> {
        Ok(None)
    }
}

impl<T: Shape> Shape for Vec<T> {
    const SCHEMA: Schema = Schema::List(&T::SCHEMA);

    fn read<D: Document + Clone>(value: &D, place: &Place<'_>) -> Result<Self, Error> {
        let items = value.items().ok_or_else(|| place.refuse("must be a list"))?;
        let read = |(index, item): (usize, D)| T::read(&item, &place.member(&index.to_string()));
        items.into_iter().enumerate().map(read).collect()
    }
}

macro_rules! record {
    ($(#[doc = $doc:literal])* $name:ident {
        $($(#[doc = $field_doc:literal])* $field:ident $text:literal: $type:ty,)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $($(#[doc = $field_doc])* pub $field: $type,)* }

        impl $crate::dialect::shape::Shape for $name {
            const SCHEMA: $crate::dialect::Schema = $crate::dialect::Schema::Record(&[$($crate::dialect::Field {
                name: $text,
                doc: concat!($($field_doc),*),
                schema: <$type as $crate::dialect::shape::Shape>::SCHEMA,
            },)*]);

            fn read<D: $crate::document::Document + Clone>(
                value: &D,
                place: &$crate::dialect::shape::Place<'_>,
            ) -> Result<Self, $crate::error::Error> {
                $crate::dialect::shape::only(value, place, &[$($text,)*])?;
                Ok(Self { $($field: $crate::dialect::shape::member(value, place, $text)?,)* })
            }
        }
    };
}

macro_rules! choice {
    ($(#[doc = $doc:literal])* $name:ident {
        $($(#[doc = $variant_doc:literal])* $variant:ident = $kind:literal {
            $($(#[doc = $field_doc:literal])* $field:ident $text:literal: $type:ty,)*
        },)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name {
            $($(#[doc = $variant_doc])* $variant { $($(#[doc = $field_doc])* $field: $type,)* },)*
        }

        impl $crate::dialect::shape::Shape for $name {
            const SCHEMA: $crate::dialect::Schema = $crate::dialect::Schema::Choice(&[$($crate::dialect::Variant {
                kind: $kind,
                doc: concat!($($variant_doc),*),
                fields: &[$($crate::dialect::Field {
                    name: $text,
                    doc: concat!($($field_doc),*),
                    schema: <$type as $crate::dialect::shape::Shape>::SCHEMA,
                },)*],
            },)*]);

            fn read<D: $crate::document::Document + Clone>(
                value: &D,
                place: &$crate::dialect::shape::Place<'_>,
            ) -> Result<Self, $crate::error::Error> {
                let kind: String = $crate::dialect::shape::member(value, place, "kind")?;
                match kind.as_str() {
                    $($kind => {
                        $crate::dialect::shape::only(value, place, &["kind", $($text,)*])?;
                        Ok(Self::$variant { $($field: $crate::dialect::shape::member(value, place, $text)?,)* })
                    })*
                    _ => Err(place.member("kind").refuse(concat!("must be one of:", $(" ", $kind),*))),
                }
            }
        }
    };
}

macro_rules! words {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $word_doc:literal])* $variant:ident = $text:literal,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $word_doc])* $variant,)* }

        impl $crate::dialect::shape::Shape for $name {
            const SCHEMA: $crate::dialect::Schema = $crate::dialect::Schema::Words(&[$($text,)*]);

            fn read<D: $crate::document::Document + Clone>(
                value: &D,
                place: &$crate::dialect::shape::Place<'_>,
            ) -> Result<Self, $crate::error::Error> {
                const ALL: &[$name] = &[$($name::$variant,)*];
                let index = $crate::dialect::shape::word(value, place, &[$($text,)*])?;
                ALL.get(index).copied().ok_or_else(|| place.refuse("is not known"))
            }
        }
    };
}

pub(crate) use {choice, record, words};

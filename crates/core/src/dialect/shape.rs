//! Reading closed shapes from a document: one definition gives the type, the reader and the schema.
//!
//! What is read is never given back: a dialect lives as long as its process, and so it is plain data that copies, and no
//! reader has to undo the half of what it has read.

use super::schema::Schema;
use crate::document::Document;

/// A type that is read from a document which its schema has accepted.
pub(super) trait Shape: Copy + 'static {
    /// The shape as data.
    const SCHEMA: Schema;

    /// Reads a value; `None` when it does not fit the schema.
    fn read<D: Document>(value: &D) -> Option<Self>;

    /// Reads one member.
    fn member<D: Document>(value: &D, name: &str) -> Option<Self> {
        Self::read(&super::schema::present(value, name)?)
    }
}

/// Reads a text that must be one of `words`.
pub(super) fn word<T: Copy, D: Document>(value: &D, words: &[(&str, T)]) -> Option<T> {
    let text: &str = Shape::read(value)?;
    words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
}

/// A JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) into a response or session document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointer(&'static str);

impl Pointer {
    /// The pointer's text.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl Shape for Pointer {
    const SCHEMA: Schema = Schema::Pointer;

    fn read<D: Document>(value: &D) -> Option<Self> {
        Shape::read(value).map(Self)
    }

    fn member<D: Document>(value: &D, name: &str) -> Option<Self> {
        Shape::member(value, name).map(Self)
    }
}

/// A path on one of the two sites: begins with one slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route(&'static str);

impl Route {
    /// The path's text.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl Shape for Route {
    const SCHEMA: Schema = Schema::Route;

    fn read<D: Document>(value: &D) -> Option<Self> {
        Shape::read(value).map(Self)
    }

    fn member<D: Document>(value: &D, name: &str) -> Option<Self> {
        Shape::member(value, name).map(Self)
    }
}

impl Shape for &'static str {
    const SCHEMA: Schema = Schema::Text;

    fn read<D: Document>(value: &D) -> Option<Self> {
        value.text().map(|text| &*text.leak())
    }
}

impl Shape for f64 {
    const SCHEMA: Schema = Schema::Number;

    fn read<D: Document>(value: &D) -> Option<Self> {
        value.number()
    }
}

impl<T: Shape> Shape for Option<T> {
    const SCHEMA: Schema = Schema::Optional(&T::SCHEMA);

    fn read<D: Document>(value: &D) -> Option<Self> {
        Some(T::read(value))
    }

    fn member<D: Document>(value: &D, name: &str) -> Option<Self> {
        Some(T::member(value, name))
    }
}

impl<T: Shape> Shape for &'static [T] {
    const SCHEMA: Schema = Schema::List(&T::SCHEMA);

    fn read<D: Document>(value: &D) -> Option<Self> {
        let mut list = Vec::new();
        for item in value.items()? {
            list.push(T::read(&item)?);
        }
        Some(list.leak())
    }
}

macro_rules! record {
    ($(#[doc = $doc:literal])* $name:ident {
        $($(#[doc = $field_doc:literal])* $field:ident $text:literal: $type:ty,)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name { $($(#[doc = $field_doc])* pub $field: $type,)* }

        impl $crate::dialect::shape::Shape for $name {
            const SCHEMA: $crate::dialect::Schema = $crate::dialect::Schema::Record(&[$($crate::dialect::Field {
                name: $text,
                doc: concat!($($field_doc),*),
                schema: <$type as $crate::dialect::shape::Shape>::SCHEMA,
            },)*]);

            fn read<D: $crate::document::Document>(value: &D) -> Option<Self> {
                Some(Self { $($field: $crate::dialect::shape::Shape::member(value, $text)?,)* })
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
        #[derive(Clone, Copy, Debug, PartialEq)]
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

            fn read<D: $crate::document::Document>(value: &D) -> Option<Self> {
                match <&str as $crate::dialect::shape::Shape>::member(value, "kind")? {
                    $($kind => Some(Self::$variant { $($field: $crate::dialect::shape::Shape::member(value, $text)?,)* }),)*
                    _ => None,
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

            fn read<D: $crate::document::Document>(value: &D) -> Option<Self> {
                $crate::dialect::shape::word(value, &[$(($text, Self::$variant),)*])
            }
        }
    };
}

pub(crate) use {choice, record, words};

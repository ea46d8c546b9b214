//! The transcripts that a dialect carries with it.

use super::schema::Schema;
use super::shape::Shape;
use crate::document::Document;

/// The place of a dialect's transcripts: kept in the file, skipped when the dialect is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examples(());

impl Shape for Examples {
    const SCHEMA: Schema = Schema::Any;

    fn read<D: Document>(_: &D) -> Option<Self> {
        Some(Self(()))
    }
}

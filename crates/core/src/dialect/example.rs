//! The transcripts that a dialect carries with it.

use super::schema::Schema;
use super::shape::{Place, Shape};
use crate::document::Document;
use crate::error::Error;

/// The place of a dialect's transcripts: kept in the file, skipped when the dialect is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examples(());

impl Shape for Examples {
    const SCHEMA: Schema = Schema::Any;

    fn read<D: Document + Clone>(_: &D, _: &Place<'_>) -> Result<Self, Error> {
        Ok(Self(()))
    }
}

//! What a dialect may say and this build has no use for.

use core::marker::PhantomData;

use super::schema::Schema;
use super::shape::Shape;
use crate::document::Document;

/// A value of shape `T` that is accepted and passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread<T>(PhantomData<T>);

/// What only a server reads: without the feature `seal` it is accepted and passed over.
#[cfg(feature = "seal")]
pub type ServerOnly<T> = T;
/// What only a server reads: without the feature `seal` it is accepted and passed over.
#[cfg(not(feature = "seal"))]
pub type ServerOnly<T> = Unread<T>;

impl<T: Shape> Shape for Unread<T> {
    const SCHEMA: Schema = T::SCHEMA;

    fn read<D: Document>(_: &D) -> Option<Self> {
        Some(Self(PhantomData))
    }

    fn member<D: Document>(_: &D, _: &str) -> Option<Self> {
        Some(Self(PhantomData))
    }
}

impl Shape for () {
    const SCHEMA: Schema = Schema::Any;

    fn read<D: Document>(_: &D) -> Option<Self> {
        Some(())
    }
}

//! The shipped dialects, and a user's own.

use twinfetch_core::dialect::{Dialect, shipped};
use twinfetch_core::error::{Code, Error};
use wasm_bindgen::JsValue;

use crate::document::JsDocument;

macro_rules! read {
    ($($(#[$doc:meta])* $function:ident = $name:literal,)*) => {
        $($(#[$doc])*
        ///
        /// # Errors
        /// None in practice: the text is compiled in and tested.
        pub fn $function() -> Result<Dialect, Error> {
            from_json(shipped::$function())
        })*
    };
}

twinfetch_core::shipped_dialects!(read);

/// A user's own dialect, from JSON text.
///
/// # Errors
/// `dialect_invalid`, with the place of what is wrong.
pub fn from_json(text: &str) -> Result<Dialect, Error> {
    let document = JsDocument::parse(&JsValue::from_str(text))
        .map_err(|_| Error::new(Code::DialectInvalid).with_message("The dialect is not valid JSON."))?;
    Dialect::read(&document)
}

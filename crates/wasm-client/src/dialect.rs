//! The shipped dialects, and a user's own.

use twinfetch_core::dialect::Dialect;
use twinfetch_core::error::{Code, Error};
use wasm_bindgen::JsValue;

use crate::document::JsDocument;

/// Auth.js, as next-auth v5 speaks it.
///
/// # Errors
/// None in practice: the text is compiled in and tested.
pub fn authjs() -> Result<Dialect, Error> {
    from_json(include_str!("../../core/dialects/authjs.json"))
}

/// next-auth v4.
///
/// # Errors
/// None in practice: the text is compiled in and tested.
pub fn next_auth_v4() -> Result<Dialect, Error> {
    from_json(include_str!("../../core/dialects/next-auth-v4.json"))
}

/// A user's own dialect, from JSON text.
///
/// # Errors
/// `dialect_invalid`, with the place of what is wrong.
pub fn from_json(text: &str) -> Result<Dialect, Error> {
    let document = JsDocument::parse(&JsValue::from_str(text))
        .map_err(|_| Error::new(Code::DialectInvalid).with_message("The dialect is not valid JSON."))?;
    Dialect::read(&document)
}

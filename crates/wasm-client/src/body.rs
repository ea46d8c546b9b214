//! What is sent with a call.

use js_sys::Reflect;
use twinfetch_core::error::{Code, Error};
use wasm_bindgen::JsValue;

use crate::document::{has_own, stringify_json};

/// A request's body, which stays in the JavaScript engine.
#[derive(Clone, Debug)]
pub struct Body {
    pub(crate) value: JsValue,
    pub(crate) content_type: Option<&'static str>,
}

impl Body {
    /// Takes what a caller gave: a text, `Blob`, `FormData`, `URLSearchParams`, buffer or stream is sent as it is, any
    /// other value as JSON; `undefined` is no body.
    ///
    /// # Errors
    /// `call_invalid` when the value has no JSON form.
    pub fn new(value: JsValue) -> Result<Option<Self>, Error> {
        if value.is_undefined() {
            return Ok(None);
        }
        if value.is_string() || is_body(&value) {
            return Ok(Some(Self { value, content_type: None }));
        }
        let text = stringify_json(&value).ok().filter(JsValue::is_string).ok_or_else(|| {
            Error::new(Code::CallInvalid).with_message("The request cannot be sent: its body has no JSON form.")
        })?;
        Ok(Some(Self { value: text, content_type: Some("application/json") }))
    }
}

/// Whether `fetch` sends a value as it is. Told by what its prototype can do: `instanceof` fails across realms.
fn is_body(value: &JsValue) -> bool {
    value.is_object()
        && ["append", "arrayBuffer", "byteLength", "getReader"].iter().any(|name| {
            let key = JsValue::from_str(name);
            Reflect::has(value, &key).unwrap_or(false) && !has_own(value, &key)
        })
}

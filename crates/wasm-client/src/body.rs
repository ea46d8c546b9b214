//! What is sent with a call.

use std::fmt;

use js_sys::{Object, Reflect};
use twinfetch_core::call::{Encoding, Members};
use twinfetch_core::error::{Code, Error};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::UrlSearchParams;

use crate::document::{JsDocument, has_own, stringify_json};

/// A request's body, which stays in the JavaScript engine. Its `Debug` shows nothing of it: it may hold a password.
#[derive(Clone)]
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
        let text = stringify_json(&value).ok().filter(JsValue::is_string).ok_or_else(no_json_form)?;
        Ok(Some(Self { value: text, content_type: Some("application/json") }))
    }
}

#[cfg(feature = "serde")]
impl Body {
    /// Takes a value of a Rust type, as JSON.
    ///
    /// # Errors
    /// `call_invalid` when the value has no JSON form.
    pub fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        let text = serde_json::to_string(value).map_err(|_| no_json_form())?;
        Ok(Self { value: JsValue::from_str(&text), content_type: Some("application/json") })
    }
}

impl Body {
    /// The body as the one member of an object.
    pub(crate) fn named(&self, name: &str) -> Result<Self, Error> {
        let JsDocument(value) = JsDocument::parse(&self.value).map_err(|_| no_json_form())?;
        let object = Object::new();
        drop(Reflect::set(&object, &JsValue::from_str(name), &value));
        let text = stringify_json(&object).map_err(|_| no_json_form())?;
        Ok(Self { value: text, content_type: Some("application/json") })
    }

    pub(crate) fn is_stream(&self) -> bool {
        Reflect::has(&self.value, &JsValue::from_str("getReader")).unwrap_or(false)
    }

    /// The client's own members, and those of what the caller gave as JSON, in one body.
    pub(crate) fn of_members(members: &Members, given: Option<&Self>) -> Result<Self, Error> {
        let invalid = |_| Error::new(Code::CallInvalid);
        let all = Object::new();
        for (name, text) in &members.list {
            drop(Reflect::set(&all, &JsValue::from_str(name), &JsValue::from_str(text.expose())));
        }
        if let Some(given) = given {
            let JsDocument(given) = JsDocument::parse(&given.value).map_err(invalid)?;
            Object::assign(&all, given.unchecked_ref());
        }
        match members.encoding {
            Encoding::Json => {
                let text = stringify_json(&all).map_err(invalid)?;
                Ok(Self { value: text, content_type: Some("application/json") })
            }
            Encoding::Form => {
                let form = UrlSearchParams::new_with_record_from_str_to_str(all.unchecked_ref()).map_err(invalid)?;
                Ok(Self { value: form.into(), content_type: None })
            }
        }
    }
}

fn no_json_form() -> Error {
    Error::new(Code::CallInvalid).with_message("The request cannot be sent: its body has no JSON form.")
}

impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Body").field("content_type", &self.content_type).finish_non_exhaustive()
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

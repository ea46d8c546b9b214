//! JavaScript values as the documents that the core reads.

use js_sys::{Array, Reflect};
use twinfetch_core::document::Document;
use wasm_bindgen::prelude::*;

/// A JSON value which the JavaScript engine parsed.
#[derive(Clone, Debug)]
pub struct JsDocument(pub JsValue);

impl JsDocument {
    /// Parses JSON text; the text and the value stay in the engine.
    ///
    /// # Errors
    /// What `JSON.parse` throws.
    pub fn parse(text: &JsValue) -> Result<Self, JsValue> {
        parse_json(text).map(Self)
    }

    /// The value as JSON text.
    pub(crate) fn json(&self) -> Option<String> {
        stringify_json(&self.0).ok()?.as_string()
    }

    fn keys(&self) -> Option<Array> {
        let object = self.0.is_object() && !Array::is_array(&self.0);
        object.then(|| keys_of(&self.0))
    }
}

impl Document for JsDocument {
    fn member(&self, name: &str) -> Option<Self> {
        let key = JsValue::from_str(name);
        // Own members only: a polluted prototype must not answer for a missing field.
        let own = self.0.is_object() && has_own(&self.0, &key);
        own.then(|| Reflect::get(&self.0, &key).ok().map(Self)).flatten()
    }

    fn size(&self) -> Option<usize> {
        self.keys().map(|keys| keys.length() as usize)
    }

    fn names(&self) -> Option<Vec<String>> {
        self.keys().map(|keys| keys.iter().filter_map(|name| name.as_string()).collect())
    }

    fn items(&self) -> Option<Vec<Self>> {
        Array::is_array(&self.0).then(|| self.0.unchecked_ref::<Array>().iter().map(Self).collect())
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn boolean(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn is_null(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn parse_json(text: &JsValue) -> Result<JsValue, JsValue>;

    /// The text is a JavaScript string: `js_sys` would copy it into wasm memory.
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = stringify)]
    pub(crate) fn stringify_json(value: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = Object, js_name = keys)]
    fn keys_of(value: &JsValue) -> Array;

    #[wasm_bindgen(js_namespace = Object, js_name = hasOwn)]
    pub(crate) fn has_own(value: &JsValue, key: &JsValue) -> bool;
}

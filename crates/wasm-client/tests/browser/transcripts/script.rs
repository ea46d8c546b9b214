//! The other side of a transcript: it checks every request and gives the answer that is written for it.

use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::script::parse;

#[wasm_bindgen(module = "/tests/browser/page.js")]
extern "C" {
    #[wasm_bindgen(js_name = play)]
    fn play_lines(lines: &JsValue, identity: &JsValue);
    /// What was not as the script says, or a request of it that was missing.
    pub(crate) fn complaint() -> Option<String>;
    /// Has the clock be ahead by so much.
    pub(crate) fn set_clock(milliseconds: f64);
}

/// Replaces `fetch` by the lines of a script.
pub(crate) fn play(lines: &[&Value], dialect: &Value) {
    play_lines(&js(&serde_json::json!(lines)), &js(&dialect["identity"]));
}

/// A value in JavaScript.
pub(crate) fn js(value: &Value) -> JsValue {
    parse(&value.to_string())
}

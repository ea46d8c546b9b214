//! Reading a body piece by piece.

use js_sys::{Array, Reflect, Uint8Array};
use twinfetch_core::error::Code;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStreamDefaultReader, Response};

use crate::deadline::Deadline;

/// Adds a body to the pieces, each of which comes within the limit, and tells `arrived` how many bytes each has. The pieces
/// stay in the JavaScript engine, also those before a break.
pub(crate) async fn collect(
    pieces: &Array,
    response: &Response,
    limit: &Deadline,
    arrived: impl Fn(u32),
) -> Result<(), Code> {
    let Some(body) = response.body() else { return Ok(()) };
    let reader = body.get_reader().unchecked_into::<ReadableStreamDefaultReader>();
    loop {
        let next = match limit.wait(reader.read()).await {
            Ok(next) => next,
            Err(code) => {
                // Nobody reads on: the server need not send on.
                drop(JsFuture::from(reader.cancel()));
                return Err(if code == Code::NetworkFailed { Code::BodyTruncated } else { code });
            }
        };
        limit.extend();
        let piece = member(&next, "value");
        if piece.is_undefined() {
            return Ok(());
        }
        arrived(piece.unchecked_ref::<Uint8Array>().byte_length());
        pieces.push(&piece);
    }
}

/// The text that pieces are.
pub(crate) async fn text(pieces: &Array) -> Option<JsValue> {
    let blob = Blob::new_with_u8_array_sequence(pieces).ok()?;
    JsFuture::from(blob.text()).await.ok()
}

pub(crate) fn member(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

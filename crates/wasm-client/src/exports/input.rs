//! What JavaScript hands in, read by duck typing.

use twinfetch_core::address::BaseUrl;
use twinfetch_core::download::Entity;
use twinfetch_core::error::Code;
use twinfetch_core::head::Head;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What came of a step, read by duck typing.
    pub type Outcome;

    #[wasm_bindgen(method, getter)]
    fn status(this: &Outcome) -> u16;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Outcome) -> Headers;
    #[wasm_bindgen(method, getter)]
    pub(super) fn code(this: &Outcome) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn filtered(this: &Outcome) -> Option<bool>;
    #[wasm_bindgen(method, getter)]
    fn received(this: &Outcome) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn document(this: &Outcome) -> JsValue;

    /// A URL that the browser's parser has split.
    pub type Location;

    #[wasm_bindgen(method, getter)]
    fn origin(this: &Location) -> String;
    #[wasm_bindgen(method, getter)]
    fn pathname(this: &Location) -> String;

    /// A response's headers.
    type Headers;

    #[wasm_bindgen(method)]
    fn get(this: &Headers, name: &str) -> Option<String>;
}

impl Location {
    pub(super) fn base_url(&self) -> BaseUrl {
        BaseUrl::from_parts(&self.origin(), &self.pathname())
    }
}

impl Outcome {
    pub(super) fn head(&self, now: u64) -> Result<Head, Code> {
        if let Some(code) = self.code() {
            return Err(named(&code));
        }
        let headers = self.headers();
        Ok(Head::new(self.status(), now, |name| headers.get(name)))
    }

    /// What a response says of a file.
    pub(super) fn entity(&self) -> Entity {
        let headers = self.headers();
        Entity::new(self.status(), self.filtered().unwrap_or_default(), |name| headers.get(name))
    }

    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.headers().get(name)
    }

    /// How many bytes of a file were taken.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a negative number saturates to zero")]
    pub(super) fn bytes(&self) -> u64 {
        self.received().unwrap_or_default() as u64
    }
}

/// The code of a name; what is not known is taken for a network failure.
pub(super) fn named(code: &str) -> Code {
    Code::ALL.iter().find(|known| known.name() == code).copied().unwrap_or(Code::NetworkFailed)
}

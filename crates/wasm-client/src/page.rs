//! The page that the client runs in, where there is one: a worker has none.

use js_sys::encode_uri_component;
use twinfetch_core::cookie::Cookies;
use twinfetch_core::error::{Code, Error};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlDocument, Location, Window};

pub(crate) fn window() -> Window {
    js_sys::global().unchecked_into()
}

pub(crate) fn document() -> Option<HtmlDocument> {
    window().document().map(JsCast::unchecked_into)
}

/// The value of a cookie that scripts may read, as it is.
pub(crate) fn cookie(name: &str) -> Option<String> {
    let text = document()?.cookie().ok()?;
    let cookies = Cookies::parse([text.as_bytes()]);
    cookies.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

/// The parts of the page's address that may hold a link's token: its query and its fragment, without `?` and `#`.
pub(crate) fn address_parts() -> Option<(String, String)> {
    let location = location()?;
    let part = |text: Result<String, JsValue>| text.map(|text| text.get(1..).unwrap_or_default().to_owned()).ok();
    Some((part(location.search())?, part(location.hash())?))
}

/// Replaces query and fragment in the address bar, without a step in the history.
pub(crate) fn replace_address_parts(query: &str, fragment: &str) -> Option<()> {
    let location = location()?;
    let mut address = location.origin().ok()? + &location.pathname().ok()?;
    for (mark, part) in [("?", query), ("#", fragment)] {
        if !part.is_empty() {
            address.push_str(mark);
            address.push_str(part);
        }
    }
    let history = window().history().ok()?;
    let state = history.state().unwrap_or(JsValue::NULL);
    history.replace_state_with_url(&state, "", Some(&address)).ok()
}

/// Where the page is, as a path of the app.
pub(crate) fn here() -> Option<String> {
    let location = location()?;
    Some(location.pathname().ok()? + &location.search().ok()? + &location.hash().ok()?)
}

/// Leaves the page for another address.
pub(crate) fn leave_for(address: &str) -> Result<(), Error> {
    let left = location().and_then(|location| location.assign(address).ok());
    left.ok_or_else(|| {
        Error::new(Code::CallInvalid).with_message("There is no page here that could lead to a sign-in page.")
    })
}

/// The address of a sign-in page that knows the way back; none on that page itself.
pub(crate) fn way_to(sign_in_page: &str) -> Option<String> {
    let pathname = location()?.pathname().ok()?;
    let way_back = String::from(encode_uri_component(&here()?));
    (pathname != sign_in_page).then(|| [sign_in_page, "?returnTo=", &way_back].concat())
}

fn location() -> Option<Location> {
    document()?.location()
}

/// Whether the page came under HTTPS.
pub(crate) fn is_secure() -> bool {
    location().and_then(|location| location.protocol().ok()).is_some_and(|protocol| protocol == "https:")
}

//! Where tokens outlive the page.

use std::cell::{Cell, RefCell};

use js_sys::{Date, Math, Object, Reflect};
use twinfetch_core::document::Document as _;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Tokens, is_bearer};
use wasm_bindgen::JsValue;

use crate::document::{JsDocument, stringify_json};
use crate::identity::expires_at;
use crate::page;

/// A place which keeps the tokens of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// A cookie that scripts may read. It keeps the access token alone, until that ends, a day where it does not say.
    Cookie {
        /// Its name: the one under which a server looks for the token, which is the dialect's `/seal/cookie`.
        name: String,
    },
    /// `localStorage`: for all tabs, until the sign-out. The entry is the one that the npm package writes.
    LocalStorage,
    /// `sessionStorage`: for one tab, until it is closed.
    SessionStorage,
}

/// Tokens with the mark of the sign-in that gave them; a renewal keeps the mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) tokens: Option<Tokens>,
    mark: Option<String>,
}

impl Kept {
    /// Whether these tokens are of the sign-in that gave the others.
    pub(crate) fn continues(&self, earlier: &Self) -> bool {
        self.mark.is_some() && self.mark == earlier.mark
    }

    fn access(&self) -> Option<&Secret> {
        self.tokens.as_ref().map(|tokens| &tokens.access)
    }
}

/// Keeps one client's tokens in the places that the app chose.
#[derive(Debug)]
pub(crate) struct Keeping {
    places: Vec<Storage>,
    key: String,
    kept: RefCell<Kept>,
    /// Whether the places kept what was written last. Where a browser forbids storage, memory is all there is.
    holds: Cell<bool>,
}

impl Keeping {
    pub(crate) fn new(places: Vec<Storage>, base_url: &str) -> Self {
        let key = ["twinfetch:", base_url].concat();
        let holds = Cell::new(!places.is_empty());
        Self { places, key, kept: RefCell::default(), holds }
    }

    /// The name of the entry.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Keeps the tokens that are held now, or clears every trace of them. `new` says that another sign-in gave them.
    pub(crate) fn keep(&self, tokens: Option<&Tokens>, new: bool) {
        let mut kept = self.kept.borrow_mut();
        if kept.tokens.as_ref() == tokens {
            return;
        }
        let mark = if new { Some(fresh_mark()) } else { kept.mark.take() };
        *kept = Kept { tokens: tokens.cloned(), mark: mark.filter(|_| tokens.is_some()) };
        self.save(&kept);
    }

    /// Clears every trace of tokens, also of such as could not be read.
    pub(crate) fn clear(&self) {
        let mut kept = self.kept.borrow_mut();
        *kept = Kept::default();
        self.save(&kept);
    }

    fn save(&self, kept: &Kept) {
        for place in &self.places {
            // A place that is forbidden or full keeps nothing.
            place.save(&self.key, kept).unwrap_or_default();
        }
        self.holds.set(!self.places.is_empty() && self.load().access() == kept.access());
    }

    /// What another page or tab has kept meanwhile, with what was kept before.
    pub(crate) fn changed(&self) -> Option<(Kept, Kept)> {
        if !self.holds.get() {
            return None;
        }
        let (found, mut kept) = (self.load(), self.kept.borrow_mut());
        let changed = found.access() != kept.access();
        changed.then(|| (found.clone(), std::mem::replace(&mut *kept, found)))
    }

    fn load(&self) -> Kept {
        self.places.iter().find_map(|place| place.load(&self.key)).unwrap_or_default()
    }
}

impl Storage {
    fn load(&self, key: &str) -> Option<Kept> {
        let (access, refresh, mark) = if let Self::Cookie { name } = self {
            (page::cookie(name)?, None, None)
        } else {
            let text = self.area()?.get_item(key).ok()??;
            let entry = JsDocument::parse(&JsValue::from_str(&text)).ok()?;
            let member = |name| entry.member(name).and_then(|member| member.text());
            (member("access")?, member("refresh"), member("mark"))
        };
        // Anybody may have written there.
        let access = Some(access).filter(|access| is_bearer(access)).map(Secret::new)?;
        Some(Kept { tokens: Some(Tokens { access, refresh: refresh.map(Secret::new) }), mark })
    }

    fn save(&self, key: &str, kept: &Kept) -> Option<()> {
        match (self, &kept.tokens) {
            (Self::Cookie { name }, Some(Tokens { access, .. })) => {
                let expires = expires_at(access.expose()).unwrap_or_else(|| crate::session::now() + DAY);
                write_cookie(name, access.expose(), expires)
            }
            (Self::Cookie { name }, None) => write_cookie(name, "", 0),
            (area, Some(tokens)) => area.area()?.set_item(key, &entry(tokens, kept.mark.as_deref())?).ok(),
            (area, None) => area.area()?.remove_item(key).ok(),
        }
    }

    fn area(&self) -> Option<web_sys::Storage> {
        let window = page::window();
        let area = match self {
            Self::SessionStorage => window.session_storage(),
            Self::LocalStorage | Self::Cookie { .. } => window.local_storage(),
        };
        area.ok()?
    }
}

/// A day in milliseconds.
const DAY: u64 = 86_400_000;

/// The text of an entry, as the npm package reads it.
fn entry(tokens: &Tokens, mark: Option<&str>) -> Option<String> {
    let entry = Object::new();
    let set = |name: &str, value: JsValue| drop(Reflect::set(&entry, &JsValue::from_str(name), &value));
    set("access", tokens.access.expose().into());
    if let Some(refresh) = &tokens.refresh {
        set("refresh", refresh.expose().into());
    }
    if let Some(expires) = expires_at(tokens.access.expose()) {
        set("expires", moment(expires).into());
    }
    if let Some(mark) = mark {
        set("mark", mark.into());
    }
    stringify_json(&entry).ok()?.as_string()
}

fn write_cookie(name: &str, value: &str, expires: u64) -> Option<()> {
    let secure = if page::is_secure() { "; Secure" } else { "" };
    let expires = String::from(Date::new(&moment(expires).into()).to_utc_string());
    let cookie = [name, "=", value, "; Path=/; SameSite=Lax; Expires=", &expires, secure].concat();
    page::document()?.set_cookie(&cookie).ok()
}

fn fresh_mark() -> String {
    [Date::now().to_string(), Math::random().to_string()].concat()
}

#[expect(clippy::cast_precision_loss, reason = "a moment in milliseconds is exact for 200,000 years")]
const fn moment(at: u64) -> f64 {
    at as f64
}

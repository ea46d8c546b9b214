//! Links that sign their bearer in, and sign-in pages.

use twinfetch_core::error::{Code, Error};
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Session, Taken, Tokens};
use twinfetch_core::verb::{LinkToken, Verb, sign_in_address, take_link_token};
use wasm_bindgen::JsValue;

use crate::client::Client;
use crate::page;

impl Client {
    /// Asks for a token that signs the bearer of a link in as this user.
    ///
    /// # Errors
    /// `config_invalid` when the dialect knows no such links; else why there is none.
    pub async fn create_link_token(&self) -> Result<LinkToken, Error> {
        let deadline = self.deadline(None, None)?;
        match self.perform_verb(Verb::CreateLinkToken, None, &deadline).await? {
            Taken::Link(link) => Ok(link),
            _ => Err(Error::new(Code::MalformedBody)),
        }
    }

    /// Takes a link's token out of the address bar and signs in by it; `None` when the address has none.
    ///
    /// # Errors
    /// `sign_in_refused` when the backend does not know the token.
    pub async fn sign_in_with_link(&self) -> Result<Option<Session<JsValue>>, Error> {
        let deadline = self.deadline(None, None)?;
        let Some(access) = self.take_link() else { return Ok(None) };
        self.sign_in_by(access);
        let session = self.session_within(&deadline).await.map_err(Error::new)?;
        match session {
            Session::Anonymous => Err(Error::new(Code::SignInRefused)),
            session => Ok(Some(session)),
        }
    }

    fn sign_in_by(&self, access: Secret) {
        let before = self.inner.held.borrow().begin();
        self.inner.held.borrow_mut().sign_in(Some(Tokens { access, refresh: None }));
        self.settle_since(before);
    }

    fn take_link(&self) -> Option<Secret> {
        let parameter = &self.inner.dialect.link.as_ref()?.parameter;
        let (query, fragment) = page::address_parts()?;
        let (token, query, fragment) = take_link_token(&query, &fragment, parameter)?;
        page::replace_address_parts(&query, &fragment).unwrap_or_default();
        Some(token)
    }

    /// Leaves the page for the provider's sign-in page, which leads back to `return_to`, a path of the app; to where the
    /// page is now when absent.
    ///
    /// # Errors
    /// `call_invalid` when the way back is no path of the app or there is no page, `config_invalid` when the dialect
    /// has no such page.
    pub fn sign_in_with_redirect(&self, return_to: Option<&str>) -> Result<(), Error> {
        let here = page::here().unwrap_or_default();
        let address = sign_in_address(&self.inner.dialect, &self.inner.sites.backend, return_to.unwrap_or(&here))?;
        page::leave_for(&address)
    }

    /// Leads to the app's own sign-in page, once, where it has one: a call was made and nobody is signed in.
    pub(crate) fn lead_to_sign_in(&self) {
        let Some(sign_in_page) = &self.inner.sign_in_page else { return };
        if let Some(address) = page::way_to(sign_in_page).filter(|_| !self.inner.leaving.get()) {
            self.inner.leaving.set(page::leave_for(&address).is_ok());
        }
    }
}

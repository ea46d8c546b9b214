//! What the user may do.

use twinfetch_core::error::{Code, Error};
use twinfetch_core::session::{Session, Taken};
use twinfetch_core::verb::{Permissions, Verb};

use crate::client::Client;

impl Client {
    /// Asks what the user may do, and keeps the answer for [`Client::can`].
    ///
    /// # Errors
    /// `unauthorized` when nobody is signed in, `config_invalid` when the dialect knows no permissions; else why the
    /// backend could not be asked.
    pub async fn permissions(&self) -> Result<Permissions, Error> {
        let deadline = self.deadline(None, None)?;
        // A claim of the session may allow everything.
        self.session_within(&deadline).await.map_err(Error::new)?;
        let taken = self.perform_verb(Verb::ReadPermissions, None, &deadline).await?;
        let Taken::Permissions(codes) = taken else { return Err(Error::new(Code::MalformedBody)) };
        let known = self.inner.held.borrow().permissions().cloned();
        self.tell();
        // They are not kept where the session has become another meanwhile.
        Ok(known.unwrap_or_else(|| self.allowed(&codes, None)))
    }

    /// Whether the user may do this, as far as it is known; `false` while it is not. It is then asked for, once for each
    /// session that is read, and [`Client::on_session`] tells of the answer.
    pub fn can(&self, code: &str) -> bool {
        let held = self.inner.held.borrow();
        if let Some(permissions) = held.permissions() {
            return permissions.can(code);
        }
        let somebody = matches!(held.last(), Some(Session::Authenticated(_)));
        if somebody && self.inner.dialect.permissions.is_some() && !self.inner.asked.replace(true) {
            let client = self.clone();
            wasm_bindgen_futures::spawn_local(async move { drop(client.permissions().await) });
        }
        false
    }
}

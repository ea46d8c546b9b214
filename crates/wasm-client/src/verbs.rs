//! Signing in and out, and what else a user does about a session.

use twinfetch_core::dialect::Renewal;
use twinfetch_core::error::{Code, Error};
use twinfetch_core::session::{Session, SignedOut, Taken};
use twinfetch_core::verb::Verb;
use wasm_bindgen::JsValue;
use web_sys::AbortController;

use crate::body::Body;
use crate::client::Client;
use crate::session::now;

impl Client {
    /// Signs in by what the backend asks for, and reads who that is.
    ///
    /// # Errors
    /// `sign_in_refused` for wrong credentials; else why the backend could not be asked.
    pub async fn sign_in(&self, credentials: Body) -> Result<Session<JsValue>, Error> {
        self.enter(Verb::SignIn, &credentials).await
    }

    /// Makes an account, and signs in with it.
    ///
    /// # Errors
    /// `rejected` with the backend's message for what it does not take; else why the backend could not be asked.
    pub async fn register(&self, details: Body) -> Result<Session<JsValue>, Error> {
        self.enter(Verb::Register, &details).await
    }

    async fn enter(&self, verb: Verb, body: &Body) -> Result<Session<JsValue>, Error> {
        let controller = AbortController::new().map_err(|_| Error::new(Code::WasmUnavailable))?;
        let deadline = self.deadline(None, Some(&controller.signal()))?;
        self.inner.entering.replace(Some(controller));
        self.perform_verb(verb, Some(body), &deadline).await?;
        self.inner.entering.replace(None);
        self.session_within(&deadline).await.map_err(Error::new)
    }

    /// Signs out. On this side it never fails: tokens and session are gone, also when the server could not be told.
    pub async fn sign_out(&self) -> SignedOut {
        // Also a page that is left at once leaves nothing behind.
        self.inner.keeping.clear();
        // The late answer to a sign-in must not sign in again.
        if let Some(entering) = self.inner.entering.take() {
            entering.abort();
        }
        let ended = match self.deadline(None, None) {
            Ok(deadline) => self.perform_verb(Verb::SignOut, None, &deadline).await,
            Err(cause) => Err(cause),
        };
        let signed_out = match ended {
            Ok(Taken::SignedOut(signed_out)) => signed_out,
            other => {
                self.inner.held.borrow_mut().sign_out(false, now());
                self.drop_stale_read();
                SignedOut { server_told: false, cause: other.err() }
            }
        };
        self.tell();
        signed_out
    }

    /// Renews the tokens now, or has the session read again where the dialect has none to renew.
    ///
    /// # Errors
    /// Why the tokens could not be renewed. When they are dead the session is over, which is no error.
    pub async fn refresh(&self) -> Result<Session<JsValue>, Error> {
        let deadline = self.deadline(None, None)?;
        self.synchronize();
        let generation = self.inner.held.borrow().generation();
        match self.inner.dialect.renewal {
            Renewal::None {} => self.forget(),
            // The core says what it means that there is nothing to spend.
            Renewal::Rotate { .. } if self.nothing_to_spend() => {
                self.perform_verb(Verb::Refresh, None, &deadline).await?;
            }
            _ => {
                self.renew(generation, None, &deadline).await?;
            }
        }
        self.session_within(&deadline).await.map_err(Error::new)
    }

    fn nothing_to_spend(&self) -> bool {
        self.inner.held.borrow().tokens().is_none_or(|tokens| tokens.refresh.is_none())
    }

    /// Changes the session's own data, where the app's sign-in library keeps some.
    ///
    /// # Errors
    /// `config_invalid` when the dialect knows no such thing; else why the app could not be asked.
    pub async fn update(&self, data: Body) -> Result<Session<JsValue>, Error> {
        let deadline = self.deadline(None, None)?;
        let member = self.inner.dialect.update.as_ref().map_or("", |update| update.member);
        self.perform_verb(Verb::Update, Some(&data.named(member)?), &deadline).await?;
        self.tell();
        self.session_within(&deadline).await.map_err(Error::new)
    }
}

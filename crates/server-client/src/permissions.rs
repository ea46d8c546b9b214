//! What a user may do.

use serde_json::Value;
use twinfetch_core::error::{Code, Error as Reason};
use twinfetch_core::verb::{Outcome, Permissions, Verb};

use crate::answer::Answer;
use crate::api::Api;
use crate::driver::Credential;
use crate::errand::Errand;
use crate::error::Error;
use crate::jar::Jar;
use crate::memo::Key;

impl Api {
    /// What whoever is signed in may do. Within one incoming request it is asked once, until a call changes something.
    ///
    /// # Errors
    /// `unauthorized` when nobody is signed in; `config_invalid` when the dialect has no permissions; else what kept the
    /// backend from answering.
    pub async fn permissions(&self) -> Result<Permissions, Error> {
        let codes = self.permission_codes().await?;
        let Some(fields) = &self.client().dialect().permissions else { return Ok(Permissions::default()) };
        let claims = self.genuine_claims().await?;
        Ok(Permissions::new(fields, codes, claims.as_ref().as_ref()))
    }

    /// Whether whoever is signed in may do this. Nobody may do nothing, and whose genuine claims say that they may do
    /// everything need no backend for it.
    ///
    /// ```no_run
    /// # use twinfetch_server_client::{Api, Error};
    /// # async fn page(api: Api) -> Result<(), Error> {
    /// if api.can("account.user.read").await? {
    ///     println!("<a href=\"/users\">Users</a>");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// It is unknown: as [`Self::permissions`], or [`Self::session`].
    pub async fn can(&self, code: &str) -> Result<bool, Error> {
        if self.is_nobody().await? {
            return Ok(false);
        }
        let claims = self.genuine_claims().await?;
        let fields = self.client().dialect().permissions.as_ref();
        if fields.is_some_and(|fields| Permissions::all(fields, claims.as_ref().as_ref())) {
            return Ok(true);
        }
        Ok(self.permissions().await?.can(code))
    }

    /// Whether calls are sent as nobody.
    async fn is_nobody(&self) -> Result<bool, Error> {
        if self.is_of_visitor() && self.keeper().is_none() {
            return Ok(!self.session().await?.is_authenticated());
        }
        let presented = self.present()?;
        Ok(presented.token.is_none() && presented.cookie.is_none())
    }

    /// The claims of whoever calls are sent as, where they are known to be genuine.
    async fn genuine_claims(&self) -> Result<Option<Value>, Error> {
        if self.is_of_visitor() {
            let session = self.session().await?;
            return Ok(session.authenticated().map(|session| session.claims().clone()));
        }
        let tokens = self.keeper().and_then(|keeper| keeper.tokens());
        let token = tokens.as_ref().map(|tokens| &tokens.access).or_else(|| self.service_token());
        let claims = token.and_then(|token| self.client().seal().verify(token, self.client().now()));
        Ok(claims.map(|claims| claims.document().clone()))
    }

    async fn permission_codes(&self) -> Result<Vec<String>, Error> {
        let Credential { presented, keeper } = self.fresh_credential().await?;
        let key = Key::of_verb(Verb::ReadPermissions, &presented);
        let (client, request_id) = (self.client().clone(), self.request_id_or_fresh());
        let credential = Credential { presented, keeper };
        let ask = move || async move {
            let errand =
                Errand { verb: Verb::ReadPermissions, credential, details: None, jar: Jar::default(), request_id };
            match errand.run(&client).await?.outcome {
                Outcome::Permissions(codes) => Ok(Answer::of(&Value::from(codes))),
                _ => Err(Error::new(Reason::new(Code::MalformedBody))),
            }
        };
        let answer = match self.memo() {
            Some(memo) => memo.once(key, ask).await?,
            None => ask().await?,
        };
        Ok(answer.decode()?.data)
    }
}

//! As whom calls and verbs are sent.

use std::sync::Arc;

use http::HeaderValue;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::Presented;
use twinfetch_core::verb::Verb;

use crate::api::Api;
use crate::driver::Credential;
use crate::errand::{Done, Errand};
use crate::error::Error;
use crate::incoming::Outgoing;
use crate::jar::Jar;
use crate::keeper::Keeper;
use crate::memo::Memo;
use crate::transport::Body;
use crate::visitor::Visitor;

/// As whom calls are sent.
#[derive(Clone)]
pub(crate) enum Caller {
    Kept(Arc<Keeper>),
    Nobody,
    Service(Secret),
    Visitor,
}

impl Api {
    /// Who keeps the tokens of this caller: since a sign-in here, or in a cookie that is this server's own.
    pub(crate) fn keeper(&self) -> Option<&Arc<Keeper>> {
        match &self.caller {
            Caller::Kept(keeper) => Some(keeper),
            Caller::Visitor => self.request.keeper(),
            Caller::Nobody | Caller::Service(_) => None,
        }
    }

    pub(crate) fn visitor(&self) -> Option<&Visitor> {
        self.request.visitor()
    }

    /// What calls show, and who has a newer one when it is refused. Tokens that are about to end are renewed before.
    pub(crate) async fn fresh_credential(&self) -> Result<Credential, Error> {
        self.freshen().await;
        self.credential()
    }

    /// Renews tokens that are about to end.
    pub(crate) async fn freshen(&self) {
        if let Some(keeper) = self.keeper() {
            keeper.freshen(self.client()).await;
        }
    }

    /// As [`Self::fresh_credential`], with what is there.
    pub(crate) fn credential(&self) -> Result<Credential, Error> {
        Ok(Credential { presented: self.present()?, keeper: self.keeper().cloned() })
    }

    pub(crate) fn present(&self) -> Result<Presented, Error> {
        if let Some(keeper) = self.keeper() {
            return keeper.present(self.client()).map_err(Error::new);
        }
        match &self.caller {
            Caller::Kept(_) | Caller::Nobody => Ok(Presented::default()),
            Caller::Service(token) => Ok(Presented { token: Some(token.clone()), ..Presented::default() }),
            Caller::Visitor => self.request.present(),
        }
    }

    /// Which of the caller's tokens calls show.
    #[cfg(feature = "proxy")]
    pub(crate) fn generation(&self) -> u64 {
        self.keeper().map_or(0, |keeper| keeper.generation())
    }

    /// Whether there is a newer token than one that was refused.
    #[cfg(feature = "proxy")]
    pub(crate) async fn is_renewed_since(&self, generation: u64) -> Result<bool, Error> {
        let Some(keeper) = self.keeper() else { return Ok(false) };
        let presented = keeper.renewed(self.client(), generation).await.map_err(Error::new)?;
        Ok(presented.token.is_some() && presented.generation != generation)
    }

    /// Performs a verb as this caller.
    pub(crate) async fn errand(
        &self,
        verb: Verb,
        credential: Credential,
        details: Option<Body>,
    ) -> Result<Done, Error> {
        let _changing = self.memo().map(Memo::changing);
        let jar = if verb == Verb::SignOut { self.app_cookies() } else { Jar::default() };
        Errand { verb, credential, details, jar, request_id: self.request_id_or_fresh() }.run(self.client()).await
    }

    /// The cookies by which the app itself knows this caller.
    fn app_cookies(&self) -> Jar {
        match (&self.caller, self.visitor()) {
            (Caller::Kept(keeper), _) => {
                let mut jar = Jar::default();
                keeper.set_cookies(self.client()).iter().for_each(|line| jar.keep(line));
                jar
            }
            (Caller::Visitor, Some(visitor)) => Jar::of_session(&visitor.cookies(), self.client()),
            _ => Jar::default(),
        }
    }

    /// Has the response set the cookies of somebody who signed in.
    pub(crate) fn give_to_browser(&self, keeper: &Arc<Keeper>) {
        self.request.give(Outgoing::Of(Arc::clone(keeper)));
    }

    /// Has the response set cookies, and the visitor be nobody for the rest of this request.
    pub(crate) fn sign_visitor_out(&self, lines: Vec<HeaderValue>) {
        self.request.sign_out();
        self.request.give(Outgoing::Lines(lines));
    }

    pub(crate) fn is_of_visitor(&self) -> bool {
        matches!(self.caller, Caller::Visitor)
    }

    /// The bearer token of a service.
    pub(crate) fn service_token(&self) -> Option<&Secret> {
        match &self.caller {
            Caller::Service(token) => Some(token),
            _ => None,
        }
    }

    pub(crate) fn request_id_or_fresh(&self) -> String {
        self.request.request_id_or_fresh()
    }
}

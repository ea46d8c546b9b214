//! Links that sign their bearer in, and the way to a provider's sign-in page.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::Uri;
use twinfetch_core::error::{Code, Error as Reason};
use twinfetch_core::secret::Secret;
use twinfetch_core::session::Tokens;
use twinfetch_core::verb::{self, Outcome, Verb};

use crate::api::Api;
use crate::client::ServerClient;
use crate::error::Error;
use crate::keeper::{Entered, Keeper};
use crate::seal::Seal;
use crate::signed_in::SignedIn;

/// A token for a link that signs its bearer in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LinkToken {
    /// The token. Put it into the link's fragment where the page can take it from there: a fragment reaches no log.
    pub token: Secret,
    /// When it ends, where the backend says so.
    pub expires: Option<SystemTime>,
}

/// A visitor who came by a link.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Linked {
    /// The visitor, signed in.
    pub signed_in: SignedIn,
    /// Path and query without the token: redirect there, so that it leaves the address bar.
    pub location: String,
}

impl Api {
    /// Asks the backend for a token that signs its bearer in, for a link.
    ///
    /// # Errors
    /// `unauthorized` when nobody is signed in; else what kept the backend from making one.
    pub async fn create_link_token(&self) -> Result<LinkToken, Error> {
        let done = self.errand(Verb::CreateLinkToken, self.fresh_credential().await?, None).await?;
        let Outcome::Link(link) = done.outcome else {
            return Err(Error::new(Reason::new(Code::MalformedBody)));
        };
        let expires = link.expires_at.and_then(|end| UNIX_EPOCH.checked_add(Duration::from_millis(end)));
        Ok(LinkToken { token: link.token, expires })
    }

    /// Signs a visitor in by the token in the address that they came to; `None` when it has none.
    ///
    /// The token is verified before anything is made of it: by this server's secrets, else by the backend. A server sees the
    /// query of a link only; a token in its fragment is for the page.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// use twinfetch_server_client::{Code, Dialect, ServerClient};
    ///
    /// let client = ServerClient::builder().dialect(Dialect::single_user()).secrets(["of the backend"]).build()?;
    /// let api = client.incoming(&http::HeaderMap::new());
    /// assert!(api.sign_in_with_link(&"/posts?page=2".parse()?).await?.is_none());
    /// let refused = api.sign_in_with_link(&"/posts?token=forged&page=2".parse()?).await.unwrap_err();
    /// assert_eq!(refused.code(), Code::SignInRefused);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `sign_in_refused` when the token is not good; else what kept it from being judged.
    pub async fn sign_in_with_link(&self, address: &Uri) -> Result<Option<Linked>, Error> {
        let Some((token, location)) = take(self.client(), address) else { return Ok(None) };
        let tokens = Tokens { access: token, refresh: None };
        let is_good = match self.client().seal() {
            Seal::Signed(..) => self.client().seal().verify(&tokens.access, self.client().now()).is_some(),
            _ => self.with_tokens(tokens.clone()).api().session().await?.is_authenticated(),
        };
        if !is_good {
            return Err(Error::new(Reason::new(Code::SignInRefused)));
        }
        let owned = self.begin_owned(&tokens).map_err(Error::new)?;
        let keeper = Keeper::new(Some(tokens), Entered { owned, ..Entered::default() });
        Ok(Some(Linked { signed_in: self.kept_by(keeper), location }))
    }

    /// The address that leads to the provider's sign-in page and back to `return_to`, a path of the app.
    ///
    /// ```
    /// # use twinfetch_server_client::{Dialect, ServerClient};
    /// let client = ServerClient::builder().dialect(Dialect::oauth_cookie()).secrets(["of the backend"])
    ///     .base_url("http://localhost:8080").build()?;
    /// let api = client.incoming(&http::HeaderMap::new());
    /// let address = api.sign_in_address("/posts?page=2")?;
    /// assert_eq!(address, "http://localhost:8080/api/auth/google?returnTo=%2Fposts%3Fpage%3D2");
    /// assert!(api.sign_in_address("//evil.example").is_err());
    /// # Ok::<(), twinfetch_server_client::Error>(())
    /// ```
    ///
    /// # Errors
    /// `call_invalid` when `return_to` could be read as an address of another origin; `config_invalid` when the dialect has
    /// no such page.
    pub fn sign_in_address(&self, return_to: &str) -> Result<String, Error> {
        let client = self.client();
        verb::sign_in_address(client.dialect(), client.base(), return_to).map_err(Error::new)
    }
}

/// The token in an address, and what is left of it.
fn take(client: &ServerClient, address: &Uri) -> Option<(Secret, String)> {
    let parameter = &client.dialect().link.as_ref()?.parameter;
    let (token, query, _) = verb::take_link_token(address.query()?, "", parameter)?;
    let path = address.path();
    let location = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    // A path that a browser would read as another host is not one to be led to.
    let location = if location.starts_with("//") || location.contains('\\') { "/".to_owned() } else { location };
    Some((token, location))
}

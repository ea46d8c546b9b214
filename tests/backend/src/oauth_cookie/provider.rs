//! The OpenID provider, and what is remembered while somebody is there.

use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::http::HeaderMap;
use axum_extra::extract::PrivateCookieJar;
use axum_extra::extract::cookie::{Cookie, Key, SameSite};
use openidconnect::core::{CoreClient, CoreProviderMetadata};
use openidconnect::{
    AsyncHttpClient, ClientId, ClientSecret, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    IssuerUrl, RedirectUrl,
};
use serde::{Deserialize, Serialize};

use crate::options::{OpenIdProvider, Options};

const COOKIE: &str = "oauth_sign_in";

/// The only path to which the cookie is sent.
const PATH: &str = "/api/auth/google";

/// How long somebody may stay at the provider.
pub(super) const PATIENCE: Duration = Duration::from_mins(10);

/// How long an answer of the provider is waited for.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The protocol's client, once the provider has said where its endpoints are.
pub(super) type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Sign-in at a provider, if there is one.
pub(crate) struct SignIn {
    provider: Option<OpenIdProvider>,
    redirect_url: RedirectUrl,
    /// Where a browser goes that has signed in.
    pub(super) frontend_origin: String,
    /// Its own key: nothing else that is encrypted or signed can pass for this cookie.
    key: Key,
    pub(super) http: Http,
}

/// What waits in the cookie for the callback.
#[derive(Deserialize, Serialize)]
pub(super) struct Pending {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) code_verifier: String,
    /// When this is no longer good, in seconds since 1970.
    pub(super) until: u64,
    /// The path of the front end to go back to.
    pub(super) return_to: String,
}

impl SignIn {
    /// Sign-in as the options have it, to a backend at this address.
    pub(crate) fn new(options: &Options, url: &str) -> anyhow::Result<Self> {
        let frontend_origin = options.frontend_origin.as_ref().or_else(|| options.allow_origins.first());
        let frontend_origin = frontend_origin.map_or(url, String::as_str);
        ensure!(!frontend_origin.ends_with('/'), "an origin such as http://localhost:3000 has no slash at its end");
        Ok(Self {
            provider: options.provider.clone(),
            redirect_url: RedirectUrl::new(format!("{url}{PATH}/callback"))?,
            frontend_origin: frontend_origin.to_owned(),
            key: Key::generate(),
            // A provider that sends its client elsewhere is not to be followed there.
            http: Http(
                reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(TIMEOUT).build()?,
            ),
        })
    }

    /// Asks the provider for its endpoints and keys, each time anew: keys that were changed are known at once.
    pub(super) async fn client(&self) -> anyhow::Result<Client> {
        let provider = self.provider.as_ref().context("no OpenID provider is configured")?;
        let issuer = IssuerUrl::new(provider.issuer.clone())?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.http).await?;
        let (id, secret) =
            (ClientId::new(provider.client_id.clone()), ClientSecret::new(provider.client_secret.clone()));
        Ok(CoreClient::from_provider_metadata(metadata, id, Some(secret)).set_redirect_uri(self.redirect_url.clone()))
    }

    /// What waits in the cookie that came along.
    pub(super) fn pending(&self, headers: &HeaderMap) -> Option<Pending> {
        let cookies = PrivateCookieJar::from_headers(headers, self.key.clone());
        serde_json::from_str(cookies.get(COOKIE)?.value()).ok()
    }

    /// The cookie in which this waits.
    pub(super) fn wait(&self, pending: &Pending) -> anyhow::Result<PrivateCookieJar> {
        let cookie = cookie(serde_json::to_string(pending)?, PATIENCE)?;
        Ok(PrivateCookieJar::new(self.key.clone()).add(cookie))
    }
}

/// What sends the protocol's requests.
pub(super) struct Http(reqwest::Client);

impl<'client> AsyncHttpClient<'client> for Http {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Self::Error>> + Send + Sync + 'client>>;

    fn call(&'client self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            // An address may hold what is nobody's business.
            let error = |error: reqwest::Error| error.without_url();
            let answer = self.0.execute(request.try_into().map_err(error)?).await.map_err(error)?;
            let mut response = HttpResponse::default();
            *response.status_mut() = answer.status();
            response.headers_mut().clone_from(answer.headers());
            *response.body_mut() = answer.bytes().await.map_err(error)?.to_vec();
            Ok(response)
        })
    }
}

/// What takes the cookie away again.
pub(super) fn forget() -> anyhow::Result<Cookie<'static>> {
    cookie(String::new(), Duration::ZERO)
}

fn cookie(value: String, lifetime: Duration) -> anyhow::Result<Cookie<'static>> {
    let max_age = lifetime.try_into().context("no cookie lives so long")?;
    // Lax: the provider's redirect back is a navigation from another site.
    let cookie = Cookie::build((COOKIE, value)).path(PATH).http_only(true).secure(true).same_site(SameSite::Lax);
    Ok(cookie.max_age(max_age).build())
}

//! What the provider says of itself: its addresses and its keys (`OpenID` Connect Discovery).

use std::sync::Arc;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreErrorResponseType,
    CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AdditionalProviderMetadata, AuthType, DiscoveryError, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl, ProviderMetadata, StandardErrorResponse,
    StandardTokenResponse, url::Url,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::error::{OAuthCode, Refusal};
use crate::transport::{Failure, Transport};

/// The claims that the standard does not name.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct FurtherClaims(pub(super) Map<String, Value>);

impl AdditionalClaims for FurtherClaims {}

/// The parts of a provider's description that openidconnect does not know.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Further {
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Further {}

type Metadata = ProviderMetadata<
    Further,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

pub(super) type TokenResponse = StandardTokenResponse<
    IdTokenFields<
        FurtherClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// The protocol's client, as openidconnect makes it from a description.
pub(super) type Client = openidconnect::Client<
    FurtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    TokenResponse,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A provider's description, not older than an hour.
pub(super) struct Provider {
    issuer: IssuerUrl,
    kept: Mutex<Option<Kept>>,
}

#[derive(Clone)]
struct Kept {
    metadata: Arc<Metadata>,
    read: u64,
}

/// How long a description is believed, in seconds.
const FRESH: u64 = 3600;

/// When it is asked for again after it could not be renewed, in seconds.
const RETRY: u64 = 60;

/// How long nobody asks again, in seconds: a token that names an unknown key must not make a call each time.
const PAUSE: u64 = 10;

impl Provider {
    pub(super) fn new(issuer: IssuerUrl) -> Self {
        Self { issuer, kept: Mutex::new(None) }
    }

    pub(super) const fn issuer(&self) -> &IssuerUrl {
        &self.issuer
    }

    /// The description; one call for all who wait. An old one is better than none.
    pub(super) async fn metadata(&self, transport: &Transport, now: u64) -> Result<Arc<Metadata>, Refusal> {
        self.not_older_than(FRESH, transport, now).await
    }

    /// The description with its newest keys, for a token whose key is not among them.
    pub(super) async fn renewed(&self, transport: &Transport, now: u64) -> Result<Arc<Metadata>, Refusal> {
        self.not_older_than(PAUSE, transport, now).await
    }

    async fn not_older_than(&self, age: u64, transport: &Transport, now: u64) -> Result<Arc<Metadata>, Refusal> {
        let mut kept = self.kept.lock().await;
        if let Some(Kept { metadata, read }) = &*kept
            && now.saturating_sub(*read) < age
        {
            return Ok(Arc::clone(metadata));
        }
        let (metadata, read) = match (self.read(transport).await, &*kept) {
            (Ok(metadata), _) => (Arc::new(metadata), now),
            (Err(refusal), Some(old)) => {
                tracing::warn!(code = refusal.code.name(), "the provider's description cannot be renewed");
                (Arc::clone(&old.metadata), now.saturating_sub(FRESH - RETRY))
            }
            (Err(refusal), None) => return Err(refusal),
        };
        *kept = Some(Kept { metadata: Arc::clone(&metadata), read });
        Ok(metadata)
    }

    async fn read(&self, transport: &Transport) -> Result<Metadata, Refusal> {
        let metadata = Metadata::discover_async(self.issuer.clone(), transport).await.map_err(refusal)?;
        self.check(&metadata)?;
        Ok(metadata)
    }

    /// What a description has to have, so that nothing is sent in the clear and PKCE is used (RFC 9700 §2.1.1).
    fn check(&self, metadata: &Metadata) -> Result<(), Refusal> {
        let unfit = |detail| Err(Refusal::new(OAuthCode::ProviderUnfit, detail));
        let Some(token) = metadata.token_endpoint() else { return unfit("there is no token endpoint") };
        let addresses = [metadata.authorization_endpoint().url(), token.url(), metadata.jwks_uri().url()];
        let weakest = self.issuer.url().scheme();
        if !addresses.iter().all(|url| matches!(url.scheme(), "https") || (weakest == "http" && is_loopback(url))) {
            return unfit("an address is not https");
        }
        let methods = metadata.additional_metadata().code_challenge_methods_supported.as_ref();
        if methods.is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
            return unfit("PKCE with S256 is not supported");
        }
        Ok(())
    }
}

/// Whether every answer has to name its issuer (RFC 9207 §3).
pub(super) fn names_itself(metadata: &Metadata) -> bool {
    metadata.additional_metadata().authorization_response_iss_parameter_supported
}

/// Where the client's secret goes: into the header, unless only the body will do.
pub(super) fn authentication(metadata: &Metadata) -> AuthType {
    let methods = metadata.token_endpoint_auth_methods_supported();
    let offered = |method| methods.is_some_and(|methods| methods.contains(&method));
    if offered(CoreClientAuthMethod::ClientSecretPost) && !offered(CoreClientAuthMethod::ClientSecretBasic) {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}

/// Whether an address is of this machine, where plain http hides nothing less than https would.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    url.scheme() == "http" && (host == "localhost" || host == "[::1]" || host.starts_with("127."))
}

/// What openidconnect says of a failure may quote the response, so only its kind is kept.
fn refusal(error: DiscoveryError<Failure>) -> Refusal {
    let unfit = |detail| Refusal::new(OAuthCode::ProviderUnfit, detail);
    match error {
        DiscoveryError::Request(failure) => unreachable_by(failure),
        DiscoveryError::Response(..) => unfit("the description has an unexpected status or type"),
        DiscoveryError::Parse(_) => unfit("the description cannot be read"),
        DiscoveryError::Validation(_) => unfit("the description is of another issuer"),
        _ => unfit("the description cannot be asked for"),
    }
}

pub(super) fn unreachable_by(failure: Failure) -> Refusal {
    Refusal { cause: Some(failure.cause), ..Refusal::new(OAuthCode::ProviderUnreachable, "no answer") }
}

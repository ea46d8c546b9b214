//! Exchanging the code, and verifying the `id_token` that comes back.

use std::time::{Duration, SystemTime};

use openidconnect::core::{CoreErrorResponseType, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClaimsVerificationError, Nonce, OAuth2TokenResponse as _, PkceCodeVerifier,
    RequestTokenError, SignatureVerificationError, StandardErrorResponse, TokenResponse as _,
};
use twinfetch_core::seal::TOLERANCE;

use super::error::{OAuthCode, Refusal};
use super::identity::Identity;
use super::provider::{Client, TokenResponse, unreachable_by};
use crate::transport::{Failure, Transport};

/// Signatures by the provider's own keys. A shared secret signs nothing here: whoever verified could sign as well.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
];

/// Sends code and verifier to the token endpoint.
pub(super) async fn redeem(
    client: &Client,
    code: String,
    verifier: PkceCodeVerifier,
    transport: &Transport,
) -> Result<TokenResponse, Refusal> {
    let request = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|_| Refusal::new(OAuthCode::ProviderUnfit, "there is no token endpoint"))?;
    request.set_pkce_verifier(verifier).request_async(transport).await.map_err(refusal)
}

type TokenError = RequestTokenError<Failure, StandardErrorResponse<CoreErrorResponseType>>;

fn refusal(error: TokenError) -> Refusal {
    let (code, detail) = match error {
        RequestTokenError::Request(failure) => return unreachable_by(failure),
        RequestTokenError::ServerResponse(answer) => match answer.error() {
            CoreErrorResponseType::InvalidGrant => (OAuthCode::CodeRefused, "invalid_grant"),
            CoreErrorResponseType::InvalidClient => (OAuthCode::ClientRefused, "invalid_client"),
            CoreErrorResponseType::UnauthorizedClient => (OAuthCode::ClientRefused, "unauthorized_client"),
            _ => (OAuthCode::ProviderRefused, "the token endpoint answers with an error"),
        },
        RequestTokenError::Parse(..) => (OAuthCode::ProviderUnfit, "the tokens cannot be read"),
        RequestTokenError::Other(_) => (OAuthCode::ProviderUnfit, "the token endpoint's answer has another form"),
    };
    Refusal::new(code, detail)
}

/// Why an `id_token` is not believed.
pub(super) enum Doubt {
    /// Its key is not among the provider's: they may have changed.
    UnknownKey,
    /// All else.
    Refused(&'static str),
}

/// Verifies signature, issuer, audience, authorised party, nonce, times and access token hash, in this order
/// (`OpenID` Connect Core §3.1.3.7).
pub(super) fn verify(
    client: &Client,
    tokens: &TokenResponse,
    nonce: &Nonce,
    now: SystemTime,
) -> Result<Identity, Doubt> {
    let tolerance = Duration::from_secs(TOLERANCE.into());
    let (earliest, latest) = (now - tolerance, now + tolerance);
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || earliest.into())
        .set_issue_time_verifier_fn(move |issued| {
            (SystemTime::from(issued) <= latest).then_some(()).ok_or_else(String::new)
        });
    let token = tokens.id_token().ok_or(Doubt::Refused("there is none"))?;
    let claims = token.claims(&verifier, nonce).map_err(|error| doubt(&error))?;
    if claims.authorized_party().is_some_and(|party| party.as_str() != client.client_id().as_str()) {
        return Err(Doubt::Refused("azp"));
    }
    if let Some(expected) = claims.access_token_hash() {
        let broken = |_| Doubt::Refused("at_hash");
        let algorithm = token.signing_alg().map_err(|_| Doubt::Refused("alg"))?;
        let key = token.signing_key(&verifier).map_err(|_| Doubt::Refused("key"))?;
        if AccessTokenHash::from_token(tokens.access_token(), algorithm, key).map_err(broken)? != *expected {
            return Err(Doubt::Refused("at_hash"));
        }
    }
    if claims.subject().is_empty() {
        return Err(Doubt::Refused("sub"));
    }
    Ok(Identity {
        issuer: claims.issuer().to_string(),
        subject: claims.subject().to_string(),
        email: claims.email().map(|email| email.to_string()),
        email_verified: claims.email_verified() == Some(true),
        name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
        picture: claims.picture().and_then(|picture| picture.get(None)).map(|picture| picture.to_string()),
        claims: claims.additional_claims().0.clone(),
    })
}

fn doubt(error: &ClaimsVerificationError) -> Doubt {
    use SignatureVerificationError as Signature;
    Doubt::Refused(match error {
        ClaimsVerificationError::SignatureVerification(Signature::NoMatchingKey) => return Doubt::UnknownKey,
        ClaimsVerificationError::SignatureVerification(Signature::NoSignature | Signature::DisallowedAlg(_)) => "alg",
        ClaimsVerificationError::SignatureVerification(_) => "signature",
        ClaimsVerificationError::Expired(_) => "exp or iat",
        ClaimsVerificationError::InvalidAudience(_) => "aud",
        ClaimsVerificationError::InvalidIssuer(_) => "iss",
        ClaimsVerificationError::InvalidNonce(_) => "nonce",
        ClaimsVerificationError::InvalidSubject(_) => "sub",
        _ => "form",
    })
}

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::encryption::Sealed;
use super::{Encryption, SealError};

/// How long a token may be before anything is decoded.
pub const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// How long the encoded header of a token may be.
pub const MAX_HEADER_BYTES: usize = 4 * 1024;

/// A token taken apart but not yet opened (RFC 7516, section 7.1).
pub(super) struct Compact<'a> {
    pub(super) header: Map<String, Value>,
    raw_header: &'a str,
    key: &'a str,
    iv: &'a str,
    ciphertext: &'a str,
    tag: &'a str,
}

impl<'a> Compact<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Self, SealError> {
        let [raw_header, key, iv, ciphertext, tag] = segments(token)?;
        Ok(Self { header: protected(raw_header)?, raw_header, key, iv, ciphertext, tag })
    }

    /// The content encryption that the header names, if it is one of `allowed` with direct use of the key.
    pub(super) fn encryption(&self, allowed: &[Encryption]) -> Result<Encryption, SealError> {
        if text(&self.header, "alg")? != "dir" {
            return Err(SealError::AlgorithmNotAllowed);
        }
        let name = text(&self.header, "enc")?;
        allowed.iter().copied().find(|known| known.name() == name).ok_or(SealError::AlgorithmNotAllowed)
    }

    pub(super) fn open(&self, encryption: Encryption, key: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        // Direct use leaves this segment empty (RFC 7516, section 5.2, step 10).
        if !self.key.is_empty() || self.tag.is_empty() {
            return Err(SealError::Malformed);
        }
        let iv = base64url(self.iv)?;
        if iv.len() != encryption.iv_bytes() {
            return Err(SealError::Malformed);
        }
        let (ciphertext, tag) = (base64url(self.ciphertext)?, base64url(self.tag)?);
        encryption.open(key, Sealed { header: self.raw_header.as_bytes(), iv: &iv, ciphertext, tag })
    }
}

/// Writes a token with exactly this header.
pub(super) fn write(
    encryption: Encryption,
    key: &[u8],
    header: &str,
    (iv, plaintext): (&[u8], &[u8]),
) -> Result<String, SealError> {
    let header = URL_SAFE_NO_PAD.encode(header);
    let sealed = encryption.seal(key, header.as_bytes(), iv, plaintext).ok_or(SealError::IvLength)?;
    let [iv, ciphertext, tag] = [iv, &sealed.ciphertext, &sealed.tag].map(|part: &[u8]| URL_SAFE_NO_PAD.encode(part));
    let token = format!("{header}..{iv}.{ciphertext}.{tag}");
    if token.len() > MAX_TOKEN_BYTES { Err(SealError::TooLong) } else { Ok(token) }
}

/// Cuts a token into its `N` segments; one too few or one too many is refused without looking further.
pub(super) fn segments<const N: usize>(token: &str) -> Result<[&str; N], SealError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(SealError::TooLong);
    }
    let parts: Vec<&str> = token.splitn(N + 1, '.').collect();
    parts.try_into().map_err(|_| SealError::Malformed)
}

/// Reads a protected header, refusing every extension (RFC 7515, section 4.1.11) and compression.
pub(super) fn protected(raw: &str) -> Result<Map<String, Value>, SealError> {
    if raw.len() > MAX_HEADER_BYTES {
        return Err(SealError::TooLong);
    }
    let bytes = base64url(raw)?;
    let header: Map<String, Value> = serde_json::from_slice(&bytes).map_err(|_| SealError::Malformed)?;
    if header.contains_key("crit") || header.contains_key("zip") {
        return Err(SealError::NotSupported);
    }
    Ok(header)
}

/// A member of the header that has to be a non-empty text.
pub(super) fn text<'h>(header: &'h Map<String, Value>, name: &str) -> Result<&'h str, SealError> {
    header.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or(SealError::Malformed)
}

/// Decodes base64url without padding and with zero trailing bits only, so that a token has one spelling (RFC 4648, 3.5).
pub(super) fn base64url(text: &str) -> Result<Vec<u8>, SealError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| SealError::Malformed)
}

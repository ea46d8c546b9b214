//! The digest by which the backend vouches for a file ([RFC 9530](https://www.rfc-editor.org/rfc/rfc9530)).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::sha256::Sha256;

/// What the bytes of a file come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Digest {
    Sha256(Sha256),
    Sha512(Box<[u8; 64]>),
}

impl Digest {
    /// Reads `Repr-Digest`, or `Content-Digest` of a whole file; other algorithms are passed over, and the first of two
    /// that are known counts in the order SHA-256, SHA-512.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let of = |algorithm: &str| {
            let members = value.split(',').filter_map(|member| member.trim().split_once('='));
            let (_, value) = members.into_iter().find(|(name, _)| *name == algorithm)?;
            let value = value.split(';').next()?.trim();
            STANDARD.decode(value.strip_prefix(':')?.strip_suffix(':')?).ok()
        };
        let sha256 = of("sha-256").and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let sha512 = || of("sha-512").and_then(|bytes| Box::try_from(bytes).ok());
        sha256.map(|bytes| Self::Sha256(bytes.into())).or_else(|| sha512().map(Self::Sha512))
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;

    #[test]
    fn the_first_known_algorithm_counts_and_what_is_no_digest_does_not() {
        let sha256 = format!("sha-256=:{}=:", "A".repeat(43));
        let sha512 = format!("sha-512=:{}==:", "A".repeat(86));
        let zero = Some(Digest::Sha256([0; 32].into()));
        assert_eq!(Digest::parse(&sha256), zero);
        assert_eq!(Digest::parse(&format!("{sha512} , md5=:AA==:,{sha256};q=1")), zero);
        assert_eq!(Digest::parse(&format!("x=1, {sha512}")), Some(Digest::Sha512(Box::new([0; 64]))));
        for bad in [
            "",
            "sha-256",
            "sha-256=",
            "sha-256=::",
            "sha-256=AAAA",
            "sha-256=:AAAA:",
            "SHA-256=:AAAA:",
            "crc32c=:AAAAAA==:",
        ] {
            assert_eq!(Digest::parse(bad), None, "{bad}");
        }
    }
}

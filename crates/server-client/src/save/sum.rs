//! What the bytes of a part come to.

use sha2::Digest as _;

use super::sha256::Sha256;

/// What bytes come to. The checksum tells what a crash has left of them, and costs next to nothing; the digest, which takes as
/// long as to write them, is there where one is expected.
#[derive(Clone, Debug)]
pub(super) struct Sum {
    checksum: crc32fast::Hasher,
    digest: Option<sha2::Sha256>,
}

impl Sum {
    /// Of no bytes.
    pub(super) fn new(with_digest: bool) -> Self {
        Self { checksum: crc32fast::Hasher::new(), digest: with_digest.then(sha2::Sha256::new) }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.checksum.update(bytes);
        if let Some(digest) = &mut self.digest {
            digest.update(bytes);
        }
    }

    pub(super) fn checksum(&self) -> u32 {
        self.checksum.clone().finalize()
    }

    pub(super) fn sha256(&self) -> Option<Sha256> {
        self.digest.as_ref().map(|digest| <[u8; 32]>::from(digest.clone().finalize()).into())
    }
}

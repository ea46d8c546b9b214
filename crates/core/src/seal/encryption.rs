use aes::Aes256;
use aes_gcm::aead::{AeadInOut as _, Tag};
use aes_gcm::{Aes256Gcm, Nonce};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyInit as _, KeyIvInit as _};
use hmac::{Hmac, Mac as _};
use sha2::Sha512;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::SealError;

/// How the content of a token is encrypted (RFC 7518, section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// AES-256-CBC with an HMAC-SHA-512 over it (RFC 7518, section 5.2).
    A256CbcHs512,
    /// AES-256-GCM (RFC 7518, section 5.3).
    A256Gcm,
}

/// The parts of a token that the content encryption takes.
pub(super) struct Sealed<'a> {
    /// The protected header as it was sent.
    pub(super) header: &'a [u8],
    pub(super) iv: &'a [u8],
    pub(super) ciphertext: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

impl Encryption {
    /// The name in the `enc` member of a header.
    pub fn name(self) -> &'static str {
        match self {
            Self::A256CbcHs512 => "A256CBC-HS512",
            Self::A256Gcm => "A256GCM",
        }
    }

    /// The length of the key in bytes.
    pub fn key_bytes(self) -> usize {
        match self {
            Self::A256CbcHs512 => 64,
            Self::A256Gcm => 32,
        }
    }

    /// The length of the initialisation vector in bytes.
    pub fn iv_bytes(self) -> usize {
        match self {
            Self::A256CbcHs512 => 16,
            Self::A256Gcm => 12,
        }
    }

    pub(super) fn open(self, key: &[u8], sealed: Sealed<'_>) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let plaintext = match self {
            Self::A256CbcHs512 => cbc_open(key, sealed),
            Self::A256Gcm => gcm_open(key, sealed),
        };
        plaintext.ok_or(SealError::DecryptionFailed)
    }

    /// `None` if the key or the vector has the wrong length.
    pub(super) fn seal<'a>(self, key: &[u8], header: &'a [u8], iv: &'a [u8], plaintext: &[u8]) -> Option<Sealed<'a>> {
        match self {
            Self::A256CbcHs512 => cbc_seal(key, header, iv, plaintext),
            Self::A256Gcm => gcm_seal(key, header, iv, plaintext),
        }
    }
}

fn gcm_open(key: &[u8], sealed: Sealed<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    let nonce = <&Nonce<_>>::try_from(sealed.iv).ok()?;
    let tag = <&Tag<Aes256Gcm>>::try_from(sealed.tag.as_slice()).ok()?;
    let mut buffer = Zeroizing::new(sealed.ciphertext);
    cipher.decrypt_inout_detached(nonce, sealed.header, buffer.as_mut_slice().into(), tag).ok()?;
    Some(buffer)
}

fn gcm_seal<'a>(key: &[u8], header: &'a [u8], iv: &'a [u8], plaintext: &[u8]) -> Option<Sealed<'a>> {
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    let nonce = <&Nonce<_>>::try_from(iv).ok()?;
    let mut ciphertext = plaintext.to_vec();
    let tag = cipher.encrypt_inout_detached(nonce, header, ciphertext.as_mut_slice().into()).ok()?;
    Some(Sealed { header, iv, ciphertext, tag: tag.to_vec() })
}

fn cbc_open(key: &[u8], sealed: Sealed<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let (mac_key, cipher_key) = key.split_at_checked(32)?;
    let expected = cbc_tag(mac_key, sealed.header, sealed.iv, &sealed.ciphertext)?;
    if !bool::from(expected.ct_eq(&sealed.tag)) {
        return None;
    }
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(cipher_key, sealed.iv).ok()?;
    let mut buffer = Zeroizing::new(sealed.ciphertext);
    let length = cipher.decrypt_padded::<Pkcs7>(&mut buffer).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}

fn cbc_seal<'a>(key: &[u8], header: &'a [u8], iv: &'a [u8], plaintext: &[u8]) -> Option<Sealed<'a>> {
    let (mac_key, cipher_key) = key.split_at_checked(32)?;
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(cipher_key, iv).ok()?;
    let ciphertext = cipher.encrypt_padded_vec::<Pkcs7>(plaintext);
    let tag = cbc_tag(mac_key, header, iv, &ciphertext)?;
    Some(Sealed { header, iv, ciphertext, tag })
}

/// The first half of the HMAC over header, vector, ciphertext and the header's length in bits (RFC 7518, section 5.2.2.1).
fn cbc_tag(key: &[u8], header: &[u8], iv: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha512>::new_from_slice(key).ok()?;
    let bits = u64::try_from(header.len()).ok()?.checked_mul(8)?;
    for part in [header, iv, ciphertext, &bits.to_be_bytes()] {
        mac.update(part);
    }
    mac.finalize().into_bytes().get(..32).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|index| u8::from_str_radix(&hex[index..index + 2], 16).unwrap()).collect()
    }

    /// RFC 7518, appendix B.3.
    #[test]
    fn the_example_of_the_standard() {
        let key: Vec<u8> = (0..64).collect();
        let plaintext =
            b"A cipher system must not be required to be secret, and it must be able to fall into the hands \
            of the enemy without inconvenience";
        let iv = bytes("1af38c2dc2b96ffdd86694092341bc04");
        let header = b"The second principle of Auguste Kerckhoffs";
        let sealed = Encryption::A256CbcHs512.seal(&key, header, &iv, plaintext).unwrap();
        assert_eq!(sealed.tag, bytes("4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5"));
        assert_eq!(Encryption::A256CbcHs512.open(&key, sealed).unwrap().as_slice(), plaintext);
    }

    #[test]
    fn a_wrong_tag_and_wrong_padding_are_one_error() {
        let (key, iv) = ([7; 64], [9; 16]);
        let ciphertext = cbc::Encryptor::<Aes256>::new_from_slices(&key[32..], &iv)
            .unwrap()
            .encrypt_padded_vec::<cbc::cipher::block_padding::NoPadding>(&[0; 32]);
        let tag = cbc_tag(&key[..32], b"h", &iv, &ciphertext).unwrap();
        for tag in [tag, vec![0; 32], vec![0; 31], Vec::new()] {
            let sealed = Sealed { header: b"h", iv: &iv, ciphertext: ciphertext.clone(), tag };
            assert_eq!(Encryption::A256CbcHs512.open(&key, sealed), Err(SealError::DecryptionFailed));
        }
    }

    #[test]
    fn a_key_or_vector_of_another_length_seals_nothing() {
        for encryption in [Encryption::A256CbcHs512, Encryption::A256Gcm] {
            let (key, iv) = (vec![1; encryption.key_bytes()], vec![2; encryption.iv_bytes()]);
            assert!(encryption.seal(&key, b"", &iv, b"").is_some());
            assert!(encryption.seal(&key[1..], b"", &iv, b"").is_none());
            assert!(encryption.seal(&key, b"", &iv[1..], b"").is_none());
            assert!(encryption.seal(&[], b"", &[], b"").is_none());
        }
    }
}

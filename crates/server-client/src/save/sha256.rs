//! A SHA-256.

use std::fmt;
use std::str::FromStr;

/// The SHA-256 of a file; it is written as 64 hexadecimal digits.
///
/// ```
/// use twinfetch_server_client::Sha256;
/// let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// let digest: Sha256 = empty.parse()?;
/// assert_eq!(digest.as_bytes()[0], 0xe3);
/// assert_eq!(digest.to_string(), empty);
/// assert!("e3b0".parse::<Sha256>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256([u8; 32]);

/// A text is no SHA-256: it has not 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSha256;

impl Sha256 {
    /// Its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Sha256 {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl FromStr for Sha256 {
    type Err = NoSha256;

    fn from_str(text: &str) -> Result<Self, NoSha256> {
        let mut digits = text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
        let mut digit = || digits.next().flatten().ok_or(NoSha256);
        let mut bytes = [0; 32];
        for byte in &mut bytes {
            *byte = digit()? << 4 | digit()?;
        }
        if digits.next().is_none() { Ok(Self(bytes)) } else { Err(NoSha256) }
    }
}

impl TryFrom<&str> for Sha256 {
    type Error = NoSha256;

    fn try_from(text: &str) -> Result<Self, NoSha256> {
        text.parse()
    }
}

impl TryFrom<&String> for Sha256 {
    type Error = NoSha256;

    fn try_from(text: &String) -> Result<Self, NoSha256> {
        text.parse()
    }
}

impl TryFrom<String> for Sha256 {
    type Error = NoSha256;

    fn try_from(text: String) -> Result<Self, NoSha256> {
        text.parse()
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sha256({self})")
    }
}

impl fmt::Display for NoSha256 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a SHA-256 has 64 hexadecimal digits")
    }
}

impl std::error::Error for NoSha256 {}

#[cfg(test)]
mod tests {
    use super::Sha256;

    #[test]
    fn only_64_hexadecimal_digits_are_a_digest() {
        let text = "0123456789abcdefABCDEF0000000000ffffffffffffffffffffffffffffffff";
        assert_eq!(text.parse::<Sha256>().unwrap().to_string(), text.to_ascii_lowercase());
        let [long, short] = [format!("{text}0"), text[1..].to_owned()];
        for bad in [long, short, text.replace('f', "g"), text.replace('f', "+"), String::new(), "é".repeat(32)] {
            assert!(Sha256::try_from(bad.as_str()).is_err(), "{bad}");
        }
    }
}

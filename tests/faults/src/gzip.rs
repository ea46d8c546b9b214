//! Packed bodies that harm who unpacks them.

use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress, write::GzEncoder};

const MEBIBYTE: usize = 1 << 20;

/// A member of which the middle repeats ([RFC 1952](https://www.rfc-editor.org/rfc/rfc1952)), so that a bomb costs its maker nothing.
pub(crate) struct Bomb {
    pub(crate) start: Bytes,
    /// One MiB of spaces, packed.
    pub(crate) middle: Bytes,
    pub(crate) end: Bytes,
}

impl Bomb {
    /// JSON of so many MiB.
    pub(crate) fn new(mebibytes: u32) -> Self {
        let spaces = vec![b' '; MEBIBYTE];
        let mut crc = Crc::new();
        crc.update(b"[");
        let mut piece = Crc::new();
        piece.update(&spaces);
        (0..mebibytes).for_each(|_| crc.combine(&piece));
        crc.update(b"]");
        let length = mebibytes.wrapping_mul(1 << 20).wrapping_add(2);
        let mut start = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        start.extend(packed(b"[", FlushCompress::Full));
        let mut end = packed(b"]", FlushCompress::Finish);
        end.extend(crc.sum().to_le_bytes());
        end.extend(length.to_le_bytes());
        Self { start: start.into(), middle: packed(&spaces, FlushCompress::Full).into(), end: end.into() }
    }

    pub(crate) fn bytes(&self, mebibytes: u32) -> u64 {
        let length = |bytes: &Bytes| bytes.len() as u64;
        length(&self.start) + length(&self.middle) * u64::from(mebibytes) + length(&self.end)
    }
}

/// A block that needs nothing of what came before.
fn packed(bytes: &[u8], flush: FlushCompress) -> Vec<u8> {
    let mut packed = Vec::with_capacity(64 << 10);
    // The buffer is larger than what it takes, so that one call does all.
    let _ = Compress::new(Compression::best(), false).compress_vec(bytes, &mut packed, flush);
    packed
}

/// A gzip body whose checksum is another's.
pub(crate) fn broken(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let _ = encoder.write_all(text.as_bytes());
    let mut bytes = encoder.finish().unwrap_or_default();
    let checksum = bytes.len().saturating_sub(8);
    if let Some(byte) = bytes.get_mut(checksum) {
        *byte ^= 0xff;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn a_bomb_is_good_gzip_of_its_size() {
        let bomb = Bomb::new(3);
        let mut packed = bomb.start.to_vec();
        (0..3).for_each(|_| packed.extend_from_slice(&bomb.middle));
        packed.extend_from_slice(&bomb.end);
        assert_eq!(packed.len() as u64, bomb.bytes(3));
        assert!(packed.len() < 8 << 10, "{}", packed.len());
        let mut unpacked = String::new();
        GzDecoder::new(&packed[..]).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked.len(), 3 * MEBIBYTE + 2);
        assert!(serde_json::from_str::<Vec<u8>>(&unpacked).unwrap().is_empty());
    }

    #[test]
    fn a_broken_one_unpacks_to_an_error() {
        let mut unpacked = String::new();
        assert!(GzDecoder::new(&broken("[1]")[..]).read_to_string(&mut unpacked).is_err());
    }
}

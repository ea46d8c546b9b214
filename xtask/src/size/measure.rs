//! Bytes, as they are and as a server sends them.

use std::io::Write as _;

use anyhow::Result;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// How large a file is, or several together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    /// As it lies on the disk.
    pub(super) raw: u64,
    /// By gzip at its best.
    pub(super) gzip: u64,
    /// By brotli at its best.
    pub(super) brotli: u64,
    /// The smaller of the two, file by file.
    pub(super) sent: u64,
}

impl Size {
    /// Measures one file.
    pub(super) fn of(bytes: &[u8]) -> Result<Self> {
        let (gzip, brotli) = (gzip(bytes)?, brotli(bytes)?);
        Ok(Self { raw: bytes.len() as u64, gzip, brotli, sent: gzip.min(brotli) })
    }

    /// Measures files that are sent one by one.
    pub(super) fn of_all<'a>(files: impl IntoIterator<Item = &'a Vec<u8>>) -> Result<Self> {
        files.into_iter().try_fold(Self::default(), |sum, file| {
            let size = Self::of(file)?;
            Ok(Self {
                raw: sum.raw + size.raw,
                gzip: sum.gzip + size.gzip,
                brotli: sum.brotli + size.brotli,
                sent: sum.sent + size.sent,
            })
        })
    }

    /// A number by the name it has in the table.
    pub(super) fn column(&self, name: &str) -> Option<u64> {
        match name {
            "raw" => Some(self.raw),
            "gzip" => Some(self.gzip),
            "brotli" => Some(self.brotli),
            "sent" => Some(self.sent),
            _ => None,
        }
    }
}

fn gzip(bytes: &[u8]) -> Result<u64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len() as u64)
}

fn brotli(mut bytes: &[u8]) -> Result<u64> {
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, ..BrotliEncoderParams::default() };
    Ok(brotli::BrotliCompress(&mut bytes, &mut Vec::new(), &params)? as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_is_sent_shorter() {
        let size = Size::of(&[7; 4000]).unwrap();
        assert_eq!(size.raw, 4000);
        assert!(size.gzip < 100 && size.brotli < 100);
        assert_eq!(size.sent, size.gzip.min(size.brotli));
    }

    #[test]
    fn files_are_measured_one_by_one() {
        let file = vec![7; 4000];
        let one = Size::of(&file).unwrap();
        assert_eq!(Size::of_all([&file, &file]).unwrap().sent, 2 * one.sent);
    }
}

//! A file packed with gzip, piece by piece ([RFC 1952](https://www.rfc-editor.org/rfc/rfc1952)).

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress};

use crate::sample::Segment;

const HEAD: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// Each segment is packed once, needing nothing of what came before, so that it repeats as it did unpacked.
pub(crate) fn packed(segments: &[Segment]) -> Vec<Segment> {
    let once = |bytes| Segment { bytes, times: 1 };
    let mut all = vec![once(Bytes::from_static(HEAD))];
    let mut crc = Crc::new();
    for Segment { bytes, times } in segments.iter().filter(|segment| !segment.bytes.is_empty()) {
        all.push(Segment { bytes: block(bytes, FlushCompress::Full).into(), times: *times });
        let mut piece = Crc::new();
        piece.update(bytes);
        (0..*times).for_each(|_| crc.combine(&piece));
    }
    let mut end = block(&[], FlushCompress::Finish);
    end.extend(crc.sum().to_le_bytes());
    end.extend(crc.amount().to_le_bytes());
    all.push(once(end.into()));
    all
}

fn block(bytes: &[u8], flush: FlushCompress) -> Vec<u8> {
    let mut packed = Vec::with_capacity(bytes.len() + 1024);
    // The buffer is larger than what it takes, so that one call does all.
    let _ = Compress::new(Compression::fast(), false).compress_vec(bytes, &mut packed, flush);
    packed
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use crate::Sample;

    #[test]
    fn a_packed_file_unpacks_to_itself_and_has_its_own_length() {
        for length in [0, 1, 64_256, 500_000] {
            let file = Sample::edition(3, length);
            let packed: Vec<u8> = file.gzip().pieces().flatten().collect();
            assert_eq!(packed.len() as u64, file.gzip().length());
            let mut unpacked = Vec::new();
            GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked.into_iter().eq(file.pieces().flatten()), "{length}");
        }
    }
}

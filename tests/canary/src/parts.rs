//! Finding any part of many texts in a long one.

use std::collections::HashMap;

/// So many characters of a secret are a leak, wherever in it they stand.
pub(crate) const PART: usize = 12;

/// A part holds a whole piece of this size, wherever it begins: pieces lie side by side, and two of them fit into one part less a byte.
const PIECE: usize = 6;

/// The bits of a filter that says of most places in a text that no piece is there.
const FILTER: u32 = 20;

/// The texts whose parts are looked for.
#[derive(Debug)]
pub(crate) struct Parts {
    texts: Vec<Vec<u8>>,
    /// Where each piece stands: in which of the texts, and at which byte.
    pieces: HashMap<[u8; PIECE], Vec<(usize, usize)>>,
    filter: Vec<bool>,
}

impl Default for Parts {
    fn default() -> Self {
        Self { texts: Vec::new(), pieces: HashMap::new(), filter: vec![false; 1 << FILTER] }
    }
}

impl Parts {
    pub(crate) fn add(&mut self, text: Vec<u8>) {
        for (number, piece) in text.as_chunks().0.iter().enumerate() {
            if let Some(place) = self.filter.get_mut(filtered(*piece)) {
                *place = true;
            }
            self.pieces.entry(*piece).or_default().push((self.texts.len(), number * PIECE));
        }
        self.texts.push(text);
    }

    /// Whether a part of one of the texts is in this one.
    pub(crate) fn are_in(&self, line: &[u8]) -> bool {
        (0..).zip(line.windows(PIECE)).any(|(at, piece)| {
            let Ok(piece) = <[u8; PIECE]>::try_from(piece) else { return false };
            let may_be = self.filter.get(filtered(piece)).copied().unwrap_or_default();
            may_be && self.pieces.get(&piece).is_some_and(|places| self.is_part(places, line, at))
        })
    }

    /// Whether what stands around the piece is of the text as well, far enough.
    fn is_part(&self, places: &[(usize, usize)], line: &[u8], at: usize) -> bool {
        places.iter().any(|(text, start)| {
            let Some((before, after)) = self.texts.get(*text).and_then(|text| text.split_at_checked(*start)) else {
                return false;
            };
            let Some((line_before, line_after)) = line.split_at_checked(at) else { return false };
            let left = same(before.iter().rev(), line_before.iter().rev());
            left + same(after.iter(), line_after.iter()) >= PART
        })
    }
}

fn filtered(piece: [u8; PIECE]) -> usize {
    let number = piece.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    usize::try_from(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - FILTER)).unwrap_or_default()
}

fn same<'a>(one: impl Iterator<Item = &'a u8>, other: impl Iterator<Item = &'a u8>) -> usize {
    one.zip(other).take_while(|(one, other)| one == other).count()
}

//! The secrets that are known.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use crate::forms::{Forms, MARK};
use crate::guard;

static KNOWN: Mutex<Option<Forms>> = Mutex::new(None);

/// Makes a secret of a kind, `CANARY-<kind>-<128 random bits in hex>`: good as a token, as a password, in claims and in a header.
///
/// # Panics
///
/// If the system has no chance to draw.
#[expect(clippy::expect_used, reason = "a test ends here")]
pub fn canary(kind: &str) -> &'static str {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).expect("the system has no chance to draw");
    let mut text = format!("{MARK}{kind}-");
    for byte in random {
        let _ = write!(text, "{byte:02x}");
    }
    watch(&text);
    String::leak(text)
}

/// Has the guard look for a secret which was made elsewhere, such as a token that a backend issued or a sealed cookie. Of three parts
/// or more with dots between, the first is a header that anybody may see.
///
/// # Panics
///
/// If the secret has fewer than six characters: it would be found by chance.
pub fn watch(secret: &str) {
    let parts: Vec<_> = secret.split('.').collect();
    let header = usize::from(parts.len() >= 3);
    assert!(secret.len() >= 6, "a secret so short would be found by chance: {secret:?}");
    guard::arm();
    with_known(|known| parts.iter().skip(header).filter(|part| part.len() >= 6).for_each(|part| known.add(part)));
}

pub(crate) fn with_known<T>(use_them: impl FnOnce(&mut Forms) -> T) -> T {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    use_them(known.get_or_insert_with(Forms::default))
}

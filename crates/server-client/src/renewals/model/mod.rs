//! The renewals of a process under every order of its threads and tasks that chance brings: a model checker stops each of them
//! wherever it takes a lock or waits.

mod ledger;
mod tasks;

use shuttle::{check_pct, check_random};
use twinfetch_core::secret::Secret;

use super::pair::{Pair, SessionId};

/// Orders that are tried of each story.
const ORDERS: usize = 6_000;

/// Orders with few switches, in unlikely places.
const ODD_ORDERS: usize = 1_500;

const SWITCHES: usize = 3;

/// Plays a story in many orders.
#[expect(clippy::print_stdout, reason = "how many there were")]
pub(crate) fn play(name: &str, story: impl Fn() + Clone + Send + Sync + 'static) {
    check_random(story.clone(), ORDERS);
    check_pct(story, ODD_ORDERS, SWITCHES);
    println!("{name}: {} orders", ORDERS + ODD_ORDERS);
}

/// What a session has after some renewals. The refresh tokens of all sessions are the same.
fn pair(session: SessionId, generation: u64) -> Pair {
    let access = Secret::new(format!("a{generation} of {session:?}"));
    let refresh = Secret::new(format!("r{generation}"));
    Pair { session: Some(session), generation, access, refresh, obtained_at: None }
}

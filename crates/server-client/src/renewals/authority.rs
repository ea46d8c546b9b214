//! Who may spend a refresh token: the seam to what several processes share.

use twinfetch_core::error::{Code, Error as Reason};

use super::pair::{Pair, SessionId};

/// Who decides it.
///
/// A process asks once for all of its calls with one refresh token, so that whoever answers sees one caller for each.
pub(crate) enum Authority {
    /// This process alone.
    Process,
}

/// Whether the refresh token may be spent.
#[expect(dead_code, reason = "a process alone decides at once: the rest is for several")]
pub(crate) enum Claim {
    /// By us; whoever got the lease has to give it back.
    Ours(Lease),
    /// It was spent, and this is what it brought.
    Renewed(Pair),
    /// Its session was ended.
    Ended,
    /// Somebody else holds it for longer than we wait: the session is kept.
    Unsettled,
}

/// The right to spend a refresh token.
pub(crate) enum Lease {
    Process,
}

/// What became of a new pair.
#[expect(dead_code, reason = "a process alone decides at once: the rest is for several")]
pub(crate) enum Published {
    Kept,
    /// A newer one is stored already: whoever held the lease was asleep for too long.
    Superseded(Pair),
}

/// Whether to believe that the grant is gone.
#[expect(dead_code, reason = "a process alone decides at once: the rest is for several")]
pub(crate) enum Verdict {
    Gone,
    /// Somebody else had spent the token, and this is what it brought.
    Renewed(Pair),
    /// It cannot be told: the session is kept.
    Unconfirmed,
}

#[expect(clippy::unused_async, reason = "a process alone decides at once")]
impl Authority {
    pub(crate) async fn claim(&self, _pair: &Pair) -> Claim {
        match self {
            Self::Process => Claim::Ours(Lease::Process),
        }
    }

    /// Tells what the renewal brought.
    pub(crate) async fn publish(&self, lease: Lease, _renewed: &Pair) -> Published {
        match lease {
            Lease::Process => Published::Kept,
        }
    }

    /// The renewal failed, and the grant is not gone by that: nobody will publish.
    pub(crate) async fn release(&self, lease: Lease) {
        match lease {
            Lease::Process => {}
        }
    }

    /// The backend says that the grant is gone.
    pub(crate) async fn refused(&self, lease: Lease) -> Verdict {
        match lease {
            Lease::Process => Verdict::Gone,
        }
    }

    /// Its user has signed out: nothing of the session is to be renewed from now on.
    pub(crate) async fn end(&self, _session: SessionId) {
        match self {
            Self::Process => {}
        }
    }
}

/// The error of a call whose renewal has not come to an end.
pub(super) fn unsettled() -> Reason {
    Reason::new(Code::TimedOut)
}

//! Who may spend a refresh token: the seam to what several processes share.

use twinfetch_core::error::{Code, Error as Reason};

use super::ledger::Purpose;
use super::pair::{Pair, SessionId};
#[cfg(feature = "redis")]
use super::redis;

/// Who decides it.
///
/// A process asks once for all of its calls with one refresh token, so that whoever answers sees one caller for each.
pub(crate) enum Authority {
    /// This process alone.
    Process,
    /// All processes that share a Redis.
    #[cfg(feature = "redis")]
    Redis(redis::Shared),
}

/// Whether the refresh token may be spent.
#[cfg_attr(
    not(feature = "redis"),
    expect(dead_code, reason = "a process alone decides at once: the rest is for several")
)]
pub(crate) enum Claim<L = Lease> {
    /// By us; whoever got the lease has to give it back.
    Ours(L),
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
    #[cfg(feature = "redis")]
    Redis(redis::Lease),
}

/// What became of a new pair.
#[cfg_attr(
    not(feature = "redis"),
    expect(dead_code, reason = "a process alone decides at once: the rest is for several")
)]
pub(crate) enum Published {
    Kept,
    /// A newer one is stored already: whoever held the lease was asleep for too long.
    Superseded(Pair),
    /// Its session was ended meanwhile.
    Ended,
}

/// Whether to believe that the grant is gone.
#[cfg_attr(
    not(feature = "redis"),
    expect(dead_code, reason = "a process alone decides at once: the rest is for several")
)]
pub(crate) enum Verdict {
    Gone,
    /// Somebody else had spent the token, and this is what it brought.
    Renewed(Pair),
    /// It cannot be told: the session is kept.
    Unconfirmed,
}

#[cfg_attr(
    not(feature = "redis"),
    expect(clippy::unused_async, unused_variables, reason = "a process alone decides at once")
)]
impl Authority {
    pub(crate) async fn claim(&self, pair: &Pair, purpose: Purpose) -> Claim {
        match self {
            Self::Process => Claim::Ours(Lease::Process),
            #[cfg(feature = "redis")]
            Self::Redis(shared) => match shared.claim(pair, purpose).await {
                Claim::Ours(lease) => Claim::Ours(Lease::Redis(lease)),
                Claim::Renewed(newer) => Claim::Renewed(newer),
                Claim::Ended => Claim::Ended,
                Claim::Unsettled => Claim::Unsettled,
            },
        }
    }

    /// Tells what the renewal brought.
    pub(crate) async fn publish(&self, lease: Lease, renewed: &Pair) -> Published {
        match (self, lease) {
            #[cfg(feature = "redis")]
            (Self::Redis(shared), Lease::Redis(lease)) => shared.publish(lease, renewed).await,
            _ => Published::Kept,
        }
    }

    /// The renewal failed, and the grant is not gone by that: nobody will publish.
    pub(crate) async fn release(&self, lease: Lease) {
        match (self, lease) {
            #[cfg(feature = "redis")]
            (Self::Redis(shared), Lease::Redis(lease)) => shared.release(lease).await,
            _ => {}
        }
    }

    /// The backend says that the grant is gone.
    pub(crate) async fn refused(&self, lease: Lease) -> Verdict {
        match (self, lease) {
            #[cfg(feature = "redis")]
            (Self::Redis(shared), Lease::Redis(lease)) => shared.refused(lease).await,
            _ => Verdict::Gone,
        }
    }

    /// Its user has signed out: nothing of the session is to be renewed from now on.
    pub(crate) async fn end(&self, session: SessionId) {
        match self {
            Self::Process => {}
            #[cfg(feature = "redis")]
            Self::Redis(shared) => shared.end(session).await,
        }
    }
}

/// The error of a call whose renewal has not come to an end. Not [`Code::TimedOut`]: the call itself may have time left, and who shares a
/// read with one that has none begins anew.
pub(super) fn unsettled() -> Reason {
    Reason::new(Code::ResponseTimedOut)
}

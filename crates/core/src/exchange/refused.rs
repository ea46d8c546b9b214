//! The stage in which the credential was refused.

use super::{Exchange, Reading, Step};
use crate::error::Error;
use crate::head::Head;
use crate::session::Presented;

/// The credential was refused.
#[derive(Debug)]
pub struct Refused {
    pub(super) head: Head,
}

impl<'a> Exchange<'a, Refused> {
    /// Repeats the call when the session has a newer token of the same user by now; otherwise, and where its body cannot
    /// be sent again, reads the refusal.
    ///
    /// What one user asked for is never sent as another, who has signed in meanwhile.
    /// When the renewal itself failed the call ends with its cause: nobody is signed out by that.
    pub fn renewed(mut self, presented: Result<Presented, Error>) -> Step<'a> {
        let old = &self.plan.presented;
        let newer = |new: &Presented| new.generation != old.generation && new.user == old.user && new.token.is_some();
        match presented {
            Ok(presented) if newer(&presented) && !self.plan.call.once => {
                self.plan.renewals_left -= 1;
                self.plan.present(presented);
                self.plan.send()
            }
            Err(cause) => {
                let sent = self.plan.failure(cause.code()).sent();
                Step::Done(Err(cause.after(self.plan.attempts, sent)))
            }
            Ok(_) => Step::Read(self.plan.at(Reading { head: self.stage.head })),
        }
    }
}

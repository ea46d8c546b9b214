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
    /// Repeats the call when the session has a newer token by now; otherwise reads the refusal.
    ///
    /// A session that could not be read leaves the refusal as it is: it does not sign anybody out.
    pub fn renewed(mut self, presented: Result<Presented, Error>) -> Step<'a> {
        match presented {
            Ok(presented) if presented.generation != self.plan.presented.generation && presented.token.is_some() => {
                self.plan.renewals_left -= 1;
                self.plan.presented = presented;
                self.plan.send()
            }
            _ => Step::Read(self.plan.at(Reading { head: self.stage.head })),
        }
    }
}

//! One attempt of a call, with limits of its own.

use twinfetch_core::error::Code;
use web_sys::AbortSignal;

use crate::deadline::Deadline;

/// One attempt of a call: a limit for the head of its response, and then for each piece of its body.
pub(crate) struct Attempt<'a> {
    call: &'a Deadline,
    pub(crate) own: Deadline,
    idle: u32,
}

/// How long to wait for what, in milliseconds; 0 means no limit.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// For the head of a response.
    pub(crate) head: u32,
    /// For the next piece of its body.
    pub(crate) idle: u32,
}

impl<'a> Attempt<'a> {
    /// Starts the clock; what ends the call ends this as well.
    pub(crate) fn start(call: &'a Deadline, limits: Limits) -> Result<Self, Code> {
        let own = Deadline::start(limits.head, Some(&call.signal())).map_err(|code| call.cause(code))?;
        Ok(Self { call, own, idle: limits.idle })
    }

    /// What `fetch` listens to.
    pub(crate) fn signal(&self) -> AbortSignal {
        self.own.signal()
    }

    /// The head has come: from now on it is the body that is waited for.
    pub(crate) fn answered(&self) {
        self.own.limit(self.idle);
    }

    /// Why no head came, where `other` is what it looks like.
    pub(crate) fn unanswered(&self, other: Code) -> Code {
        self.why(self.own.cause(other), Code::ResponseTimedOut)
    }

    /// Why the body did not come to its end.
    pub(crate) fn unread(&self, cause: Code) -> Code {
        self.why(cause, Code::BodyStalled)
    }

    fn why(&self, cause: Code, late: Code) -> Code {
        match cause {
            Code::TimedOut => late,
            Code::Aborted => self.call.cause(Code::Aborted),
            other => other,
        }
    }
}

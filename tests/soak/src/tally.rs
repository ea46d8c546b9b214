//! What came of the calls.

use std::collections::BTreeMap;

use serde::Deserialize;
use twinfetch_server_client::{Code, Error};

/// What the backend answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    asker: String,
    question: u64,
}

/// Counted per worker, and added up in the end.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Answers of the asker to the question.
    pub(crate) right: u64,
    /// Any other answer.
    pub(crate) wrong: u64,
    /// Failures by their code.
    pub(crate) failed: BTreeMap<&'static str, u64>,
    /// Failures that no fault explains.
    pub(crate) unexplained: u64,
}

impl Tally {
    pub(crate) fn count(&mut self, (asker, question): (&str, u64), ended: &Result<Answer, Error>) {
        match ended {
            Ok(answer) if answer.asker == asker && answer.question == question => self.right += 1,
            Ok(_) => self.wrong += 1,
            Err(error) => {
                twinfetch_canary::show_error(error);
                twinfetch_canary::shown(&error.log_detail());
                *self.failed.entry(error.code().name()).or_default() += 1;
                self.unexplained += u64::from(matches!(error.code(), Code::Unauthorized | Code::CorePanicked));
            }
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.unexplained += other.unexplained;
        for (code, times) in &other.failed {
            *self.failed.entry(code).or_default() += times;
        }
    }
}

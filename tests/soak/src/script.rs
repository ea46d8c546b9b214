//! What goes wrong: each fault in such a size that a hundred thousand calls come to an end.

use twinfetch_faults::{Fault, Rule, Script};

/// So many of the requests meet each fault.
const SHARE: f64 = 0.01;

/// One percent of each fault. Of those by which an answer is lost, half come after the backend has done its work.
pub(crate) fn script(seed: u64, backend: &str) -> Script {
    let mut script = Script { seed, ..Script::default() }.backend(backend);
    for fault in Fault::each().into_iter().map(sized) {
        if is_loss(&fault) {
            script = script.rule(Rule::new(fault.clone()).share(SHARE / 2.0).reaches_backend());
            script = script.rule(Rule::new(fault).share(SHARE / 2.0));
        } else {
            script = script.rule(Rule::new(fault).share(SHARE));
        }
    }
    script
}

/// Just more than the client takes.
fn sized(fault: Fault) -> Fault {
    match fault {
        Fault::HugeBody { announced, .. } => Fault::HugeBody { bytes: 256 << 10, announced },
        Fault::GzipBomb { .. } => Fault::GzipBomb { mebibytes: 1 },
        Fault::DeepJson { .. } => Fault::DeepJson { depth: 10_000 },
        other => other,
    }
}

fn is_loss(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::ResetBeforeHead
            | Fault::CloseBeforeHead
            | Fault::ResetInHead
            | Fault::CloseInHead
            | Fault::ResetInBody
            | Fault::CloseInBody
            | Fault::NoFinalChunk
            | Fault::StallInHead
            | Fault::StallInBody
            | Fault::Silence
    )
}

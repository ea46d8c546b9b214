use std::collections::BTreeMap;

use serde_json::Value;

use crate::report::{Disagreement, Outcome, Verdict};
use crate::vector::Vector;

/// The vectors with which the core disagrees on purpose: section and id, and what it gives instead.
pub(crate) struct Deviations(BTreeMap<(String, String), Deviation>);

struct Deviation {
    gives: String,
    reason: String,
}

impl Deviations {
    /// The committed list.
    pub(crate) fn committed() -> Result<Self, String> {
        let list = serde_json::from_str(include_str!("../../vectors/deviations.json"));
        let list: Vec<Value> = list.map_err(|error| format!("The list of deviations is not readable: {error}."))?;
        let mut known = BTreeMap::new();
        for entry in list.iter().map(Vector::new) {
            for (id, gives) in entry.object("gives")? {
                let deviation = Deviation { gives: gives.to_string(), reason: entry.text("reason")?.to_owned() };
                known.insert((entry.text("section")?.to_owned(), id.clone()), deviation);
            }
        }
        Ok(Self(known))
    }

    /// Lets a listed disagreement pass, and nothing else instead of it; an unlisted one only if it follows from a rule.
    pub(crate) fn judge(&self, section: &str, id: &str, verdict: Verdict) -> Verdict {
        let deviation = self.0.get(&(section.to_owned(), id.to_owned()));
        let (disagreement, reason) = match (verdict, deviation) {
            (Ok(_), Some(_)) => return Err("agrees, but is listed as a deviation".to_owned().into()),
            (Ok(outcome), None) => return Ok(outcome),
            (Err(disagreement), Some(known)) if disagreement.got.as_ref() == Some(&known.gives) => {
                (disagreement, known.reason.as_str())
            }
            (Err(Disagreement { rule: Some(rule), text, got }), None) => (Disagreement { text, got, rule: None }, rule),
            (Err(disagreement), _) => return Err(disagreement),
        };
        Ok(Outcome::PassedWith(format!("{}; on purpose: {reason}", disagreement.text)))
    }
}

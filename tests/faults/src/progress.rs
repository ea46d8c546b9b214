//! How far a script has come, and which rule a request meets.

use std::collections::HashMap;

use crate::head::Head;
use crate::script::{Rule, Script};

/// How far a script has come.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Of each rule.
    counts: Vec<Count>,
}

#[derive(Clone, Debug, Default)]
struct Count {
    /// The requests that fitted method and path.
    fitting: u64,
    /// How often it was played.
    played: u64,
    /// How many of the fitting requests brought which token.
    uses: HashMap<String, u64>,
}

impl Progress {
    /// The rule that a request meets; requests are numbered from 1.
    pub(crate) fn choose<'s>(&mut self, script: &'s Script, number: u64, head: &Head) -> Option<&'s Rule> {
        self.counts.resize(script.rules.len(), Count::default());
        let mut chosen = None;
        for (index, (rule, count)) in (0..).zip(script.rules.iter().zip(&mut self.counts)) {
            if !rule.fits(&head.method, &head.path) {
                continue;
            }
            count.fitting += 1;
            let is_due = rule.nth.is_none_or(|nth| nth == count.fitting)
                && rule.times.is_none_or(|times| count.played < times)
                && rule.worn.is_none_or(|uses| count.is_worn(head, uses))
                && rule.share.is_none_or(|share| draw(script.seed, number, index) < share);
            if is_due && chosen.is_none() {
                count.played += 1;
                chosen = Some(rule);
            }
        }
        chosen
    }
}

impl Count {
    /// Counts the use of a request's token; whether it was used so often before.
    fn is_worn(&mut self, head: &Head, most: u64) -> bool {
        let Some(token) = head.header("authorization").or_else(|| head.header("cookie")) else { return true };
        let uses = self.uses.entry(token.to_owned()).or_default();
        *uses += 1;
        *uses > most
    }
}

/// A number below 1 that looks like chance (`SplitMix64`).
fn draw(seed: u64, number: u64, rule: u64) -> f64 {
    let mut mixed = seed;
    for part in [number, rule] {
        mixed = mixed.wrapping_add(part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
    }
    // 32 bits are exact in a double.
    f64::from(u32::try_from(mixed >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;

    fn request(method: &str, path: &str, token: &str) -> Head {
        let text = format!("{method} {path} HTTP/1.1\r\n{token}\r\n");
        Head::request(text.as_bytes()).unwrap().unwrap()
    }

    fn played(script: &Script, requests: &[Head]) -> Vec<Option<String>> {
        let mut progress = Progress::default();
        let each = (1..).zip(requests).map(|(number, request)| progress.choose(script, number, request));
        each.map(|rule| rule.map(|rule| rule.fault.name())).collect()
    }

    #[test]
    fn conditions_hold_together_and_the_first_rule_counts() {
        let script = Script::default()
            .rule(Rule::new(Fault::Silence).path("/a").method("post").nth(2))
            .rule(Rule::new(Fault::HtmlPage).path("/b*").times(1))
            .rule(Rule::new(Fault::NoType).path("/b*"));
        let requests = [("POST", "/a?q"), ("GET", "/a"), ("POST", "/a"), ("POST", "/a"), ("GET", "/bc"), ("GET", "/b")];
        let requests = requests.map(|(method, path)| request(method, path, ""));
        let names = played(&script, &requests);
        let names: Vec<_> = names.iter().map(Option::as_deref).collect();
        assert_eq!(names, [None, None, Some("silence"), None, Some("html_page"), Some("no_type")]);
    }

    #[test]
    fn a_token_is_good_for_so_many_requests_that_fit() {
        let script = Script::default().rule(Rule::new(Fault::Silence).path("/a").worn(2));
        let tokens = ["1", "1", "2", "1", "2", "2"].map(|token| format!("authorization: Bearer {token}\r\n"));
        let mut requests: Vec<_> = tokens.iter().map(|token| request("GET", "/a", token)).collect();
        requests.insert(1, request("GET", "/b", &tokens[0]));
        requests.push(request("GET", "/a", ""));
        requests.push(request("GET", "/a", "cookie: a=b\r\n"));
        let refused: Vec<_> = played(&script, &requests).iter().map(Option::is_some).collect();
        assert_eq!(refused, [false, false, false, false, true, false, true, true, false]);
    }

    #[test]
    fn a_seed_gives_the_same_faults_again_and_about_its_share() {
        let requests: Vec<_> = (0..20_000).map(|_| request("GET", "/", "")).collect();
        let script = |seed| Script::mix(seed, 0.01, [Fault::Silence, Fault::HtmlPage]);
        let first = played(&script(1), &requests);
        assert_eq!(first, played(&script(1), &requests));
        assert_ne!(first, played(&script(2), &requests));
        for name in ["silence", "html_page"] {
            let count = first.iter().filter(|played| played.as_deref() == Some(name)).count();
            assert!((140..260).contains(&count), "{name}: {count} of 20000");
        }
    }
}

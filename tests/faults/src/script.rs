//! Which request meets which fault.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// What a server does with the requests that come. The first rule that fits a request counts; without one the request is
/// answered well, or passed on to the backend.
///
/// ```
/// use twinfetch_faults::{Fault, Rule, Script};
///
/// let script = Script::default()
///     .rule(Rule::new(Fault::ResetBeforeHead).path("/api/posts").nth(2))
///     .rule(Rule::new(Fault::Status { status: 503, retry_after: None }).share(0.01));
/// assert_eq!(script.rules.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Script {
    /// The rules, the first that fits counts.
    pub rules: Vec<Rule>,
    /// What the shares are drawn from. The draw for a request depends on this, the number of the request and the rule alone.
    pub seed: u64,
    /// Where requests without a fault go on to: `http://HOST:PORT`. Without it they are answered well at once.
    pub backend: Option<String>,
    /// The origin of a page that may read the answers; preflights of it are answered and are no requests.
    pub allow_origin: Option<String>,
}

/// A fault, and the conditions that a request has to meet, all of them.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// What happens.
    pub fault: Fault,
    /// Only this one of the requests that fit method and path, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// Only this method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only this path, without a query; one that ends with `*` stands for all that begin so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only so many of the requests, by chance: 0.01 is 1 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Not more often than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Only requests with a worn token: one that has come with so many before that fit method and path. A token is what stands in
    /// `Authorization`, else in `Cookie`; a request without one counts as worn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worn: Option<u64>,
    /// Whether the backend gets the request first: it has done its work then, and its answer is lost.
    #[serde(default)]
    pub reaches_backend: bool,
}

impl Script {
    /// Every request meets this fault.
    pub fn always(fault: Fault) -> Self {
        Self::default().rule(Rule::new(fault))
    }

    /// The first requests meet these faults, one each; all others go well.
    pub fn first(faults: impl IntoIterator<Item = Fault>) -> Self {
        let numbered = (1..).zip(faults).map(|(number, fault)| Rule::new(fault).nth(number));
        Self { rules: numbered.collect(), ..Self::default() }
    }

    /// Each of these faults happens to such a share of the requests.
    pub fn mix(seed: u64, share: f64, faults: impl IntoIterator<Item = Fault>) -> Self {
        let rules = faults.into_iter().map(|fault| Rule::new(fault).share(share)).collect();
        Self { rules, seed, ..Self::default() }
    }

    /// Adds a rule behind the others.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Passes requests without a fault on.
    #[must_use]
    pub fn backend(mut self, url: impl Into<String>) -> Self {
        self.backend = Some(url.into());
        self
    }

    /// Lets a page of another origin read the answers.
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.allow_origin = Some(origin.into());
        self
    }
}

impl Rule {
    /// A rule for every request.
    pub fn new(fault: Fault) -> Self {
        Self {
            fault,
            nth: None,
            method: None,
            path: None,
            share: None,
            times: None,
            worn: None,
            reaches_backend: false,
        }
    }

    /// Only this one of the requests that fit method and path, from 1.
    #[must_use]
    pub fn nth(mut self, number: u64) -> Self {
        self.nth = Some(number);
        self
    }

    /// Only this method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Only this path, without a query; one that ends with `*` stands for all that begin so.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Only so many of the requests, by chance: 0.01 is 1 %.
    #[must_use]
    pub fn share(mut self, share: f64) -> Self {
        self.share = Some(share);
        self
    }

    /// Not more often than this.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Only requests whose token has come with so many before that fit method and path, or that have none. With a 401 it is a token
    /// that is good for so many requests, until the client brings another.
    #[must_use]
    pub fn worn(mut self, uses: u64) -> Self {
        self.worn = Some(uses);
        self
    }

    /// Lets the backend have the request first.
    #[must_use]
    pub fn reaches_backend(mut self) -> Self {
        self.reaches_backend = true;
        self
    }

    pub(crate) fn fits(&self, method: &str, path: &str) -> bool {
        let path = path.split('?').next().unwrap_or_default();
        let fits_path = self.path.as_deref().is_none_or(|wanted| match wanted.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => path == wanted,
        });
        fits_path && self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
    }
}

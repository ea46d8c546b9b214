//! What is asked of the client: calls, verbs, links.

use serde_json::Value;
use twinfetch_core::address::Path;
use twinfetch_core::call::{Call, Method};
use twinfetch_core::dialect::Identity;
use twinfetch_core::error::{Code, Error};
use twinfetch_core::exchange::{Exchange, Step};
use twinfetch_core::session::{Session, Tokens};
use twinfetch_core::verb::{Verb, sign_in_address, take_link_token};

use crate::player::{Player, payload};

impl Player<'_> {
    /// Performs one act.
    pub(crate) fn perform(&mut self, act: &Value) -> Result<Value, Error> {
        match (act["verb"].as_str(), act["together"].as_array()) {
            (Some("getSession"), _) => self.get_session(),
            (Some("signInWithLink"), _) => self.take_link(act["with"]["address"].as_str().unwrap()),
            (Some("signInWithRedirect"), _) => self.redirect(act["with"]["returnTo"].as_str().unwrap()),
            (Some(name), _) => self.verb(name),
            (None, Some(calls)) => {
                let ended = self.calls(&calls.iter().collect::<Vec<_>>());
                assert!(act.get("fails").is_none() || ended.iter().all(Result::is_err), "{}", self.it);
                ended.into_iter().collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
            (None, None) => self.calls(&[&act["call"]]).remove(0),
        }
    }

    /// Makes calls that are all on their way before the first is answered.
    fn calls(&mut self, calls: &[&Value]) -> Vec<Result<Value, Error>> {
        if self.held.waits(self.dialect, self.now) {
            self.run(Verb::ReadSession).ok();
        }
        let mut steps: Vec<_> = calls.iter().map(|call| (self.start(call), None)).collect();
        while steps.iter().any(|(step, _)| !matches!(step, Step::Done(_))) {
            let performed = steps.into_iter().zip(calls).map(|((step, mut body), call)| {
                let step = self.step(step, &mut body, call.get("body").unwrap_or(&Value::Null));
                (step, body)
            });
            steps = performed.collect();
        }
        let ended = steps.into_iter().filter_map(|(step, body)| match step {
            Step::Done(ended) => Some(ended.map(|reply| payload(reply.payload, body.as_ref()))),
            _ => None,
        });
        ended.collect()
    }

    fn start(&self, given: &Value) -> Step<'static> {
        let path = Path::parse(given["path"].as_str().unwrap(), &self.sites.backend);
        let method = Method::parse(given["method"].as_str().unwrap());
        let call = path.and_then(|path| {
            let mut call = Call::new(method?, path).retry(self.retry());
            for (name, value) in call_headers(given) {
                call = call.header(name, value)?;
            }
            Ok(call)
        });
        match call {
            Ok(call) => Exchange::start(self.dialect, &self.sites.backend, call, self.presented()),
            Err(error) => Step::Done(Err(error)),
        }
    }

    fn verb(&mut self, name: &str) -> Result<Value, Error> {
        let verb = Verb::ALL.iter().find(|verb| verb.name() == name);
        let verb = *verb.unwrap_or_else(|| panic!("{}: {name} is no verb", self.it));
        let ended = self.run(verb)?;
        if verb == Verb::Update {
            return self.shown();
        }
        if matches!(verb, Verb::SignIn | Verb::Register | Verb::Refresh) {
            self.ask_who();
        }
        Ok(ended)
    }

    /// Asks who has signed in, where the script goes on with that.
    fn ask_who(&mut self) {
        let Identity::Endpoint { path, .. } = &self.dialect.identity;
        let asks = self.script.next_request().and_then(|sends| sends.strip_prefix("GET "));
        if asks == Some(path.as_str()) {
            self.run(Verb::ReadSession).ok();
        }
    }

    fn get_session(&mut self) -> Result<Value, Error> {
        self.held.settle(self.dialect);
        if self.held.fresh(self.now).is_none() {
            self.run(Verb::ReadSession)?;
        }
        self.shown()
    }

    fn take_link(&mut self, address: &str) -> Result<Value, Error> {
        let (rest, fragment) = address.split_once('#').unwrap_or((address, ""));
        let (page, query) = rest.split_once('?').unwrap_or((rest, ""));
        let parameter = &self.dialect.link.as_ref().unwrap().parameter;
        let taken = take_link_token(query, fragment, parameter);
        let Some((access, query, fragment)) = taken else {
            self.address = Some(address.to_owned());
            return Ok(Value::Null);
        };
        let part = |mark: &str, part: &str| if part.is_empty() { String::new() } else { format!("{mark}{part}") };
        self.address = Some(format!("{page}{}{}", part("?", &query), part("#", &fragment)));
        self.held.sign_in(Some(Tokens { access, refresh: None }));
        self.ask_who();
        match self.held.last() {
            Some(Session::Anonymous) => Err(Error::new(Code::SignInRefused)),
            _ => Ok(Value::Null),
        }
    }

    fn redirect(&mut self, return_to: &str) -> Result<Value, Error> {
        self.address = Some(sign_in_address(self.dialect, &self.sites.backend, return_to)?);
        Ok(Value::Null)
    }
}

fn call_headers(call: &Value) -> impl Iterator<Item = (&str, &str)> {
    call["headers"].as_object().into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
}

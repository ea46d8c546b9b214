//! The one core of an instance, and the flights that it has under way.

use std::cell::{Cell, RefCell, RefMut};

use js_sys::Array;
use twinfetch_core::address::Path;
use twinfetch_core::call::{Accept, Call, Method};
use twinfetch_core::dialect::Dialect;
use twinfetch_core::download::Pace;
use twinfetch_core::error::Error;
use twinfetch_core::exchange::{Budget, Exchange, Retry, Step};
use twinfetch_core::session::Held;
use twinfetch_core::verb::{Flow, Sites, Verb};
use wasm_bindgen::prelude::*;

use super::file::File;
use super::flight::{Flight, Underway};
use super::input::{Location, Outcome};
use crate::document::JsDocument;
use crate::identity::lifetime;

/// One client's core, which lives as long as its instance, and with it the dialect that exchanges borrow.
pub(super) struct Core {
    pub(super) dialect: &'static Dialect,
    pub(super) sites: Sites,
    pub(super) held: Held<JsValue>,
    pub(super) budget: Budget,
    retry: Retry,
    flights: Vec<Option<Box<Flight>>>,
}

thread_local! {
    static CORE: Cell<Option<&'static RefCell<Core>>> = const { Cell::new(None) };
}

/// The core, for the length of one call; nothing that it calls comes back here.
pub(super) fn core() -> RefMut<'static, Core> {
    match kept(None) {
        Some(core) => core.borrow_mut(),
        None => std::process::abort(),
    }
}

/// The one place that reaches into thread-local storage, which costs its code each time.
fn kept(new: Option<&'static RefCell<Core>>) -> Option<&'static RefCell<Core>> {
    CORE.with(|core| {
        core.set(new.or(core.get()));
        core.get()
    })
}

impl Core {
    pub(super) fn open(
        dialect: JsValue,
        backend: &Location,
        app: &Location,
        max_age: u64,
        attempts: u8,
    ) -> Result<(), Error> {
        let dialect = Dialect::read_checked(&JsDocument(dialect))?;
        let sites = Sites { backend: backend.base_url(), app: Some(app.base_url()) };
        let dialect = Box::leak(Box::new(dialect));
        let retry = Retry { attempts, ..Retry::DEFAULT };
        let core = Self { dialect, sites, held: Held::new(max_age), budget: Budget::new(), retry, flights: Vec::new() };
        kept(Some(Box::leak(Box::new(RefCell::new(core)))));
        Ok(())
    }

    pub(super) fn start(
        &mut self,
        method: &str,
        path: &str,
        headers: &Array,
        raw: bool,
        mirrored: Option<String>,
        attempts: u8,
    ) -> usize {
        let call = self.call(method, path, headers, attempts);
        let call = call.map(|call| call.accept(if raw { Accept::Raw } else { Accept::Json }));
        let step = match call {
            Ok(call) => {
                let mut presented = self.held.present(self.dialect);
                if let Ok(presented) = &mut presented {
                    presented.mirrored = mirrored;
                }
                Exchange::start(self.dialect, &self.sites.backend, call, presented)
            }
            Err(error) => Step::Done(Err(error)),
        };
        self.depart(Flight::call(step))
    }

    pub(super) fn download(
        &mut self,
        path: &str,
        headers: &Array,
        asked: Option<String>,
        restarts: bool,
        attempts: u8,
    ) -> usize {
        let call = self.call("GET", path, headers, attempts).map(|call| call.file(asked.as_deref()));
        let flight = match call {
            Ok(call) => {
                let retry = Retry { attempts, ..self.retry };
                let mut file = Box::new(File::new(call, restarts, retry, asked));
                Flight::download(file.begin(self), file)
            }
            Err(error) => Flight::call(Step::Done(Err(error))),
        };
        self.depart(flight)
    }

    fn call(&mut self, method: &str, path: &str, headers: &Array, attempts: u8) -> Result<Call, Error> {
        self.budget.deposit();
        let path = Path::parse(path, &self.sites.backend)?;
        let mut call = Call::new(Method::parse(method)?, path).retry(Retry { attempts, ..self.retry });
        if attempts == 0 {
            call = call.once();
        }
        for pair in headers.iter() {
            let pair: &Array = pair.unchecked_ref();
            let text = |index| pair.get(index).as_string().unwrap_or_default();
            call = call.header(&text(0), &text(1))?;
        }
        Ok(call)
    }

    pub(super) fn verb(&mut self, name: &str, mirrored: Option<String>) -> usize {
        let verb = Verb::ALL.iter().find(|verb| verb.name() == name).copied().unwrap_or(Verb::ReadSession);
        let mut presented = self.held.present(self.dialect).unwrap_or_default();
        presented.mirrored = mirrored;
        let (flow, next) = Flow::start(self.dialect, &self.sites, verb, presented, self.retry);
        self.depart(Flight::verb(next, Underway { flow, errand: self.held.set_out(verb) }))
    }

    pub(super) fn advance(&mut self, number: usize, outcome: &Outcome, now: u64, left: u64) -> JsValue {
        let Some(mut flight) = self.flights.get_mut(number).and_then(Option::take) else { std::process::abort() };
        let step = flight.advance(self, outcome, now, left);
        self.put(number, Some(flight));
        step
    }

    pub(super) fn measure(&mut self, number: usize, now: u64, done: u64, total: Option<u64>) -> Option<Pace> {
        self.flights.get_mut(number)?.as_mut()?.meter.measure(now, done, total)
    }

    #[expect(clippy::cast_precision_loss, reason = "a moment in milliseconds is exact for 200,000 years")]
    pub(super) fn due_at(&self, random: u32) -> f64 {
        let lifetime = self.held.tokens().and_then(|tokens| lifetime(tokens.access.expose()));
        self.held.due_at(self.dialect, lifetime, random).map_or(f64::INFINITY, |due_at| due_at as f64)
    }

    pub(super) fn end(&mut self, number: usize) {
        self.put(number, None);
    }

    /// The number that a flight gets is one that nobody uses.
    fn depart(&mut self, flight: Flight) -> usize {
        let number = self.flights.iter().position(Option::is_none).unwrap_or(self.flights.len());
        if number == self.flights.len() {
            self.flights.push(None);
        }
        self.put(number, Some(Box::new(flight)));
        number
    }

    fn put(&mut self, number: usize, flight: Option<Box<Flight>>) {
        if let Some(place) = self.flights.get_mut(number) {
            *place = flight;
        }
    }
}

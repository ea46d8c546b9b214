//! A download on its way: one exchange after another, and bodies that JavaScript takes.

use twinfetch_core::call::Call;
use twinfetch_core::download::{Answer, Download, Entity, Next};
use twinfetch_core::error::Error;
use twinfetch_core::exchange::{Exchange, Reply, Retry, Step};
use twinfetch_core::file_name;

use super::core::Core;
use super::flight::chance;
use super::input::{Outcome, named};
use super::output::{Record, failure};

/// A file on its way in.
pub(super) struct File {
    call: Call,
    download: Download,
    retry: Retry,
    /// The name that the caller gave.
    asked: Option<String>,
    /// What the last response said of the file.
    entity: Entity,
    disposition: Option<String>,
    reply: Option<Reply<'static>>,
    waits: bool,
}

/// What a download does next.
enum Leg {
    /// An exchange.
    Exchange(Step<'static>),
    /// JavaScript takes the body; `true` from the beginning of the file.
    Take(bool),
    /// JavaScript lets a time pass, in milliseconds.
    Wait(u64),
    Done,
    Failed(Error),
}

impl File {
    pub(super) fn new(call: Call, restarts: bool, retry: Retry, asked: Option<String>) -> Self {
        Self {
            call,
            download: Download::new(restarts),
            retry,
            asked,
            entity: Entity::default(),
            disposition: None,
            reply: None,
            waits: false,
        }
    }

    /// The first exchange.
    pub(super) fn begin(&mut self, core: &Core) -> Step<'static> {
        match self.again(core) {
            Leg::Exchange(step) => step,
            Leg::Failed(error) => Step::Done(Err(error)),
            Leg::Take(_) | Leg::Wait(_) | Leg::Done => std::process::abort(),
        }
    }

    /// Takes note of a response's head.
    pub(super) fn heard(&mut self, outcome: &Outcome) {
        if outcome.code().is_none() {
            self.entity = outcome.entity();
            self.disposition = outcome.header("content-disposition");
        }
    }

    /// Goes on where an exchange, a body or a wait has ended, and says what to do; an exchange is gone on with by who asks.
    pub(super) fn advance(
        &mut self,
        core: &mut Core,
        step: &mut Option<Step<'static>>,
        outcome: &Outcome,
        value: &Record,
    ) -> Option<&'static str> {
        let mut leg = match step.take() {
            None if self.waits => self.waited(core, outcome),
            None => self.taken(core, outcome),
            Some(Step::Done(Ok(reply))) => self.answered(core, reply),
            Some(Step::Done(Err(error))) => self.refused(core, error),
            other => {
                *step = other;
                return None;
            }
        };
        loop {
            leg = match leg {
                Leg::Exchange(Step::Done(Err(error))) => self.refused(core, error),
                Leg::Exchange(next) => {
                    *step = Some(next);
                    return None;
                }
                Leg::Take(is_anew) => {
                    self.tell(value, is_anew);
                    return Some("take");
                }
                Leg::Wait(wait) => {
                    self.waits = true;
                    value.some_time("milliseconds", Some(wait));
                    return Some("wait");
                }
                Leg::Done => {
                    if let Some(reply) = &self.reply {
                        value.number("status", reply.status.into());
                        value.some_text("requestId", reply.request_id.as_deref());
                    }
                    return Some("done");
                }
                Leg::Failed(error) => {
                    value.set("error", &failure(&error));
                    return Some("failed");
                }
            }
        }
    }

    fn again(&mut self, core: &Core) -> Leg {
        let call = match self.download.ask(&self.call) {
            Ok(call) => call,
            Err(error) => return Leg::Failed(error),
        };
        let presented = self.download.present(core.held.present(core.dialect));
        Leg::Exchange(Exchange::start(core.dialect, &core.sites.backend, call, presented))
    }

    fn answered(&mut self, core: &Core, reply: Reply<'static>) -> Leg {
        let answer = self.download.answered(std::mem::take(&mut self.entity), reply.attempts);
        self.reply = Some(reply);
        match answer {
            Answer::Anew => Leg::Take(true),
            Answer::On => Leg::Take(false),
            Answer::Again => self.again(core),
            Answer::Failed(why) => Leg::Failed(self.download.failure(why)),
        }
    }

    fn refused(&mut self, core: &Core, error: Error) -> Leg {
        match self.download.refused(error) {
            Ok(()) => self.again(core),
            Err(error) => Leg::Failed(error),
        }
    }

    fn taken(&mut self, core: &mut Core, outcome: &Outcome) -> Leg {
        self.download.take(outcome.bytes());
        let body = outcome.code().map_or(Ok(()), |code| Err(named(&code)));
        match self.download.ended(body, self.retry, &mut core.budget, chance()) {
            Next::Done => Leg::Done,
            Next::Again(0) => self.again(core),
            Next::Again(wait) => Leg::Wait(wait),
            Next::Failed(why) => Leg::Failed(self.download.failure(why)),
        }
    }

    fn waited(&mut self, core: &Core, outcome: &Outcome) -> Leg {
        self.waits = false;
        match outcome.code() {
            Some(why) => Leg::Failed(self.download.failure(named(&why))),
            None => self.again(core),
        }
    }

    /// Says where the body belongs.
    fn tell(&self, value: &Record, is_anew: bool) {
        let name = file_name::choose(self.disposition.as_deref(), self.asked.as_deref(), self.call.route());
        value.flag("anew", is_anew);
        value.some_time("received", Some(self.download.received()));
        value.some_time("total", self.download.total());
        value.text("filename", &name);
    }
}

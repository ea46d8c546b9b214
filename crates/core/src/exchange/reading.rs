//! The stage in which a response's body is read.

use super::{Exchange, Payload, Plan, Reply, Step};
use crate::call::{Accept, Method};
use crate::document::Document;
use crate::error::{Code, Error, Sent};
use crate::head::Head;

/// A response's head has come; its body waits.
#[derive(Debug)]
pub struct Reading {
    pub(super) head: Head,
}

/// What a driver has to read of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// All of it, as a JSON document; an empty body is no document.
    Document,
    /// Nothing; let it go.
    Nothing,
    /// Nothing yet: the body belongs to the caller as it is.
    Raw,
}

impl<'a> Exchange<'a, Reading> {
    /// The response's head.
    pub const fn head(&self) -> &Head {
        &self.stage.head
    }

    /// What has to be read of the body.
    pub fn wants(&self) -> Wants {
        let Head { status, content_type, .. } = &self.stage.head;
        let succeeded = (200..300).contains(status);
        if matches!(status, 204 | 205 | 304) || self.plan.call.method == Method::Head {
            Wants::Nothing
        } else if succeeded && self.plan.call.accept == Accept::Raw {
            Wants::Raw
        } else if self.stage.head.is_json() || succeeded && content_type.is_none() {
            Wants::Document
        } else {
            Wants::Nothing
        }
    }

    /// Ends the exchange with what was received: a document, none, or the reason why it could not be read.
    pub fn received<D: Document + Clone>(self, body: Result<Option<&D>, Code>) -> Step<'a> {
        let wants = self.wants();
        let Self { plan, stage: Reading { head } } = self;
        let succeeded = (200..300).contains(&head.status);
        let ended = match (body, wants) {
            (Err(code), _) if succeeded => Err(Error::new(code).with_head(&head)),
            (Err(_), _) => plan.judge::<D>(&head, None),
            (Ok(_), Wants::Raw) => Ok(Reply::new(&head, Payload::Raw)),
            (Ok(document), Wants::Document) => plan.judge(&head, document),
            (Ok(_), Wants::Nothing) if !succeeded => plan.judge::<D>(&head, None),
            (Ok(_), Wants::Nothing) if matches!(head.status, 204 | 205) || plan.call.method == Method::Head => {
                Ok(Reply::new(&head, Payload::Nothing))
            }
            (Ok(_), Wants::Nothing) => Err(Error::new(Code::UnexpectedContentType).with_head(&head)),
        };
        Step::Done(ended.map_err(|error| error.after(plan.attempts, Sent::Acknowledged)))
    }
}

impl<'a> Plan<'a> {
    fn judge<D: Document + Clone>(&self, head: &Head, document: Option<&D>) -> Result<Reply<'a>, Error> {
        let dialect: &'a crate::dialect::Dialect = self.dialect;
        dialect.envelope.judge(head, document)
    }
}

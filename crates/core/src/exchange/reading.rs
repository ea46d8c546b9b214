//! The stage in which a response's body is read.

use super::{Exchange, Payload, Plan, Reply, Step};
use crate::call::{Accept, Expected, Method};
use crate::dialect::Envelope;
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
            return Wants::Nothing;
        }
        match self.plan.call.accept {
            Accept::Raw if succeeded => return Wants::Raw,
            Accept::File(expected) if succeeded => return self.wants_of_file(expected),
            _ => {}
        }
        if self.stage.head.is_json() || succeeded && content_type.is_none() { Wants::Document } else { Wants::Nothing }
    }

    /// A server that names a file means one. Without a name, a page is none, and neither is a JSON document, unless the caller
    /// asked for such a file where no envelope says that the document is one of the server's messages.
    fn wants_of_file(&self, expected: Expected) -> Wants {
        let head = &self.stage.head;
        let is_bare = matches!(self.plan.dialect.envelope, Envelope::Bare { .. });
        let is_file = match head {
            // It is not there yet.
            Head { status: 202, .. } => false,
            _ if head.is_problem() => false,
            Head { content_disposition: Some(_), .. } => true,
            _ if head.is_html() => expected.html,
            _ if head.is_json() => expected.json && is_bare,
            _ => true,
        };
        match is_file {
            true => Wants::Raw,
            false if head.is_json() => Wants::Document,
            false => Wants::Nothing,
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
            (Ok(document), Wants::Document) if succeeded && matches!(plan.call.accept, Accept::File(_)) => {
                let said = plan.judge(&head, document);
                Err(said.err().unwrap_or_else(|| Error::new(Code::UnexpectedContentType).with_head(&head)))
            }
            (Ok(document), Wants::Document) => plan.judge(&head, document),
            (Ok(_), Wants::Nothing) if !succeeded => plan.judge::<D>(&head, None),
            (Ok(_), Wants::Nothing) if matches!(head.status, 204 | 205) || plan.call.method == Method::Head => {
                Ok(Reply::new(&head, Payload::Nothing))
            }
            (Ok(_), Wants::Nothing) => Err(Error::new(Code::UnexpectedContentType).with_head(&head)),
        };
        let ended = ended.map(|reply| Reply { attempts: plan.attempts, ..reply });
        Step::Done(ended.map_err(|error| error.after(plan.attempts, Sent::Acknowledged)))
    }
}

impl<'a> Plan<'a> {
    fn judge<D: Document + Clone>(&self, head: &Head, document: Option<&D>) -> Result<Reply<'a>, Error> {
        let dialect: &'a crate::dialect::Dialect = self.dialect;
        dialect.envelope.judge(head, document)
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use serde_json::{Value, json};

    use super::Wants;
    use crate::address::{BaseUrl, Path};
    use crate::call::{Call, Method};
    use crate::dialect::Dialect;
    use crate::error::Code;
    use crate::exchange::{Exchange, Payload, Step};
    use crate::head::Head;
    use crate::session::Presented;

    #[test]
    fn a_message_or_a_page_is_no_file_unless_the_server_or_the_caller_says_so() {
        let base = BaseUrl::parse("http://h", "baseUrl").unwrap();
        // What comes of a download that is answered so.
        let answered = |status, dialect: &Dialect, path: &str, headers: &[(&str, &str)], document: &Value| {
            let call = Call::new(Method::Get, Path::parse(path, &base).unwrap()).file(None);
            let step = Exchange::start(dialect, &base, call, Ok(Presented::default()));
            let Step::Send(exchange, _) = step else { panic!("nothing is sent") };
            let found =
                |asked: &str| headers.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned());
            let Step::Read(exchange) = exchange.answered(Ok(Head::new(status, 0, found))) else { panic!("not read") };
            let document = (exchange.wants() == Wants::Document).then_some(document);
            let Step::Done(ended) = exchange.received(Ok(document.as_ref())) else { panic!("no end") };
            ended.map(|reply| assert_eq!(reply.payload, Payload::Raw)).map_err(|error| error.code())
        };
        let saved = |dialect: &Dialect, path: &str, headers: &[(&str, &str)], document: &Value| {
            answered(200, dialect, path, headers, document)
        };
        let (plain, coded) = (Dialect::authjs(), Dialect::single_user());
        let (html, json) = (("content-type", "text/html; charset=utf-8"), ("content-type", "application/json"));
        let named = ("content-disposition", "attachment");
        let refused = json!({ "code": 500, "msg": "no", "message": "no" });
        let unexpected = Err(Code::UnexpectedContentType);
        assert_eq!(saved(&plain, "/export", &[html], &Value::Null), unexpected);
        assert_eq!(saved(&plain, "/page.html", &[html], &Value::Null), Ok(()));
        assert_eq!(saved(&plain, "/export", &[html, named], &Value::Null), Ok(()));
        assert_eq!(saved(&plain, "/export", &[json], &refused), unexpected);
        assert_eq!(saved(&plain, "/map.GeoJSON", &[json], &refused), Ok(()));
        assert_eq!(saved(&coded, "/map.geojson", &[json], &refused), Err(Code::EnvelopeRefused));
        assert_eq!(saved(&coded, "/export", &[json, named], &refused), Ok(()));
        assert_eq!(saved(&plain, "/a.json", &[("content-type", "application/problem+json")], &refused), unexpected);
        assert_eq!(saved(&plain, "/export", &[], &Value::Null), Ok(()));
        assert_eq!(answered(202, &plain, "/export", &[named], &Value::Null), unexpected);
        assert_eq!(saved(&plain, "/export", &[("content-type", "text/csv")], &Value::Null), Ok(()));
    }
}

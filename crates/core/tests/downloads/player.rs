//! Plays one transcript: a driver without a transport, and the place where a file would be kept.

use serde_json::Value;
use twinfetch_core::address::{BaseUrl, Path};
use twinfetch_core::call::{Call, Method, Request};
use twinfetch_core::dialect::Dialect;
use twinfetch_core::download::{Answer, Download, Entity, Next};
use twinfetch_core::error::{Code, Error};
use twinfetch_core::exchange::{Budget, Exchange, Reply, Retry, Step, Wants};
use twinfetch_core::file_name;
use twinfetch_core::head::Head;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Held, Presented, Tokens};

const PATH: &str = "/export";

struct Player<'a> {
    it: &'a str,
    transcript: &'a Value,
    dialect: &'static Dialect,
    base: BaseUrl,
    lines: std::slice::Iter<'a, Value>,
    line: &'a Value,
    held: Held<Value>,
    download: Download,
    retry: Retry,
    budget: Budget,
    /// What was taken: of which file it is, and up to which byte.
    taken: Option<(&'a str, u64)>,
    waited: Option<u64>,
}

pub(crate) fn play(transcript: &Value) {
    let it = transcript["it"].as_str().unwrap();
    let kept = &transcript["kept"];
    let download = match kept["received"].as_u64() {
        Some(received) => Download::kept(received, text(&kept["etag"]), kept["total"].as_u64()),
        None => Download::new(transcript["stream"] != true),
    };
    let mut held = Held::new(60_000);
    held.sign_in(Some(tokens("a1")));
    let attempts = transcript["attempts"].as_u64().map_or(3, |attempts| attempts.try_into().unwrap());
    let player = Player {
        it,
        transcript,
        dialect: Box::leak(Box::new(Dialect::dual_token())),
        base: BaseUrl::parse("https://api.test", "baseUrl").unwrap(),
        lines: transcript["script"].as_array().unwrap().iter(),
        line: &Value::Null,
        held,
        download,
        retry: Retry { attempts, ..Retry::DEFAULT },
        budget: Budget::new(),
        taken: kept["received"].as_u64().map(|received| ("a", received)),
        waited: None,
    };
    player.play();
}

fn tokens(access: &str) -> Tokens {
    Tokens { access: Secret::new(access), refresh: Some(Secret::new("r")) }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

impl Player<'_> {
    fn play(mut self) {
        let ended = self.run();
        let ends = ended.as_ref().map_or_else(|error| error.code().name(), |()| "done");
        assert_eq!(ends, self.transcript["ends"], "{}: {ended:?}", self.it);
        assert!(self.lines.next().is_none(), "{}: less was asked for", self.it);
        assert_eq!(self.transcript["received"], self.download.received(), "{}", self.it);
        if let Some(status) = self.transcript.get("status") {
            assert_eq!(status.as_u64(), ended.as_ref().unwrap_err().status().map(u64::from), "{}", self.it);
        }
        if ended.is_ok() {
            let taken = self.taken.map_or(0, |(_, taken)| taken);
            assert_eq!(taken, self.download.received(), "{}: the file", self.it);
        }
    }

    /// Asks as long as there is something to ask for.
    fn run(&mut self) -> Result<(), Error> {
        let path = Path::parse(PATH, &self.base).unwrap();
        let asked = self.transcript["asked"].as_str();
        let call = Call::new(Method::Get, path).retry(self.retry).file(asked);
        loop {
            let call = self.download.ask(&call)?;
            let presented = self.download.present(self.held.present(self.dialect));
            match self.exchange(call, presented) {
                Ok(reply) => match self.download.answered(self.entity(), reply.attempts) {
                    Answer::Anew => self.take("anew"),
                    Answer::On => self.take("on"),
                    Answer::Again => {
                        self.let_go();
                        continue;
                    }
                    Answer::Failed(code) => {
                        self.let_go();
                        return Err(self.download.failure(code));
                    }
                },
                Err(error) => {
                    self.let_go();
                    self.download.refused(error)?;
                    continue;
                }
            }
            let body = self.line["breaks"].as_str().map_or(Ok(()), |code| Err(code_of(code)));
            match self.download.ended(body, self.retry, &mut self.budget, u32::MAX) {
                Next::Done => return Ok(()),
                Next::Again(wait) => self.waited = Some(wait).filter(|wait| *wait > 0),
                Next::Failed(code) => return Err(self.download.failure(code)),
            }
        }
    }

    /// One exchange, over as many requests as it takes.
    fn exchange(&mut self, call: Call, presented: Result<Presented, Error>) -> Result<Reply<'static>, Error> {
        let mut step = Exchange::start(self.dialect, &self.base, call, presented);
        loop {
            step = match step {
                Step::Send(exchange, request) => {
                    self.hear(&request);
                    exchange.settled(match self.line["fails"].as_str() {
                        Some(code) => Err(code_of(code)),
                        None => Ok(Head::new(self.status(), 0, |name| self.header(name))),
                    })
                }
                Step::Read(exchange) => {
                    let document = self.line["answer"].get("body").filter(|_| exchange.wants() == Wants::Document);
                    exchange.received(Ok(document.as_ref()))
                }
                Step::Renew(exchange, generation) => {
                    let renews = self.line.get("renews").unwrap_or_else(|| panic!("{}: it renews", self.it));
                    if let Some(token) = renews.as_str() {
                        self.held.renew(tokens(token));
                    }
                    exchange.renewed(self.held.present_renewed(self.dialect, generation))
                }
                Step::Retry(exchange) => exchange.pause(&mut self.budget, u32::MAX, u64::MAX),
                Step::Sleep(exchange, wait) => {
                    self.waited = Some(wait);
                    exchange.resumed(self.held.present(self.dialect))
                }
                Step::Done(ended) => return ended,
            };
        }
    }

    /// Compares a request with the next line, and what happened since the last one with that.
    fn hear(&mut self, request: &Request) {
        assert_eq!(self.line["waits"].as_u64(), self.waited.take(), "{}: the wait after {}", self.it, self.line);
        self.line = self.lines.next().unwrap_or_else(|| panic!("{}: more is asked for", self.it));
        let sent = |name: &str| {
            request.headers.iter().find(|(known, _)| known.as_str() == name).map(|(_, value)| value.as_str())
        };
        assert_eq!(sent("range"), self.line["asks"].as_str(), "{}: {}", self.it, self.line);
        assert_eq!(sent("if-range"), self.line["under"].as_str(), "{}: {}", self.it, self.line);
        let bearer = format!("Bearer {}", self.line["bearer"].as_str().unwrap_or("a1"));
        assert_eq!(request.authorization.as_ref().map(Secret::expose), Some(bearer.as_str()), "{}", self.it);
    }

    /// The body of this answer is kept as what begins the file, or goes on with it.
    fn take(&mut self, kind: &str) {
        let (it, line) = (self.it, self.line);
        assert_eq!(line["takes"], kind, "{it}: {line}");
        assert_eq!(line["at"], self.download.received(), "{it}: {line}");
        assert_eq!(line["total"].as_u64(), self.download.total(), "{it}: {line}");
        if let Some(name) = line["name"].as_str() {
            let disposition = self.header("content-disposition");
            assert_eq!(
                file_name::choose(disposition.as_deref(), self.transcript["asked"].as_str(), PATH),
                name,
                "{it}"
            );
        }
        let (of, brings) = (line["of"].as_str().unwrap(), line["brings"].as_u64().unwrap());
        let before = match (self.taken, kind) {
            (Some((known, before)), "on") if known == of => before,
            (_, "on") => panic!("{it}: a file is made of two"),
            (Some(_), _) if self.transcript["stream"] == true => panic!("{it}: a stream begins anew"),
            _ => 0,
        };
        assert_eq!(line["at"], before, "{it}: bytes are lost, or come twice");
        self.taken = Some((of, before + brings));
        self.download.take(brings);
    }

    /// The body of this answer is not kept.
    fn let_go(&self) {
        assert!(self.line.get("takes").is_none(), "{}: it should be taken: {}", self.it, self.line);
    }

    fn entity(&self) -> Entity {
        Entity::new(self.status(), self.transcript["filtered"] == true, |name| self.header(name))
    }

    fn status(&self) -> u16 {
        self.line["answer"]["status"].as_u64().unwrap().try_into().unwrap()
    }

    fn header(&self, name: &str) -> Option<String> {
        self.line["answer"]["headers"][name].as_str().map(str::to_owned)
    }
}

fn code_of(name: &str) -> Code {
    *Code::ALL.iter().find(|code| code.name() == name).unwrap()
}

//! A verb on its way.

use super::requests::{self, Prepared};
use super::{LinkToken, Sites, Verb};
use crate::dialect::{Absence, Csrf, Dialect, Identity, Pointer, Renewal, SignIn};
use crate::document::Document;
use crate::error::{Code, Error, Kind, Sent};
use crate::exchange::{Exchange, Retry, Step};
use crate::secret::Secret;
use crate::session::{Presented, Standing, Tokens, is_bearer, read_claims};
use crate::text;

/// A verb on its way: one exchange after another.
#[derive(Debug)]
pub struct Flow<'a> {
    dialect: &'a Dialect,
    verb: Verb,
    presented: Presented,
    /// Whether the token that forms repeat is on its way, instead of the verb's own request.
    fetching_token: bool,
    attempts_left: u8,
    retry: Retry,
}

/// What a driver does next.
#[derive(Debug)]
pub enum Next<'a> {
    /// Performs these steps.
    Step(Step<'a>),
    /// Nothing: this is how the verb ended.
    Done(Result<Outcome, Error>),
}

/// What a verb brought, and who is signed in by its document.
#[derive(Clone, Debug)]
pub enum Outcome<S = Standing> {
    /// It was accepted; there is nothing to keep.
    Accepted,
    /// The refresh token is dead: the session is over.
    Gone,
    /// A token for a link.
    Link(LinkToken),
    /// The codes of what the user may do.
    Permissions(Vec<String>),
    /// What the document says of who is signed in.
    Session(S),
    /// New tokens to keep.
    Tokens(Tokens),
}

impl Outcome {
    /// Has `read` make a session of what the document says.
    pub fn with_session<S>(self, read: impl FnOnce(Standing) -> S) -> Outcome<S> {
        match self {
            Self::Accepted => Outcome::Accepted,
            Self::Gone => Outcome::Gone,
            Self::Link(link) => Outcome::Link(link),
            Self::Permissions(codes) => Outcome::Permissions(codes),
            Self::Session(standing) => Outcome::Session(read(standing)),
            Self::Tokens(tokens) => Outcome::Tokens(tokens),
        }
    }
}

impl<'a> Flow<'a> {
    /// Starts a verb as who is signed in. Its requests are repeated by themselves as calls are.
    pub fn start(
        dialect: &'a Dialect,
        sites: &Sites,
        verb: Verb,
        presented: Presented,
        retry: Retry,
    ) -> (Self, Next<'a>) {
        let fetching_token = verb.needs_form_token(dialect);
        let flow = Self { dialect, verb, presented, fetching_token, attempts_left: 2, retry };
        let next = flow.send(sites, None);
        (flow, next)
    }

    fn send(&self, sites: &Sites, token: Option<&Secret>) -> Next<'a> {
        let prepared = if self.fetching_token {
            requests::form_token(self.dialect, sites)
        } else {
            self.verb.prepare(self.dialect, sites, token)
        };
        match prepared {
            Ok(_) if self.verb == Verb::Refresh && self.presented.refresh.is_none() => {
                Next::Done(Err(Error::new(Code::Unauthorized)))
            }
            Ok(Prepared { base, call }) => {
                let mut presented = self.presented.clone();
                // The app's own endpoints know the user by their cookies; a bearer token is the backend's business.
                if call.is_of_app() || !self.verb.presents() {
                    presented.token = None;
                }
                // Cookies are kept back from what is done as the user who has left, not from what makes an end or a beginning.
                presented.signed_out &= !self.verb.changes_who();
                Next::Step(Exchange::start(self.dialect, base, call.retry(self.retry), Ok(presented)))
            }
            Err(error) => Next::Done(Err(error)),
        }
    }

    /// Goes on from how an exchange ended: with the response's document, or with an error.
    pub fn next<D: Document + Clone>(&mut self, sites: &Sites, ended: Result<Option<&D>, Error>) -> Next<'a> {
        if self.fetching_token {
            let token = ended.and_then(|document| self.form_token(document));
            return match token {
                Ok(token) => {
                    self.fetching_token = false;
                    self.send(sites, Some(&token))
                }
                Err(error) => Next::Done(Err(error)),
            };
        }
        let refusal = ended.as_ref().ok().copied().flatten().and_then(|document| self.refusal(document));
        if let Some(refusal) = refusal {
            self.attempts_left -= 1;
            // Two first visits at once make each other's token void (Auth.js): a second try has one that counts.
            if self.attempts_left > 0 && refusal == Refusal::FormToken {
                self.fetching_token = true;
                return self.send(sites, None);
            }
            return Next::Done(Err(answered(match refusal {
                Refusal::Credentials => Code::SignInRefused,
                Refusal::FormToken | Refusal::Server => Code::ServerFailed,
            })));
        }
        Next::Done(match ended {
            Ok(document) => self.outcome(document),
            Err(error) => self.failure(error),
        })
    }

    /// What an error means to the verb. A session read without an answer in the agreed form stays unknown.
    fn failure(&self, error: Error) -> Result<Outcome, Error> {
        match self.verb {
            Verb::ReadSession => {
                let Identity::Endpoint { absent, .. } = &self.dialect.identity;
                if is_one_of(absent, &error) {
                    return Ok(Outcome::Session(Standing::Anonymous));
                }
                let says_why = matches!(
                    error.kind(),
                    Kind::Aborted | Kind::Network | Kind::RateLimited | Kind::Status | Kind::Timeout
                );
                Err(if says_why { error } else { error.become_code(Code::SessionMalformed) })
            }
            Verb::SignIn | Verb::Register if error.kind() == Kind::Unauthorized => {
                Err(error.become_code(Code::SignInRefused))
            }
            Verb::Refresh => match &self.dialect.renewal {
                Renewal::Rotate { gone, .. } if is_one_of(gone, &error) => Ok(Outcome::Gone),
                _ => Err(error),
            },
            _ => Err(error),
        }
    }

    fn outcome<D: Document + Clone>(&self, document: Option<&D>) -> Result<Outcome, Error> {
        let malformed = || answered(Code::SessionMalformed);
        let at = |pointer: &Pointer| document.and_then(|document| document.at(pointer.as_str()));
        match self.verb {
            Verb::ReadSession | Verb::Update => {
                let Identity::Endpoint { absent, session, .. } = &self.dialect.identity;
                let document = document.ok_or_else(malformed)?;
                let empty = document.is_null() || document.size() == Some(0);
                let standing = if empty && absent.contains(&Absence::Empty) {
                    Standing::Anonymous
                } else {
                    read_claims(session, document).ok_or_else(malformed)?
                };
                Ok(Outcome::Session(standing))
            }
            Verb::SignIn | Verb::Register | Verb::Refresh => {
                let Some(fields) = &self.dialect.tokens else { return Ok(Outcome::Accepted) };
                let secret = |pointer| {
                    let token: Option<String> = at(pointer).and_then(|token: D| token.text());
                    token.filter(|token| is_bearer(token)).map(Secret::new)
                };
                let access = secret(&fields.access).ok_or_else(malformed)?;
                Ok(Outcome::Tokens(Tokens { access, refresh: fields.refresh.as_ref().and_then(secret) }))
            }
            Verb::SignOut => Ok(Outcome::Accepted),
            Verb::ReadPermissions => {
                let items = self.dialect.permissions.as_ref().and_then(|fields| at(&fields.list)?.items());
                let codes = items.ok_or_else(malformed)?;
                Ok(Outcome::Permissions(codes.iter().filter_map(Document::text).collect()))
            }
            Verb::CreateLinkToken => {
                let fields = self.dialect.link.as_ref().ok_or_else(malformed)?;
                let token: Option<String> = at(&fields.token).and_then(|token| token.text());
                let token = token.filter(|token| is_bearer(token)).ok_or_else(malformed)?;
                let expires = fields.expires.as_ref().and_then(at);
                let expires_at = expires.and_then(|expires| crate::token::numeric_date(&expires));
                Ok(Outcome::Link(LinkToken { token: Secret::new(token), expires_at }))
            }
        }
    }

    fn form_token<D: Document + Clone>(&self, document: Option<&D>) -> Result<Secret, Error> {
        let token = match (&self.dialect.csrf, document) {
            (Some(Csrf::Form { token, .. }), Some(document)) => {
                document.at(token.as_str()).and_then(|token| token.text())
            }
            _ => None,
        };
        token.map(Secret::new).ok_or_else(|| Error::new(Code::SessionMalformed))
    }

    /// Why a form was refused: what `error` says in the query of the address that it was answered with.
    fn refusal<D: Document + Clone>(&self, document: &D) -> Option<Refusal> {
        let (Verb::SignIn | Verb::SignOut, Some(SignIn::Form { url, .. })) = (self.verb, &self.dialect.sign_in) else {
            return None;
        };
        let address = document.at(url.as_str()).and_then(|url| url.text())?;
        let (_, query) = text::cut(text::before(&address, b'#'), b'?')?;
        text::parts(query, b'&').find_map(|part| match text::cut(part, b'=')? {
            ("error", "MissingCSRF") | ("csrf", _) => Some(Refusal::FormToken),
            ("error", "Configuration") => Some(Refusal::Server),
            ("error", _) => Some(Refusal::Credentials),
            _ => None,
        })
    }
}

/// What is wrong with an answer, which may be that to an order that was carried out.
fn answered(code: Code) -> Error {
    Error::new(code).after(1, Sent::Acknowledged)
}

/// Why a form was refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// The credentials are wrong.
    Credentials,
    /// The token that forms repeat did not count.
    FormToken,
    /// The app itself failed; Auth.js says of all that the error `Configuration`.
    Server,
}

fn is_one_of(absences: &[Absence], error: &Error) -> bool {
    let absence = match (error.status(), error.code()) {
        (Some(401), _) => Absence::Unauthorized,
        (Some(403), _) => Absence::Forbidden,
        (_, Code::EnvelopeRefused) => Absence::Refused,
        _ => return false,
    };
    absences.contains(&absence)
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::{Flow, Next};
    use crate::address::BaseUrl;
    use crate::call::Credentials;
    use crate::dialect::Dialect;
    use crate::error::{Code, Sent};
    use crate::exchange::Step;
    use crate::session::Presented;
    use crate::verb::{Sites, Verb};

    #[test]
    fn an_answer_that_makes_no_sense_is_an_answer() {
        let base = |url| BaseUrl::parse(url, "url").unwrap();
        let sites = Sites { backend: base("http://b.test"), app: None };
        let (dialect, none) = (Dialect::dual_token(), crate::exchange::Retry::NONE);
        for verb in [Verb::SignIn, Verb::Register, Verb::ReadSession] {
            let (mut flow, _) = Flow::start(&dialect, &sites, verb, Presented::default(), none);
            let document = serde_json::json!({ "success": true, "data": {} });
            let Next::Done(Err(error)) = flow.next(&sites, Ok(Some(&&document["data"]["none"]))) else {
                panic!("{} ends well", verb.name())
            };
            assert_eq!((error.code(), error.sent()), (Code::SessionMalformed, Sent::Acknowledged), "{}", verb.name());
        }
    }

    #[test]
    fn after_an_unheard_sign_out_cookies_go_with_what_signs_in_and_out_only() {
        let base = |url| BaseUrl::parse(url, "url").unwrap();
        let sites = Sites { backend: base("http://b.test"), app: Some(base("http://a.test")) };
        let presented = Presented { signed_out: true, ..Presented::default() };
        for dialect in [Dialect::authjs(), Dialect::cookie_jwt()] {
            for (verb, credentials) in [
                (Verb::SignIn, Credentials::Include),
                (Verb::SignOut, Credentials::Include),
                (Verb::ReadSession, Credentials::Omit),
            ] {
                let (_, next) = Flow::start(&dialect, &sites, verb, presented.clone(), crate::exchange::Retry::NONE);
                let Next::Step(Step::Send(_, request)) = next else { panic!("nothing is sent") };
                assert_eq!(request.credentials, credentials, "{}", verb.name());
            }
        }
    }
}

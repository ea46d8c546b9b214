//! The client, and the calls that it makes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Math;
use twinfetch_core::address::{BaseUrl, Path};
use twinfetch_core::call::{Accept, Call, Method};
use twinfetch_core::dialect::Dialect;
use twinfetch_core::error::{Code, Error};
use twinfetch_core::exchange::Retry;
use twinfetch_core::session::{Held, Read, Session};
use twinfetch_core::verb::Sites;
use wasm_bindgen::JsValue;
use web_sys::{AbortController, AbortSignal, RequestCache};

use crate::attempt::Limits;
use crate::body::Body;
use crate::budgets::Budgets;
use crate::deadline::Deadline;
use crate::driver::Received;
use crate::once::Once;
use crate::settings::Settings;
use crate::storage::Keeping;

/// What a call may say besides method and path.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Query parameters, in order.
    pub query: Vec<(String, String)>,
    /// Request headers.
    pub headers: Vec<(String, String)>,
    /// The request's body.
    pub body: Option<Body>,
    /// Ends the call when it fires.
    pub signal: Option<AbortSignal>,
    /// How long the whole call may take, in milliseconds, with all attempts and the waits between them; 0 means no limit; the
    /// client's setting when absent. For a download: up to the head of its response.
    pub timeout: Option<u32>,
    /// How often the call is sent again by itself; the client's setting when absent. A stream is sent once.
    pub retry: Option<Retry>,
    /// How the browser's HTTP cache is used; the browser's default when absent.
    pub cache: Option<RequestCache>,
}

/// The browser's client; a clone is another handle to the same one.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Rc<Inner>,
}

/// What the handles of a client share.
pub(crate) struct Inner {
    pub(crate) dialect: Dialect,
    pub(crate) sites: Sites,
    pub(crate) timeout: u32,
    pub(crate) limits: Limits,
    pub(crate) retry: Retry,
    pub(crate) budgets: Budgets,
    pub(crate) sign_in_page: Option<String>,
    pub(crate) held: RefCell<Held<JsValue>>,
    pub(crate) keeping: Keeping,
    /// The session read that is under way, and what ends it.
    pub(crate) reading: Once,
    pub(crate) reader: RefCell<Option<(Read, AbortController)>>,
    pub(crate) renewing: Once,
    /// When this client renews early: not all at once.
    pub(crate) chance: u32,
    /// Whether this page's clock is wrong, or tokens end at once: then they are renewed when they are refused.
    pub(crate) mistimed: Cell<bool>,
    /// What ends the sign-in that is under way.
    pub(crate) entering: RefCell<Option<AbortController>>,
    /// Whether it was asked of its own accord what the user of this session may do.
    pub(crate) asked: Cell<bool>,
    /// Whether the page is being left for the sign-in page.
    pub(crate) leaving: Cell<bool>,
    pub(crate) listener: RefCell<Option<Listener>>,
}

/// What is told about each session that was read.
type Listener = Rc<dyn Fn(&Session<JsValue>)>;

impl Client {
    /// Builds a client with the tokens that an earlier page has kept; nothing is sent yet.
    ///
    /// # Errors
    /// `config_invalid`, naming the setting that cannot be used.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let Settings { dialect, base_url, app_url, timeout, session_max_age, storage, sign_in_page, retry, .. } =
            settings;
        let limits = Limits { head: settings.attempt_timeout, idle: settings.idle_timeout };
        let sites =
            Sites { backend: BaseUrl::parse(&base_url, "baseUrl")?, app: Some(BaseUrl::parse(&app_url, "appUrl")?) };
        let foreign = |page: &String| !page.starts_with('/') || Path::parse(page, &sites.backend).is_err();
        if sign_in_page.as_ref().is_some_and(foreign) {
            return Err(Error::new(Code::ConfigInvalid).with_message("The sign-in page must be a path of the app."));
        }
        let inner = Inner {
            dialect,
            sites,
            timeout,
            limits,
            retry,
            budgets: Budgets::default(),
            sign_in_page,
            held: RefCell::new(Held::new(session_max_age.into())),
            keeping: Keeping::new(storage, &base_url),
            reading: Once::default(),
            reader: RefCell::default(),
            renewing: Once::default(),
            chance: chance(),
            mistimed: Cell::default(),
            entering: RefCell::default(),
            asked: Cell::default(),
            leaving: Cell::default(),
            listener: RefCell::default(),
        };
        let client = Self { inner: Rc::new(inner) };
        client.synchronize();
        Ok(client)
    }

    /// Has `listener` called with every session that is read, also an unchanged one, and when a session ends. It is
    /// called as well when it has become known what the user may do.
    pub fn on_session(&self, listener: impl Fn(&Session<JsValue>) + 'static) {
        self.inner.listener.replace(Some(Rc::new(listener)));
    }

    /// Who is signed in. A failed read is [`Session::Unknown`] with its cause.
    pub async fn session(&self) -> Session<JsValue> {
        match Deadline::start(0, None) {
            Ok(deadline) => {
                self.session_within(&deadline).await.unwrap_or_else(|code| Session::Unknown(Error::new(code)))
            }
            Err(code) => Session::Unknown(Error::new(code)),
        }
    }

    /// Has the session read again before its next use: it may have changed elsewhere.
    pub fn forget(&self) {
        self.synchronize();
        self.inner.held.borrow_mut().forget();
        self.inner.asked.set(false);
    }

    /// Makes a call and reads its answer as JSON.
    ///
    /// # Errors
    /// Why there is no answer, or not the one asked for.
    pub async fn call(&self, method: Method, path: &str, options: Options) -> Result<Received, Error> {
        self.call_for(Accept::Json, method, path, &options).await
    }

    /// `GET`: makes a call and reads its answer as JSON.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn get(&self, path: &str, options: Options) -> Result<Received, Error> {
        self.call(Method::Get, path, options).await
    }

    /// Makes a call and leaves its answer's body unread.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn call_raw(&self, method: Method, path: &str, options: Options) -> Result<Received, Error> {
        self.call_for(Accept::Raw, method, path, &options).await
    }

    pub(crate) async fn call_for(
        &self,
        accept: Accept,
        method: Method,
        path: &str,
        options: &Options,
    ) -> Result<Received, Error> {
        let call = self.prepare(method, path, options)?.accept(accept);
        let deadline = self.deadline(options.timeout, options.signal.as_ref())?;
        self.drive_within(call, options, &deadline).await
    }

    pub(crate) fn prepare(&self, method: Method, path: &str, options: &Options) -> Result<Call, Error> {
        let mut path = Path::parse(path, &self.inner.sites.backend)?;
        for (name, value) in &options.query {
            path.push_query(name, value);
        }
        let mut call = Call::new(method, path).retry(options.retry.unwrap_or(self.inner.retry));
        if options.body.as_ref().is_some_and(Body::is_stream) {
            call = call.once();
        }
        for (name, value) in &options.headers {
            call = call.header(name, value)?;
        }
        Ok(call)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "chance may be cut")]
fn chance() -> u32 {
    (Math::random() * f64::from(u32::MAX)) as u32
}

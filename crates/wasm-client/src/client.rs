//! The client: settings, and the calls that it makes.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use twinfetch_core::address::{BaseUrl, Path};
use twinfetch_core::call::{Accept, Call, Method};
use twinfetch_core::dialect::Dialect;
use twinfetch_core::error::Error;
use twinfetch_core::session::{Held, Session};
use twinfetch_core::verb::Sites;
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestCache};

use crate::body::Body;
use crate::deadline::Deadline;
use crate::driver::Received;

/// What a client is built from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How the backend talks.
    pub dialect: Dialect,
    /// Where the backend is: an absolute URL.
    pub base_url: String,
    /// Where the application's own pages and its session endpoint are: an absolute URL.
    pub app_url: String,
    /// How long a call may take, in milliseconds; 0 means no limit.
    pub timeout: u32,
    /// How long a session is believed without being read again, in milliseconds.
    pub session_max_age: u32,
}

impl Settings {
    /// Settings with the default limits: 30 s a call, 60 s a session.
    pub fn new(dialect: Dialect, base_url: impl Into<String>, app_url: impl Into<String>) -> Self {
        Self { dialect, base_url: base_url.into(), app_url: app_url.into(), timeout: 30_000, session_max_age: 60_000 }
    }
}

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
    /// How long the call may take, in milliseconds; 0 means no limit; the client's setting when absent. For a download:
    /// how long nothing may arrive.
    pub timeout: Option<u32>,
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
    pub(crate) held: RefCell<Held<JsValue>>,
    pub(crate) reading: RefCell<Option<Promise>>,
    pub(crate) listener: RefCell<Option<Listener>>,
}

/// What is told about each session that was read.
type Listener = Rc<dyn Fn(&Session<JsValue>)>;

impl Client {
    /// Builds a client; nothing is sent yet.
    ///
    /// # Errors
    /// `config_invalid`, naming the setting that cannot be used.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let inner = Inner {
            sites: Sites {
                backend: BaseUrl::parse(&settings.base_url, "baseUrl")?,
                app: Some(BaseUrl::parse(&settings.app_url, "appUrl")?),
            },
            dialect: settings.dialect,
            timeout: settings.timeout,
            held: RefCell::new(Held::new(settings.session_max_age.into())),
            reading: RefCell::default(),
            listener: RefCell::default(),
        };
        Ok(Self { inner: Rc::new(inner) })
    }

    /// Has `listener` called with every session that is read, also an unchanged one.
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
        self.inner.held.borrow_mut().forget();
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
        let deadline = self.deadline(options)?;
        self.drive_within(call, options, &deadline).await
    }

    pub(crate) fn prepare(&self, method: Method, path: &str, options: &Options) -> Result<Call, Error> {
        let mut path = Path::parse(path, &self.inner.sites.backend)?;
        for (name, value) in &options.query {
            path.push_query(name, value);
        }
        let mut call = Call::new(method, path);
        for (name, value) in &options.headers {
            call = call.header(name, value)?;
        }
        Ok(call)
    }
}

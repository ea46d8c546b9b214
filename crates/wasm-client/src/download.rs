//! Downloads that end in a saved file.

use std::cell::{Cell, RefCell};

use js_sys::Array;
use twinfetch_core::call::{Call, Method};
use twinfetch_core::download::{Answer, Download as Plan, Entity, Meter, Next};
use twinfetch_core::error::{Code, Error, Sent};
use twinfetch_core::file_name;
use twinfetch_core::head::Head;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, ResponseType, Url};

use crate::client::{Client, Options};
use crate::deadline::{Deadline, milliseconds, set_timeout};
use crate::driver::{Received, random};
use crate::pieces::collect;

/// A file that was downloaded into the browser's memory.
#[derive(Debug)]
pub struct Download {
    /// Its content.
    pub blob: Blob,
    /// Its name, safe for every file system.
    pub filename: String,
    /// The HTTP status.
    pub status: u16,
    /// The request id that the server put on its response.
    pub request_id: Option<String>,
}

/// How far a download is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// The bytes received so far, as the file has them.
    pub received: f64,
    /// The bytes there will be; unknown when they are packed on the way, or may be, or when the response does not say.
    pub total: Option<f64>,
    /// Bytes a second, of late; unknown during the first half second.
    pub rate: Option<f64>,
    /// How long it will take from now on, in milliseconds; unknown without a total and a rate.
    pub remaining: Option<f64>,
}

impl Client {
    /// Downloads a file as who is signed in, telling `progress` at once, ten times a second, and at the end.
    ///
    /// The file's name is the response's (`Content-Disposition`), else `filename`, else the last part of the path. The
    /// timeout of `options` limits the wait for a response, and the setting `idle_timeout` how long nothing may arrive. A
    /// connection that breaks off is gone on with behind the last byte where the file has a strong entity tag, and begun anew
    /// where not, as often as a call is repeated.
    ///
    /// # Errors
    /// As [`Client::call`]; also `body_truncated` or `body_stalled` when the rest cannot be had, `range_mismatched` when the
    /// server sends another part than the missing one, and `unexpected_content_type` for a JSON document or a page without
    /// `Content-Disposition` whose kind the name does not ask for.
    pub async fn download(
        &self,
        path: &str,
        options: Options,
        filename: Option<&str>,
        progress: impl Fn(Progress),
    ) -> Result<Download, Error> {
        let call = self.prepare(Method::Get, path, &options)?.file(filename);
        let route = call.route().to_owned();
        let retry = options.retry.unwrap_or(self.inner.retry);
        let mut plan = Plan::new(true);
        let (meter, pieces) = (RefCell::new(Meter::new()), Array::new());
        loop {
            let deadline = self.deadline(options.timeout, options.signal.as_ref())?;
            let received = match self.receive(&mut plan, &call, &options, &deadline).await {
                Ok(received) => received,
                Err(error) => {
                    plan.refused(error)?;
                    continue;
                }
            };
            let response = received.response.as_ref();
            let header = |name: &str| response.and_then(|response| response.headers().get(name).ok().flatten());
            let filtered = response.is_some_and(|response| response.type_() == ResponseType::Cors);
            match plan.answered(Entity::new(received.status, filtered, header), received.attempts) {
                Answer::Anew => pieces.set_length(0),
                Answer::On => {}
                Answer::Again => continue,
                Answer::Failed(code) => return Err(broken(&plan, code, &received)),
            }
            let begun = Cell::new(plan.received());
            let total = Cell::new(plan.total());
            let tell = |bytes| {
                let done = begun.get() + u64::from(bytes);
                begun.set(done);
                let total = total.get().filter(|total| done <= *total);
                if let Some(pace) = meter.borrow_mut().measure(milliseconds(), done, total) {
                    progress(Progress {
                        received: exact(done),
                        total: total.map(exact),
                        rate: pace.rate,
                        remaining: pace.remaining,
                    });
                }
            };
            tell(0);
            // A large file takes its time, as long as something arrives.
            deadline.limit(self.inner.limits.idle);
            let body = match response {
                Some(response) => collect(&pieces, response, &deadline, tell).await,
                None => Ok(()),
            };
            let body = body.map_err(|code| if code == Code::TimedOut { Code::BodyStalled } else { code });
            plan.take(begun.get() - plan.received());
            let next = plan.ended(body, retry, &mut self.inner.budgets.backend.borrow_mut(), random());
            match next {
                Next::Done => {
                    // Its length is known by now in any case.
                    total.set(Some(begun.get()));
                    tell(0);
                    let name = file_name::choose(header("content-disposition").as_deref(), filename, &route);
                    return complete(&pieces, header("content-type"), name, received);
                }
                Next::Again(wait) => {
                    // The body's own limit may be what is over.
                    let waited = match Deadline::start(0, options.signal.as_ref()) {
                        Ok(waiting) => waiting.sleep(wait).await,
                        Err(code) => Err(code),
                    };
                    waited.map_err(|code| broken(&plan, code, &received))?;
                }
                Next::Failed(code) => return Err(broken(&plan, code, &received)),
            }
        }
    }

    /// Asks for the file, or for what is missing of it.
    async fn receive(
        &self,
        plan: &mut Plan,
        call: &Call,
        options: &Options,
        deadline: &Deadline,
    ) -> Result<Received, Error> {
        let call = plan.ask(call)?;
        let presented = plan.present(self.present(deadline).await);
        self.drive_as(presented, call, options, deadline).await
    }
}

fn complete(
    pieces: &Array,
    media_type: Option<String>,
    filename: String,
    received: Received,
) -> Result<Download, Error> {
    let kind = BlobPropertyBag::new();
    if let Some(media_type) = media_type {
        kind.set_type(&media_type);
    }
    let blob = Blob::new_with_u8_array_sequence_and_options(pieces, &kind);
    let blob = blob.map_err(|_| Error::new(Code::StorageFull).after(received.attempts, Sent::Acknowledged))?;
    Ok(Download { blob, filename, status: received.status, request_id: received.request_id })
}

/// How a download ends whose answer came, and could not be used to its end.
fn broken(plan: &Plan, code: Code, received: &Received) -> Error {
    let Received { status, request_id, .. } = received;
    let head = Head { status: *status, request_id: request_id.clone(), ..Head::default() };
    Error::new(code).with_head(&head).after(plan.attempts(), Sent::Acknowledged)
}

#[expect(clippy::cast_precision_loss, reason = "a length over 2^53 is no length of a browser's download")]
const fn exact(number: u64) -> f64 {
    number as f64
}

impl Download {
    /// Hands the file to the browser for saving, under its name.
    ///
    /// # Errors
    /// `call_invalid` where there is no page, as on a server or in a worker.
    pub fn save(&self) -> Result<(), Error> {
        self.offer().ok_or_else(|| {
            Error::new(Code::CallInvalid).with_message("A file can be saved only in a page; use the downloaded blob.")
        })
    }

    fn offer(&self) -> Option<()> {
        let document = js_sys::global().unchecked_into::<web_sys::Window>().document()?;
        let anchor = document.create_element("a").ok()?.unchecked_into::<HtmlAnchorElement>();
        let url = Url::create_object_url_with_blob(&self.blob).ok()?;
        anchor.set_href(&url);
        anchor.set_download(&self.filename);
        let body = document.body()?;
        body.append_child(&anchor).ok()?;
        anchor.click();
        anchor.remove();
        // The browser reads the URL after this turn; a second is ample, and then the memory is given back.
        let release = Closure::once_into_js(move || Url::revoke_object_url(&url).unwrap_or_default());
        set_timeout(release.unchecked_ref(), 1_000);
        Some(())
    }
}

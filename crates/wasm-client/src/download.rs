//! Downloads that end in a saved file.

use std::cell::Cell;

use twinfetch_core::call::{Accept, Method};
use twinfetch_core::error::{Code, Error, Sent};
use twinfetch_core::file_name;
use twinfetch_core::head::Head;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Response, Url};

use crate::client::{Client, Options};
use crate::deadline::set_timeout;
use crate::driver::Received;
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
    /// The bytes received so far, decoded.
    pub received: f64,
    /// The bytes there will be; unknown when the response is compressed or does not say.
    pub total: Option<f64>,
}

impl Client {
    /// Downloads a file as who is signed in, telling `progress` after each part.
    ///
    /// The file's name is the response's (`Content-Disposition`), else `filename`, else the last part of the path. The
    /// timeout of `options` limits the wait for the response, and the setting `idle_timeout` how long nothing may arrive.
    ///
    /// # Errors
    /// As [`Client::call`]; also `body_truncated` when the connection breaks before the end.
    pub async fn download(
        &self,
        path: &str,
        options: Options,
        filename: Option<&str>,
        progress: impl Fn(Progress),
    ) -> Result<Download, Error> {
        let call = self.prepare(Method::Get, path, &options)?.accept(Accept::Raw);
        let route = call.route().to_owned();
        let deadline = self.deadline(options.timeout, options.signal.as_ref())?;
        let received = self.drive_within(call, &options, &deadline).await?;
        let response = received.response.as_ref().ok_or_else(|| Error::new(Code::MalformedBody))?;
        let header = |name: &str| response.headers().get(name).ok().flatten();
        let filename = file_name::choose(header("content-disposition").as_deref(), filename, &route);
        let media_type = header("content-type");
        let told = Cell::new(Progress { received: 0.0, total: length(response) });
        progress(told.get());
        // A large file takes its time, as long as something arrives.
        deadline.limit(self.inner.limits.idle);
        let parts = collect(response, &deadline, |bytes| {
            let Progress { received, total } = told.get();
            let received = received + f64::from(bytes);
            told.set(Progress { received, total: total.filter(|total| received <= *total) });
            progress(told.get());
        });
        let parts = parts.await.map_err(|code| broken(code, &received))?;
        let kind = BlobPropertyBag::new();
        if let Some(media_type) = media_type {
            kind.set_type(&media_type);
        }
        let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &kind)
            .map_err(|_| Error::new(Code::ResponseTooLarge))?;
        Ok(Download { blob, filename, status: received.status, request_id: received.request_id })
    }
}

/// Why a body did not come to its end.
fn broken(code: Code, received: &Received) -> Error {
    let code = if code == Code::TimedOut { Code::BodyStalled } else { code };
    let Received { status, request_id, attempts, .. } = received;
    let head = Head { status: *status, request_id: request_id.clone(), ..Head::default() };
    Error::new(code).with_head(&head).after(*attempts, Sent::Acknowledged)
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

/// The body's length, where `Content-Length` counts what is received: not when the response is compressed.
fn length(response: &Response) -> Option<f64> {
    let headers = response.headers();
    if headers.get("content-encoding").ok().flatten().is_some_and(|encoding| encoding != "identity") {
        return None;
    }
    let length = headers.get("content-length").ok().flatten()?;
    length.parse::<u64>().ok().map(|length| {
        #[expect(clippy::cast_precision_loss, reason = "a length over 2^53 is no length of a browser's download")]
        let length = length as f64;
        length
    })
}

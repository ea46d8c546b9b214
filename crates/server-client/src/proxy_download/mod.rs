//! A file of the backend, passed on to a browser.

mod body;
mod heads;

pub use body::FileBody;

use http::{HeaderMap, Response};

use crate::call::Call;
use crate::download::{Download, Passed, Source};
use crate::error::Error;

impl Call<Response<FileBody>> {
    /// Asks for a file, and makes it the answer to a browser's request, whose headers these are. The file streams through as
    /// fast as the browser takes it; a browser that leaves ends the exchange with the backend.
    ///
    #[cfg_attr(feature = "axum", doc = "```")]
    #[cfg_attr(not(feature = "axum"), doc = "```ignore")]
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// # let backend = twinfetch_backend::serve(twinfetch_backend::Options::default()).await?;
    /// use axum::{Router, body::Body, http::{HeaderMap, Request, Response, StatusCode}, routing::get};
    /// use twinfetch_server_client::{Api, ApiLayer, Error, FileBody, ServerClient};
    ///
    /// async fn report(api: Api, headers: HeaderMap) -> Result<Response<FileBody>, Error> {
    ///     api.get("/api/export").query("bytes", 1000).proxy_download(&headers).await
    /// }
    ///
    /// let client = ServerClient::builder().base_url(backend.url()).secrets(["of the app"]).build()?;
    /// let mut app: Router = Router::new().route("/report", get(report)).layer(ApiLayer::new(client));
    /// # use tower_service::Service as _;
    /// let response = app.call(Request::get("/report").body(Body::empty())?).await?;
    /// assert_eq!(response.status(), StatusCode::UNAUTHORIZED); // nobody is signed in
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # What goes through
    ///
    /// * Of the browser's request: `Range` (of one part), `If-Range`, `If-Match`, `If-None-Match`, `If-Modified-Since` and
    ///   `If-Unmodified-Since`, so that the browser can go on with a download that broke off. The backend's 200, 206, 304, 412
    ///   and 416 come back as such; a part that the browser has not asked for is `range_mismatched`.
    /// * Of the backend's answer: the bytes, their length, `Content-Range`, `Accept-Ranges`, `ETag`, `Last-Modified`, and the media type,
    ///   which becomes `application/octet-stream` where a browser would run the file or take it for a page (HTML, SVG, XML,
    ///   scripts, styles). Nothing else, and no cookie.
    /// * The name is the backend's, else the path's, made safe and written anew: `Content-Disposition: attachment`.
    ///
    /// `Cache-Control: private, no-store`, `X-Content-Type-Options: nosniff`, `Content-Security-Policy: default-src 'none'; sandbox` and
    /// `X-Request-Id` are added.
    ///
    /// A backend that breaks off is gone on with as [`download`](Call::download) does. Where that fails, the body breaks off, too: what
    /// is incomplete never looks complete. `HEAD` is answered without asking the backend for the file by a call that
    /// [`Api::head`](crate::Api::head) makes.
    ///
    /// # Errors
    /// As [`download`](Call::download), before anything is sent to the browser. In axum an [`Error`] is an answer by itself.
    pub async fn proxy_download(self, headers: &HeaderMap) -> Result<Response<FileBody>, Error> {
        let request = self.into_passed_file(None)?;
        let called = std::sync::Arc::clone(&request.called);
        let Passed { status, headers, source, has_body } = Source::pass(request, &heads::conditions(headers)).await?;
        let mut response = Response::new(FileBody::default());
        if heads::is_verdict(status) {
            *response.headers_mut() = heads::of_verdict(&headers, &called);
            *response.status_mut() = status;
            return Ok(response);
        }
        let length = if has_body { source.plan().room() } else { heads::length(&headers) };
        let head = source.head().clone();
        let file = Download::new(source, &called.route);
        *response.headers_mut() = heads::of_file(&headers, &head, file.name(), &called);
        *response.status_mut() = heads::status(status);
        heads::set_length(response.headers_mut(), status, length);
        if has_body {
            *response.body_mut() = FileBody::of(file);
        }
        Ok(response)
    }
}

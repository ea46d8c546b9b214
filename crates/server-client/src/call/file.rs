//! A call for a file.

use std::sync::Arc;

use http::header::ACCEPT_ENCODING;
use twinfetch_core::call::Method;
use twinfetch_core::secret::Secret;

use super::{Call, Draft, invalid};
use crate::download::Request;
use crate::error::Error;

impl<T> Call<T> {
    /// The call as it is sent for a file, under the name that the caller asks for.
    pub(crate) fn into_file(self, name: Option<&str>) -> Result<Request, Error> {
        match &self.draft {
            Ok(draft) if draft.method != Method::Get => Err(invalid("a download is a GET")),
            _ => self.into_passed_file(name),
        }
    }

    /// As [`Self::into_file`], for somebody who may want the head alone.
    pub(crate) fn into_passed_file(self, name: Option<&str>) -> Result<Request, Error> {
        let Self { api, draft, .. } = self;
        let mut draft = draft?;
        if !draft.method.is_safe() {
            return Err(invalid("a download is a GET"));
        }
        if draft.headers.iter().all(|(given, _)| given != ACCEPT_ENCODING.as_str()) {
            // Without a word, any coding would do (RFC 9110 §12.5.3).
            draft.headers.push((ACCEPT_ENCODING.as_str().to_owned(), "identity".to_owned()));
        }
        let called = Arc::new(draft.called(&api));
        draft.complete(&called.request_id);
        let url = Secret::new(api.client().base().join(&draft.path));
        let call = draft.request()?.file(name);
        let Draft { timeout, retry, .. } = draft;
        Ok(Request { api, call, url, called, timeout, retry, any_end: false })
    }
}

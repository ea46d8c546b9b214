//! Requests of another protocol's making, answered whole.

use std::pin::Pin;

use http::{Request, Response};
use openidconnect::AsyncHttpClient;
use tokio::time::timeout;
use twinfetch_core::error::Code;

use super::{Failure, Transport};

impl Transport {
    /// Sends a request and reads the whole response, both within the limit of a whole call.
    ///
    /// A response that says the server failed is a failure here: what it holds is not of the protocol.
    pub(crate) async fn exchange(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Failure> {
        let exchange = async {
            let request = reqwest::Request::try_from(request).map_err(Failure::of)?;
            let response = self.execute(request).await?;
            let (status, headers) = (response.inner.status(), response.inner.headers().clone());
            if status.is_server_error() {
                return Err(Failure::new(Code::ServerFailed, "the server failed"));
            }
            let mut whole = Response::new(self.read(response).await?.to_vec());
            (*whole.status_mut(), *whole.headers_mut()) = (status, headers);
            Ok(whole)
        };
        timeout(self.limits.total, exchange).await.unwrap_or_else(|_| Err(Failure::new(Code::TimedOut, "timeout")))
    }
}

/// How openidconnect sends its requests.
impl<'c> AsyncHttpClient<'c> for Transport {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, Failure>> + Send + 'c>>;

    fn call(&'c self, request: Request<Vec<u8>>) -> Self::Future {
        Box::pin(self.exchange(request))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.cause.class)
    }
}

impl std::error::Error for Failure {}

//! A file that goes on to somebody who has conditions of his own.

use http::header::RANGE;
use http::{HeaderMap, StatusCode};
use tracing::Instrument as _;
use twinfetch_core::call::{Call, Method};
use twinfetch_core::download::{Answer, Download as Plan};
use twinfetch_core::error::Code;

use super::source::{Request, Source};
use crate::call::tell;
use crate::driver;
use crate::error::Error;

/// The backend's answer to a file's conditional request.
pub(crate) struct Passed {
    pub(crate) status: StatusCode,
    /// All of the backend's.
    pub(crate) headers: HeaderMap,
    /// What says the length, the name and the type; and the bytes, but where a head alone was wanted.
    pub(crate) source: Source,
    pub(crate) has_body: bool,
}

impl Source {
    /// Asks for a file under these headers of its taker's: conditions, or a part that he wants.
    pub(crate) async fn pass(request: Request, conditions: &[(String, String)]) -> Result<Passed, Error> {
        let mut source = Self::new(request, Plan::new(false));
        let (span, begun) = (source.span.clone(), source.begun);
        let asking = async {
            let call = source.conditional(conditions)?;
            let (status, headers, has_body) = Box::pin(source.first(call, conditions)).await?;
            Ok(Passed { status, headers, source, has_body })
        };
        let asking = async {
            let passed = asking.await;
            tell(passed.as_ref().map(|passed| passed.status), begun);
            passed
        };
        asking.instrument(span).await
    }

    /// The first call. Those that go on with the file have no conditions but the plan's.
    fn conditional(&self, conditions: &[(String, String)]) -> Result<Call, Error> {
        let call = self.plan.ask(&self.request.call).map_err(|reason| self.fault(reason))?;
        conditions
            .iter()
            .try_fold(call, |call, (name, value)| call.header(name, value))
            .map_err(|reason| self.fault(reason))
    }

    async fn first(
        &mut self,
        call: Call,
        conditions: &[(String, String)],
    ) -> Result<(StatusCode, HeaderMap, bool), Error> {
        let is_head = call.method() == Method::Head;
        let judged = match self.flight(call).await? {
            Ok(flight) => driver::judged(flight, self.request.api.client()).await,
            Err(error) => Err((error, None)),
        };
        let driver::Received { response, attempts } = match judged {
            Ok(received) => received,
            Err((_, Some(verdict))) if !conditions.is_empty() => {
                let (parts, ()) = verdict.into_parts();
                return Ok((parts.status, parts.headers, false));
            }
            Err((error, _)) => {
                // There is nothing yet that could be asked for otherwise.
                self.settle(error)?;
                return Err(self.failure(Code::Rejected, None));
            }
        };
        self.head = response.head(self.request.api.client().milliseconds());
        let status = StatusCode::from_u16(response.status()).unwrap_or_default();
        let (headers, entity) = (response.headers().clone(), response.entity());
        if is_head {
            return Ok((status, headers, false));
        }
        let is_part = status == StatusCode::PARTIAL_CONTENT;
        if is_part {
            let asked =
                conditions.iter().find(|(name, _)| name == RANGE.as_str()).map_or("", |(_, range)| range.as_str());
            let part = self.plan.clone().part(asked, &entity, attempts);
            self.plan = part.ok_or_else(|| self.failure(Code::RangeMismatched, None))?;
        } else if let Answer::Failed(code) = self.plan.answered(entity, attempts) {
            return Err(self.failure(code, None));
        }
        self.begin(response, !is_part)?;
        Ok((status, headers, true))
    }
}

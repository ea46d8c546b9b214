//! The decisions of an authenticated request, without any I/O.
//!
//! twinfetch's browser client and its server client are two drivers of this one core. A call is an
//! [`exchange`]; what a backend's answers mean is a [`dialect`]; who is signed in is a
//! [`session`]. Nothing in here sends, waits, asks a clock, draws chance or shares state: time is an argument.
//!
//! ```
//! use twinfetch_core::{address::{BaseUrl, Path}, call::{Call, Method}, dialect::Dialect};
//! use twinfetch_core::{exchange::{Exchange, Step}, head::Head, session::Presented};
//!
//! let dialect = Dialect::authjs();
//! let base = BaseUrl::parse("http://localhost:8080", "baseUrl")?;
//! let call = Call::new(Method::Get, Path::parse("/api/posts", &base)?);
//!
//! // A driver performs each step and tells the exchange what came of it.
//! let Step::Send(exchange, request) = Exchange::start(&dialect, &base, call, Ok(Presented::default())) else { panic!() };
//! assert_eq!(request.url, "http://localhost:8080/api/posts");
//! let head = Head::new(200, 0, |name| (name == "content-type").then(|| "application/json".to_owned()));
//! let Step::Read(exchange) = exchange.answered(Ok(head)) else { panic!() };
//! let posts = serde_json::json!([]);
//! let Step::Done(Ok(reply)) = exchange.received(Ok(Some(&&posts))) else { panic!() };
//! assert_eq!(reply.status, 200);
//! # Ok::<(), twinfetch_core::error::Error>(())
//! ```

pub mod address;
pub mod call;
pub mod cookie;
#[cfg(feature = "seal")]
pub mod csrf;
pub mod dialect;
pub mod document;
pub mod download;
pub mod error;
pub mod exchange;
pub mod file_name;
pub mod head;
#[cfg(feature = "proxy")]
pub mod proxy;
#[cfg(feature = "seal")]
pub mod seal;
pub mod secret;
pub mod session;
mod text;
pub mod token;
pub mod verb;

//! A server on loopback that goes wrong as a script says: by itself, or as a proxy before a real backend.
//!
//! ```text
//!  client ──▶ FaultServer ── no fault ──▶ a good answer, or the backend
//!                  │
//!                  └── Script: which request meets which Fault ──▶ bytes, pauses, and the end of the connection
//! ```
//!
//! Nothing of it is HTTP made by a library: what a library would refuse to send is what it is for.
//! Chance comes from a seed, pauses go by tokio's clock, and a [`Clock`] moves that without waiting.

mod clock;
mod connection;
mod cut;
mod fault;
mod file;
mod gzip;
mod head;
mod plan;
mod progress;
mod record;
mod retry_after;
mod script;
mod server;
mod stage;
mod unreachable;
mod upload;
mod upstream;
mod wire;

pub use clock::Clock;
pub use cut::{At, Break, Cut, Pace};
pub use fault::Fault;
pub use file::{File, Length, Ranges, Tag};
pub use record::{Counts, Record, Seen};
pub use retry_after::{DateForm, RetryAfter};
pub use script::{Rule, Script};
pub use server::FaultServer;
pub use unreachable::{Blackhole, Refusing};

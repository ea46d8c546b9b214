//! What a call tells caches between this server and the backend.

/// What a call tells caches between this server and the backend (RFC 9111 §5.2.1).
///
/// The client itself keeps nothing beyond one incoming request, whatever the mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CacheMode {
    /// Nothing: each cache follows its own rules and the backend's.
    Default,
    /// A kept answer has to be checked with the backend first.
    NoCache,
    /// Nothing is kept and nothing kept is used. This holds unless another mode is named.
    #[default]
    NoStore,
}

impl CacheMode {
    /// The value of `Cache-Control`, if one is sent.
    pub(crate) const fn directive(self) -> Option<&'static str> {
        match self {
            Self::Default => None,
            Self::NoCache => Some("no-cache"),
            Self::NoStore => Some("no-store"),
        }
    }
}

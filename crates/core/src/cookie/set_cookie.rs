use std::fmt;

use super::date::HttpDate;
use super::percent;

/// When a browser sends a cookie along with a request that another site caused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameSite {
    /// When the user follows a link.
    #[default]
    Lax,
    /// Always.
    None,
    /// Never.
    Strict,
}

/// One `Set-Cookie` header; `Display` writes its value.
///
/// Attributes come in the order in which Auth.js writes them, and there is never a `Domain`.
#[derive(Clone, PartialEq, Eq)]
pub struct SetCookie {
    /// The name, written as it is.
    pub name: String,
    /// The value, written percent-encoded.
    pub value: String,
    /// The end of its life in Unix seconds; the browser's session if absent.
    pub expires: Option<u64>,
    /// The length of its life in seconds; 0 deletes it.
    pub max_age: Option<u64>,
    /// The path under which it is sent.
    pub path: &'static str,
    /// Whether scripts cannot read it.
    pub http_only: bool,
    /// Whether it is sent over HTTPS only.
    pub secure: bool,
    /// Whether it is sent across sites.
    pub same_site: SameSite,
}

impl SetCookie {
    /// A cookie for all paths, `HttpOnly`, `SameSite=Lax`, gone when the browser is closed.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            expires: None,
            max_age: None,
            path: "/",
            http_only: true,
            secure: false,
            same_site: SameSite::Lax,
        }
    }
}

impl fmt::Display for SetCookie {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}={}", self.name, percent::encoded(&self.value))?;
        if let Some(seconds) = self.max_age {
            write!(formatter, "; Max-Age={seconds}")?;
        }
        write!(formatter, "; Path={}", self.path)?;
        if let Some(moment) = self.expires {
            write!(formatter, "; Expires={}", HttpDate(moment))?;
        }
        formatter.write_str(if self.http_only { "; HttpOnly" } else { "" })?;
        formatter.write_str(if self.secure { "; Secure" } else { "" })?;
        formatter.write_str(match self.same_site {
            SameSite::Lax => "; SameSite=Lax",
            SameSite::None => "; SameSite=None",
            SameSite::Strict => "; SameSite=Strict",
        })
    }
}

impl fmt::Debug for SetCookie {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = Self { value: if self.value.is_empty() { "" } else { "***" }.into(), ..self.clone() };
        write!(formatter, "SetCookie({shown})")
    }
}

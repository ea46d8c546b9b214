//! HTTP request methods.

use super::invalid;
use crate::error::Error;

/// An HTTP request method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// `DELETE`
    Delete,
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `PATCH`
    Patch,
    /// `POST`
    Post,
    /// `PUT`
    Put,
}

impl Method {
    /// Every method a call can have.
    pub const ALL: &'static [Self] = &[Self::Delete, Self::Get, Self::Head, Self::Patch, Self::Post, Self::Put];

    /// The method as it is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }

    /// Reads a method as it is sent.
    ///
    /// # Errors
    /// `call_invalid` for any other text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|method| method.as_str() == text).copied();
        found.ok_or_else(|| invalid("the method is not one of DELETE, GET, HEAD, PATCH, POST, PUT"))
    }

    /// Whether doing it twice is as doing it once by its definition (RFC 9110 §9.2.2).
    pub(crate) const fn is_idempotent(self) -> bool {
        matches!(self, Self::Delete | Self::Get | Self::Head | Self::Put)
    }

    /// Whether it changes nothing by its definition (RFC 9110 §9.2.1).
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }
}

//! The name of a downloaded file: read from the response, made safe for a file system.

mod disposition;
mod safe;
#[cfg(feature = "proxy")]
mod written;

pub use disposition::{isomorphic, parse};
pub use safe::sanitize;
#[cfg(feature = "proxy")]
pub use written::attachment;

use crate::text;

/// Chooses the name of a download: the server's, else the caller's, else the last part of the path, else `download`.
///
/// ```
/// use twinfetch_core::file_name::choose;
/// let header = "attachment; filename=\"x.csv\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A.csv";
/// assert_eq!(choose(Some(header), Some("posts.csv"), "/api/export"), "报告.csv");
/// assert_eq!(choose(None, Some("posts.csv"), "/api/export"), "posts.csv");
/// assert_eq!(choose(None, None, "/api/export"), "export");
/// ```
pub fn choose(content_disposition: Option<&str>, asked: Option<&str>, path: &str) -> String {
    let from_server = content_disposition.and_then(parse).as_deref().and_then(sanitize);
    from_server
        .or_else(|| asked.and_then(sanitize))
        .or_else(|| {
            let path = text::before(path, b'?');
            sanitize(disposition::percent_decode(path).as_deref().unwrap_or(path))
        })
        .unwrap_or_else(|| "download".to_owned())
}

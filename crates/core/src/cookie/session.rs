use std::fmt;

use super::{Cookies, MAX_CHUNKS, MAX_SESSION_BYTES, SetCookie};

/// The session cookie as one app writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCookie {
    /// The bare name, without a chunk's number.
    pub name: String,
    /// How many characters of the value go into one cookie: Auth.js v4 takes 3933, v5 takes 3936.
    pub chunk_size: usize,
    /// Whether it is sent over HTTPS only.
    pub secure: bool,
}

/// A session that does not fit into its cookies; none of them was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// The bytes of the value.
    pub bytes: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the session has {} bytes and does not fit into its cookies", self.bytes)
    }
}

impl std::error::Error for TooLarge {}

impl SessionCookie {
    /// The `Set-Cookie` headers that replace the received session by `value`, in the order of Auth.js: received names
    /// keep their place, written anew or deleted, and new names follow.
    ///
    /// # Errors
    ///
    /// The value needs more than [`MAX_CHUNKS`] cookies or has more than [`MAX_SESSION_BYTES`] bytes.
    pub fn write(&self, received: &Cookies<'_>, value: &str, expires: Option<u64>) -> Result<Vec<SetCookie>, TooLarge> {
        let mut written = self.chunks(value)?;
        for cookie in &mut written {
            cookie.expires = expires;
        }
        let mut lines = self.clear(received);
        for cookie in written {
            match lines.iter_mut().find(|line| line.name == cookie.name) {
                Some(line) => *line = cookie,
                None => lines.push(cookie),
            }
        }
        Ok(lines)
    }

    /// The `Set-Cookie` headers that delete every received cookie of this session.
    pub fn clear(&self, received: &Cookies<'_>) -> Vec<SetCookie> {
        let deletion = |name: &str| SetCookie { max_age: Some(0), ..self.cookie(name.to_owned(), String::new()) };
        received.session_names(&self.name).into_iter().map(deletion).collect()
    }

    fn chunks(&self, value: &str) -> Result<Vec<SetCookie>, TooLarge> {
        let too_large = TooLarge { bytes: value.len() };
        if value.len() > MAX_SESSION_BYTES {
            return Err(too_large);
        }
        let characters: Vec<char> = value.chars().collect();
        if characters.len() <= self.chunk_size {
            return Ok(vec![self.cookie(self.name.clone(), value.to_owned())]);
        }
        let chunks = characters.chunks(self.chunk_size.max(1));
        if chunks.len() > MAX_CHUNKS {
            return Err(too_large);
        }
        let named = |(index, chunk): (usize, &[char])| {
            self.cookie(format!("{}.{index}", self.name), chunk.iter().collect::<String>())
        };
        Ok(chunks.enumerate().map(named).collect())
    }

    fn cookie(&self, name: String, value: String) -> SetCookie {
        SetCookie { secure: self.secure, ..SetCookie::new(name, value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie() -> SessionCookie {
        SessionCookie { name: "s".into(), chunk_size: 3, secure: true }
    }

    fn lines(received: &str, value: &str) -> Vec<String> {
        let received = Cookies::parse([received.as_bytes()]);
        cookie().write(&received, value, Some(0)).unwrap().iter().map(ToString::to_string).collect()
    }

    const KEPT: &str = "; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax";
    const GONE: &str = "; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax";

    #[test]
    fn what_fits_is_one_cookie() {
        assert_eq!(lines("", "abc"), [format!("s=abc{KEPT}")]);
    }

    #[test]
    fn stale_chunks_are_deleted_and_strangers_stay() {
        let expected = [format!("s.0={GONE}"), format!("s.1={GONE}"), format!("s=new{KEPT}")];
        assert_eq!(lines("s.0=a; s-backup=b; s.1=c", "new"), expected);
    }

    #[test]
    fn received_names_keep_their_place() {
        let expected = [format!("s.1=d{KEPT}"), format!("s={GONE}"), format!("s.0=abc{KEPT}")];
        assert_eq!(lines("s.1=x; s=y", "abcd"), expected);
    }

    #[test]
    fn what_does_not_fit_writes_nothing() {
        let value = "x".repeat(3 * MAX_CHUNKS + 1);
        assert_eq!(cookie().write(&Cookies::default(), &value, None), Err(TooLarge { bytes: 49 }));
        let value = "x".repeat(MAX_SESSION_BYTES + 1);
        assert_eq!(cookie().write(&Cookies::default(), &value, None), Err(TooLarge { bytes: 65_537 }));
    }

    #[test]
    fn debug_shows_no_value() {
        let shown = format!("{:?}", cookie().write(&Cookies::default(), "top", None).unwrap());
        assert!(!shown.contains("top"), "{shown}");
    }
}

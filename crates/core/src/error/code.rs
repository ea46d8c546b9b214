//! The one list of error codes; Rust, TypeScript and the documentation follow it.

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[non_exhaustive]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every value, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name used in TypeScript, logs and transcripts.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

named! {
    /// What a caller can do about an error.
    Kind {
        /// The caller stopped the call.
        Aborted = "aborted",
        /// The client or the call is set up wrongly: mend the code or the settings.
        Config = "config",
        /// A response came, but not in the agreed form.
        Decode = "decode",
        /// Signed in, but not allowed.
        Forbidden = "forbidden",
        /// The client itself failed; a report to its authors helps.
        Internal = "internal",
        /// No response came.
        Network = "network",
        /// There is no such thing.
        NotFound = "not_found",
        /// Too many calls: wait.
        RateLimited = "rate_limited",
        /// The backend refused the call for what it says.
        Rejected = "rejected",
        /// The server failed.
        Status = "status",
        /// A file could not be read or written on this side.
        Storage = "storage",
        /// Time ran out.
        Timeout = "timeout",
        /// Not signed in, or no longer.
        Unauthorized = "unauthorized",
    }
}

named! {
    /// Whether the server may have received a call that failed.
    Sent {
        /// Nothing of it has left: it can be repeated without harm.
        Unsent = "unsent",
        /// It may have been received and done, or not.
        Maybe = "maybe",
        /// The server has answered it.
        Acknowledged = "acknowledged",
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal, $kind:ident, $message:expr;)*) => {
        named! {
            /// The stable name of what happened.
            Code { $($(#[doc = $doc])+ $variant = $text,)* }
        }

        impl Code {
            /// What a caller can do about it.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)* }
            }

            /// When it happens, in words for who writes the app.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+),)* }
            }

            /// The sentence shown when the server gave none.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)* }
            }
        }
    };
}

const UNREACHABLE: &str = "The server could not be reached. Check your connection and try again.";

codes! {
    /// The caller's signal fired.
    Aborted = "aborted", Aborted, "The request was cancelled.";
    /// The body stopped coming: no next piece in time.
    BodyStalled = "body_stalled", Timeout, "The server took too long to answer. Please try again.";
    /// The body ended before its end.
    BodyTruncated = "body_truncated", Network, "The connection broke off. Please try again.";
    /// The call's own arguments cannot be sent: path, header, body.
    CallInvalid = "call_invalid", Config, "The request cannot be sent as written.";
    /// The wasm core stopped on a defect; the next call starts a new one.
    CorePanicked = "core_panicked", Internal, "Something went wrong in this page. Please try again.";
    /// A setting of the client is missing or wrong.
    ConfigInvalid = "config_invalid", Config, "The client is not set up correctly.";
    /// The server's machine takes no connection.
    ConnectFailed = "connect_failed", Network, UNREACHABLE;
    /// No connection in time.
    ConnectTimedOut = "connect_timed_out", Timeout, UNREACHABLE;
    /// The connection was closed before the head of a response was complete.
    ConnectionLost = "connection_lost", Network, "The connection broke off. Please try again.";
    /// The dialect has an unknown, missing or wrong field.
    DialectInvalid = "dialect_invalid", Config, "The dialect is not valid.";
    /// What came is not what its digest says.
    DigestMismatched = "digest_mismatched", Decode, "The file arrived damaged. Please try again.";
    /// The server's name has no address.
    DnsFailed = "dns_failed", Network, UNREACHABLE;
    /// The envelope says that the call was refused.
    EnvelopeRefused = "envelope_refused", Rejected, "The request was refused.";
    /// Another download writes the same file.
    FileBusy = "file_busy", Storage, "This file is being written already.";
    /// The file on the server, or the one that is sent, became another on the way.
    FileChanged = "file_changed", Decode, "The file changed on the way. Please try again.";
    /// There is a file of this name, which is not replaced without being told.
    FileExists = "file_exists", Storage, "There is a file of this name already.";
    /// There is no such file to send, or no such folder to save in.
    FileMissing = "file_missing", Storage, "The file or its folder was not found.";
    /// 403.
    Forbidden = "forbidden", Forbidden, "You are not allowed to do this.";
    /// A body that says it is JSON and is not.
    MalformedBody = "malformed_body", Decode, "The server sent an answer that could not be read.";
    /// No response: refused, reset, offline, blocked by CORS.
    NetworkFailed = "network_failed", Network, UNREACHABLE;
    /// 404 or 410.
    NotFound = "not_found", NotFound, "This was not found.";
    /// The device has no network.
    Offline = "offline", Network, "You are offline. Check your connection and try again.";
    /// What came is no HTTP.
    ProtocolFailed = "protocol_failed", Decode, "The server sent an answer that could not be read.";
    /// The server sent another part of the file than it was asked for.
    RangeMismatched = "range_mismatched", Decode, "The server sent an answer that could not be read.";
    /// 429.
    RateLimited = "rate_limited", RateLimited, "Too many requests. Please wait a moment and try again.";
    /// A redirect to another origin, to a weaker scheme, or one that cannot be followed.
    RedirectRefused = "redirect_refused", Rejected, "The server pointed to an address that is not allowed.";
    /// Another 4xx.
    Rejected = "rejected", Rejected, "The request was refused.";
    /// No head of a response in time: one attempt's own limit.
    ResponseTimedOut = "response_timed_out", Timeout, "The server took too long to answer. Please try again.";
    /// A body larger than the client takes.
    ResponseTooLarge = "response_too_large", Decode, "The server sent more than can be taken.";
    /// 5xx.
    ServerFailed = "server_failed", Status, "The server could not answer. Please try again later.";
    /// The session document has not the agreed form.
    SessionMalformed = "session_malformed", Decode, "Your sign-in could not be checked. Please try again later.";
    /// The session does not fit into cookies.
    SessionTooLarge = "session_too_large", Config, "The session is too large to be kept.";
    /// The credentials were refused.
    SignInRefused = "sign_in_refused", Unauthorized, "The sign-in was refused. Check what you have entered.";
    /// The file may not be read or written, or is no file.
    StorageDenied = "storage_denied", Storage, "The file may not be read or written here.";
    /// The device, its quota or the memory has no room for the file.
    StorageFull = "storage_full", Storage, "There is not enough room for the file.";
    /// The device failed to read or write the file.
    StorageFailed = "storage_failed", Storage, "The file could not be read or written.";
    /// The secure connection could not be made: certificate, host name, protocol version.
    TlsFailed = "tls_failed", Network, "A secure connection to the server could not be made.";
    /// The time for the whole call ran out.
    TimedOut = "timed_out", Timeout, "The server took too long to answer. Please try again.";
    /// Too many redirects.
    TooManyRedirects = "too_many_redirects", Rejected, "The server pointed to another address too many times.";
    /// 401, after renewal was tried where the dialect has one.
    Unauthorized = "unauthorized", Unauthorized, "Please sign in.";
    /// A body of another media type than was asked for.
    UnexpectedContentType = "unexpected_content_type", Decode, "The server sent an answer of an unexpected kind.";
    /// The runtime cannot start the wasm core.
    WasmUnavailable = "wasm_unavailable", Config, "This browser cannot run the client.";
    /// The page's content security policy forbids wasm.
    WasmBlockedByCsp = "wasm_blocked_by_csp", Config,
        "This page's content security policy blocks WebAssembly: add 'wasm-unsafe-eval' to its script-src.";
}

impl Code {
    /// Whether nothing of the request has left by then.
    pub const fn is_unsent(self) -> bool {
        matches!(self.kind(), Kind::Config)
            || matches!(
                self,
                Self::ConnectFailed | Self::ConnectTimedOut | Self::DnsFailed | Self::Offline | Self::TlsFailed
            )
    }

    /// Whether the next attempt may go better.
    pub(crate) const fn is_passing(self) -> bool {
        match self.kind() {
            Kind::Network => !matches!(self, Self::Offline | Self::TlsFailed),
            Kind::Timeout => !matches!(self, Self::TimedOut),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn names_are_unique_and_lower_case() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}

//! The questions that a dialect answers.

use super::shape::{Pointer, Route, choice, record, words};
use super::unread::Unread;

choice! {
    /// How a request proves who sends it.
    Credential {
        /// `Authorization: Bearer`, with the session's access token ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)).
        Bearer = "bearer" {},
    }
}

choice! {
    /// How a browser learns who is signed in.
    Identity {
        /// A session endpoint answers it.
        Endpoint = "endpoint" {
            /// Whose endpoint it is.
            site "site": Site,
            /// The endpoint's path.
            path "path": Route,
            /// The answers which mean that nobody is signed in.
            absent "absent": Vec<Absence>,
            /// Where the session document keeps what.
            session "session": SessionFields,
            /// How other tabs tell that the session changed.
            notices "notices": Unread<Vec<Notice>>,
        },
    }
}

words! {
    /// Which of the two sites of an application answers.
    Site {
        /// The site which serves the pages.
        App = "app",
        /// The site which serves the data.
        Backend = "backend",
    }
}

words! {
    /// An answer of the session endpoint which means that nobody is signed in.
    Absence {
        /// `null` or an empty object.
        Empty = "empty",
        /// Status 401.
        Unauthorized = "401",
        /// Status 403.
        Forbidden = "403",
    }
}

record! {
    /// Where a session document keeps what the core needs.
    SessionFields {
        /// The user.
        user "user": Pointer,
        /// The access token, a string.
        access_token "accessToken": Option<Pointer>,
        /// When the session ends: a text for a browser, seconds since 1970 in a sealed cookie.
        expires "expires": Option<Pointer>,
    }
}

choice! {
    /// How other tabs tell that the session changed.
    Notice {
        /// Any message on a `BroadcastChannel`.
        Broadcast = "broadcast" {
            /// The channel's name.
            channel "channel": String,
        },
        /// A change of an entry of `localStorage`.
        Storage = "storage" {
            /// The entry's key.
            key "key": String,
        },
    }
}

choice! {
    /// How a server reads the session cookie.
    Seal {
        /// The cookie is an Auth.js session token, an encrypted JWT.
        AuthJs = "auth-js" {
            /// Which of the two formats.
            version "version": SealVersion,
            /// The cookie's name without its `__Secure-` prefix.
            cookie "cookie": String,
            /// Where the token's claims keep what.
            session "session": SessionFields,
        },
        /// There is nothing a server can read on its own.
        None = "none" {},
    }
}

words! {
    /// The formats of Auth.js session tokens.
    SealVersion {
        /// next-auth v4: A256GCM, unsalted key.
        V4 = "v4",
        /// Auth.js v5: A256CBC-HS512, key salted with the cookie's name.
        V5 = "v5",
    }
}

choice! {
    /// What to do when the backend refuses the credential.
    Renewal {
        /// Nothing: the call is unauthorized.
        None = "none" {},
        /// Read the session again; if it holds a newer token, repeat the call once.
        Reread = "reread" {},
    }
}

choice! {
    /// The wrapper around a payload.
    Envelope {
        /// No wrapper: the status decides.
        Bare = "bare" {
            /// Where an error's message is.
            message "message": Pointer,
        },
        /// A number says whether the call was accepted, whatever the status.
        Coded = "coded" {
            /// Where the number is.
            code "code": Pointer,
            /// The number that means accepted.
            accepted "accepted": f64,
            /// Where the payload is.
            data "data": Pointer,
            /// Where an error's message is.
            message "message": Pointer,
        },
        /// A boolean says whether the call was accepted.
        Flagged = "flagged" {
            /// Where the boolean is.
            ok "ok": Pointer,
            /// Where the payload is.
            data "data": Pointer,
            /// Where an error's message is.
            message "message": Pointer,
        },
    }
}

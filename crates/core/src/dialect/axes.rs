//! The questions that a dialect answers.

use super::shape::{Pointer, Route, choice, record, words};
use super::unread::{ServerOnly, Unread};

choice! {
    /// How a request proves who sends it.
    Credential {
        /// `Authorization: Bearer`, with the session's access token ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)).
        Bearer = "bearer" {},
        /// A cookie, which a browser sends by itself. A server sends the sealed cookie's token as bearer.
        Cookie = "cookie" {
            /// The cookies that a server passes on as they are, where the backend takes no bearer token.
            forward "forward": Option<ServerOnly<&'static [&'static str]>>,
        },
    }
}

record! {
    /// Which tokens a sign-in gives the client to keep, and where in its answer.
    TokenFields {
        /// The access token, a string.
        access "access": Pointer,
        /// The refresh token, a string: spent on new tokens and never sent as bearer.
        refresh "refresh": Option<Pointer>,
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
            absent "absent": &'static [Absence],
            /// Where the session document keeps what.
            session "session": SessionFields,
            /// How other tabs tell that the session changed.
            notices "notices": Unread<&'static [Notice]>,
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
        /// The envelope refuses under a status of success.
        Refused = "refused",
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
            channel "channel": &'static str,
        },
        /// A change of an entry of `localStorage`.
        Storage = "storage" {
            /// The entry's key.
            key "key": &'static str,
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
            cookie "cookie": &'static str,
            /// Where the token's claims keep what.
            session "session": SessionFields,
        },
        /// The token is a signed JWT, which comes in a cookie or as bearer token.
        Jws = "jws" {
            /// The cookie's name without its `__Secure-` prefix.
            cookie "cookie": &'static str,
            /// How it is signed, whatever a token says of itself.
            algorithm "algorithm": JwsAlgorithm,
            /// What tells an access token from other tokens under the same key.
            access "access": Option<RequiredClaim>,
            /// Where the token's claims keep what; without a place for it the token itself is the access token.
            session "session": SessionFields,
        },
        /// There is nothing a server can read on its own.
        None = "none" {},
    }
}

words! {
    /// How a JWT is signed ([RFC 7518 §3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1)).
    JwsAlgorithm {
        /// HMAC with SHA-256 and a shared secret.
        Hs256 = "HS256",
        /// HMAC with SHA-384 and a shared secret.
        Hs384 = "HS384",
        /// HMAC with SHA-512 and a shared secret.
        Hs512 = "HS512",
    }
}

record! {
    /// A claim with the one text it must have.
    RequiredClaim {
        /// Where the claim is.
        at "at": Pointer,
        /// The text.
        equals "equals": &'static str,
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
        /// Spend the refresh token on a new pair, once for all who wait, and repeat the call once.
        Rotate = "rotate" {
            /// Where, by POST.
            path "path": Route,
            /// The name under which the refresh token is sent.
            member "member": &'static str,
            /// The answers which mean that the refresh token is dead, and the session over.
            gone "gone": &'static [Absence],
        },
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

choice! {
    /// How a request proves that it comes from the app's own pages.
    Csrf {
        /// The value of a cookie, repeated in a header of every request that changes something.
        Mirrored = "mirrored" {
            /// The cookie's name; a script must be able to read it.
            cookie "cookie": &'static str,
            /// The header's name.
            header "header": &'static str,
        },
        /// A token that the app hands out, repeated in the requests of the sign-in library.
        Form = "form" {
            /// Where it is handed out.
            path "path": Route,
            /// Where in the answer it is.
            token "token": Pointer,
            /// The name under which it is sent.
            member "member": &'static str,
        },
    }
}

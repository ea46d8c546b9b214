//! The questions about what else a user can do, and where.

use super::shape::{Pointer, Route, choice, record};

choice! {
    /// How credentials are sent.
    SignIn {
        /// As JSON to the backend, by POST; the envelope judges.
        Json = "json" {
            /// Where.
            path "path": Route,
        },
        /// As a form to the app, which answers with an address; one with `error` in its query is a refusal.
        Form = "form" {
            /// Where.
            path "path": Route,
            /// Where in the answer the address is.
            url "url": Pointer,
        },
    }
}

choice! {
    /// How a session is ended.
    SignOut {
        /// By POST to the backend.
        Json = "json" {
            /// Where.
            path "path": Route,
            /// The name under which the refresh token is sent, to be declared dead.
            member "member": Option<&'static str>,
        },
        /// As a form to the app.
        Form = "form" {
            /// Where.
            path "path": Route,
        },
    }
}

record! {
    /// How an account is made.
    Register {
        /// Where, as JSON to the backend by POST; the answer is that of a sign-in.
        path "path": Route,
    }
}

record! {
    /// How the session's own data is changed.
    Update {
        /// Where, as JSON to the app by POST; the answer is the new session document.
        path "path": Route,
        /// The name under which the data is sent.
        member "member": &'static str,
    }
}

record! {
    /// How a provider's sign-in page is reached.
    RedirectSignIn {
        /// The backend's address which leads there.
        path "path": Route,
        /// The query parameter for the way back.
        parameter "parameter": &'static str,
    }
}

record! {
    /// Where it is said what a user may do.
    PermissionFields {
        /// The backend's list.
        path "path": Route,
        /// Where in the answer the codes are.
        list "list": Pointer,
        /// A boolean claim of the session: who has it may do everything.
        all "all": Option<Pointer>,
    }
}

record! {
    /// How a link that signs its bearer in is made.
    LinkFields {
        /// Where its token comes from, by POST.
        path "path": Route,
        /// Where in the answer the token is.
        token "token": Pointer,
        /// Where in the answer its end is, in seconds since 1970.
        expires "expires": Option<Pointer>,
        /// The parameter of a link that holds it, in its fragment or its query.
        parameter "parameter": &'static str,
    }
}

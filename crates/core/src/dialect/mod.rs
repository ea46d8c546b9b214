//! How one backend talks, as data: closed questions with closed answers.
//!
//! A dialect is one JSON object. The ones in `crates/core/dialects/` ship with twinfetch; a user's own object is read by
//! the same code and has the same rights. Unknown, missing and wrong fields are refused with their place.
//!
//! ```text
//!   credential   how a request proves who sends it
//!   tokens       which tokens a sign-in gives the client to keep
//!   identity     how a browser learns who is signed in
//!   seal         how a server reads the session cookie
//!   renewal      what to do when the credential is refused
//!   envelope     the wrapper around a payload, and where its message is
//!   csrf         how a request proves that it comes from the app's own pages
//!   signIn, redirect, register, signOut, update, permissions, link
//!                what else a user can do, and where
//! ```

mod axes;
mod check;
mod schema;
mod shape;
pub mod shipped;
mod unread;
mod verbs;

pub use axes::{
    Absence, Credential, Csrf, Envelope, Identity, JwsAlgorithm, Notice, Renewal, RequiredClaim, Seal, SealVersion,
    SessionFields, Site, TokenFields,
};
pub use schema::{Field, Schema, Variant};
pub use shape::{Pointer, Route};
pub use unread::{ServerOnly, Unread};
pub use verbs::{LinkFields, PermissionFields, RedirectSignIn, Register, SignIn, SignOut, Update};

use crate::document::Document;
use crate::error::{Code, Error};
use shape::{Shape, record};

record! {
    /// How one backend talks.
    Dialect {
        /// How a request proves who sends it.
        credential "credential": Credential,
        /// Which tokens a sign-in gives the client to keep; none where a session document or a cookie holds them.
        tokens "tokens": Option<TokenFields>,
        /// How a browser learns who is signed in.
        identity "identity": Identity,
        /// How a server reads the session cookie.
        seal "seal": ServerOnly<Seal>,
        /// What to do when the credential is refused.
        renewal "renewal": Renewal,
        /// The wrapper around a payload.
        envelope "envelope": Envelope,
        /// How a request proves that it comes from the app's own pages.
        csrf "csrf": Option<Csrf>,
        /// How credentials are sent.
        sign_in "signIn": Option<SignIn>,
        /// How a provider's sign-in page is reached.
        redirect "redirect": Option<RedirectSignIn>,
        /// How an account is made.
        register "register": Option<Register>,
        /// How a session is ended.
        sign_out "signOut": Option<SignOut>,
        /// How the session's own data is changed.
        update "update": Option<Update>,
        /// Where it is said what a user may do.
        permissions "permissions": Option<PermissionFields>,
        /// How a link that signs its bearer in is made.
        link "link": Option<LinkFields>,
        /// Transcripts which show the dialect at work; not needed at run time.
        examples "examples": Option<Unread<()>>,
    }
}

impl Dialect {
    /// Reads a dialect from its object. Its texts are kept as long as the process runs: read it once.
    ///
    /// # Errors
    /// `dialect_invalid`, with the JSON pointer of the first field that is unknown, missing or wrong.
    pub fn read<D: Document>(document: &D) -> Result<Self, Error> {
        Self::schema().check(document)?;
        Self::read_checked(document)
    }

    /// Reads a dialect that was checked against its schema before, as the npm package does in JavaScript.
    ///
    /// # Errors
    /// `dialect_invalid`, without a place.
    pub fn read_checked<D: Document>(document: &D) -> Result<Self, Error> {
        Shape::read(document).ok_or_else(|| Error::new(Code::DialectInvalid))
    }

    /// The fields a dialect may have, for generating types and checks in other languages.
    pub const fn schema() -> Schema {
        <Self as Shape>::SCHEMA
    }
}

#[cfg(feature = "json")]
impl Dialect {
    /// Reads a dialect from JSON text.
    ///
    /// # Errors
    /// `dialect_invalid`, with the place of what is wrong.
    ///
    /// ```
    /// use twinfetch_core::dialect::Dialect;
    /// let error = Dialect::from_json(r#"{ "credential": { "kind": "telepathy" } }"#).unwrap_err();
    /// assert!(error.message().contains("/credential/kind"));
    /// ```
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let document: serde_json::Value = serde_json::from_str(text).map_err(|error| {
            let message = format!("The dialect is not valid JSON: {error}.");
            Error::new(Code::DialectInvalid).with_message(message)
        })?;
        Self::read(&&document)
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::Dialect;

    /// What is said of the first shipped dialect after a change.
    macro_rules! refusal {
        (|$dialect:ident| $change:expr) => {{
            let mut document: serde_json::Value = serde_json::from_str(Dialect::SHIPPED[0].1).unwrap();
            let $dialect = &mut document;
            $change;
            Dialect::read(&&document).expect_err("refused").message().to_owned()
        }};
    }

    #[test]
    fn every_shipped_dialect_is_valid() {
        for (name, text) in Dialect::SHIPPED {
            Dialect::from_json(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test compares with the folder")]
    fn the_folder_and_the_list_agree() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("dialects");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        assert_eq!(names, Dialect::SHIPPED.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }

    #[test]
    fn an_unknown_field_is_refused_with_its_place() {
        assert!(refusal!(|dialect| dialect["identity"]["endpoin"] = 1.into()).contains("/identity/endpoin"));
        assert!(refusal!(|dialect| dialect["extra"] = 1.into()).contains("/extra"));
        assert!(
            refusal!(|dialect| dialect["identity"]["notices"][0]["x"] = 1.into()).contains("/identity/notices/0/x")
        );
    }

    #[test]
    fn a_missing_or_wrong_field_is_refused_with_its_place_and_the_choices() {
        let message = refusal!(|dialect| dialect["credential"] = serde_json::json!({ "kind": "telepathy" }));
        assert!(message.contains("/credential/kind") && message.contains("bearer"), "{message}");
        assert!(refusal!(|dialect| drop(dialect.as_object_mut().unwrap().remove("envelope"))).contains("/envelope"));
        assert!(refusal!(|dialect| dialect["identity"]["path"] = "//evil.test".into()).contains("/identity/path"));
        assert!(refusal!(|dialect| dialect["identity"]["session"]["user"] = "user".into()).contains("/user"));
    }
}

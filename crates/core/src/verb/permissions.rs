//! What a user may do.

use crate::dialect::PermissionFields;
use crate::document::Document;

/// What a user may do: the one rule for both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    all: bool,
    codes: Vec<String>,
}

impl Permissions {
    /// What a list of codes and the claims of a session allow.
    pub fn new<D: Document + Clone>(fields: &PermissionFields, codes: Vec<String>, claims: Option<&D>) -> Self {
        Self { all: Self::all(fields, claims), codes }
    }

    /// Whether the claims of a session allow everything.
    pub fn all<D: Document + Clone>(fields: &PermissionFields, claims: Option<&D>) -> bool {
        let claim = || claims?.at(fields.all.as_ref()?.as_str())?.boolean();
        claim() == Some(true)
    }

    /// Whether the user may do this.
    ///
    /// ```
    /// # use twinfetch_core::{dialect::Dialect, verb::Permissions};
    /// let fields = Dialect::cookie_jwt().permissions.unwrap();
    /// let claims = serde_json::json!({ "isSurperAdmin": false });
    /// let permissions = Permissions::new(&fields, vec!["account.user.read".to_owned()], Some(&&claims));
    /// assert!(permissions.can("account.user.read"));
    /// assert!(!permissions.can("account.user"));
    /// ```
    pub fn can(&self, code: &str) -> bool {
        self.all || self.codes.iter().any(|known| known == code)
    }

    /// The codes that the backend listed. Who may do everything can do more than is listed.
    pub fn codes(&self) -> &[String] {
        &self.codes
    }
}

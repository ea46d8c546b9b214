//! Reading a JSON document without owning it.
//!
//! A response body stays where the driver parsed it: `serde_json::Value` on a server, a JavaScript value in a
//! browser. The core looks at the few members it needs through [`Document`].

use crate::text;

/// A value of a parsed JSON document.
///
/// An implementation is a cheap handle: a reference, or a value that clones by counting.
pub trait Document: Sized {
    /// The member of an object by its name, or the item of an array by its index.
    fn member(&self, name: &str) -> Option<Self>;

    /// How many members an object has; `None` when this is not an object.
    fn size(&self) -> Option<usize>;

    /// The names of an object's members; `None` when this is not an object.
    fn names(&self) -> Option<Vec<String>>;

    /// The items of an array; `None` when this is not an array.
    fn items(&self) -> Option<Vec<Self>>;

    /// The text of a string; `None` when this is not a string.
    fn text(&self) -> Option<String>;

    /// The value of a number; `None` when this is not a number.
    fn number(&self) -> Option<f64>;

    /// The value of a boolean; `None` when this is not a boolean.
    fn boolean(&self) -> Option<bool>;

    /// Whether this is `null` (or, in JavaScript, `undefined`).
    fn is_null(&self) -> bool;

    /// The value at a JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)); the empty pointer is the whole.
    fn at(&self, pointer: &str) -> Option<Self>
    where
        Self: Clone,
    {
        let Some(("", tokens)) = text::cut(pointer, b'/') else { return pointer.is_empty().then(|| self.clone()) };
        let mut value = self.clone();
        for token in text::parts(tokens, b'/') {
            value = value.member(&unescape(token))?;
        }
        Some(value)
    }
}

/// Resolves `~0` and `~1`, in this order of their writing (RFC 6901 §4).
fn unescape(token: &str) -> String {
    let mut parts = text::parts(token, b'~');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (escaped, rest) = match part.as_bytes().first() {
            Some(b'0') => ("~", part.get(1..)),
            Some(b'1') => ("/", part.get(1..)),
            _ => ("", Some(part)),
        };
        name.push_str(escaped);
        name.push_str(rest.unwrap_or_default());
    }
    name
}

#[cfg(feature = "json")]
impl Document for &serde_json::Value {
    fn member(&self, name: &str) -> Option<Self> {
        match self {
            serde_json::Value::Array(items) => items.get(name.parse::<usize>().ok()?),
            other => other.get(name),
        }
    }

    fn size(&self) -> Option<usize> {
        self.as_object().map(serde_json::Map::len)
    }

    fn names(&self) -> Option<Vec<String>> {
        Some(self.as_object()?.keys().cloned().collect())
    }

    fn items(&self) -> Option<Vec<Self>> {
        Some(self.as_array()?.iter().collect())
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn is_null(&self) -> bool {
        serde_json::Value::is_null(self)
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::Document;
    use serde_json::json;

    #[test]
    fn pointers_follow_rfc_6901() {
        let document = json!({ "a/b": 1, "m~n": 2, "": 3, "list": [{ "x": "y" }] });
        let document = &document;
        assert_eq!(document.at("/a~1b").and_then(|value| value.number()), Some(1.0));
        assert_eq!(document.at("/m~0n").and_then(|value| value.number()), Some(2.0));
        assert_eq!(document.at("/").and_then(|value| value.number()), Some(3.0));
        assert_eq!(document.at("/list/0/x").and_then(|value| value.text()).as_deref(), Some("y"));
        assert!(document.at("").is_some());
        assert!(document.at("list").is_none());
        assert!(document.at("/list/1").is_none());
    }
}

//! The body of a request: what the caller gave, and the members that the core adds.

use std::borrow::Cow;

use serde_json::{Map, Value};
use twinfetch_core::call::{Content, Encoding, Members};
use twinfetch_core::error::Code;

use super::{Body, Failure};

impl Body {
    /// What a request carries, `None` when that is nothing.
    pub(super) fn of<'b>(content: &Content, given: Option<&'b Self>) -> Result<Option<Cow<'b, Self>>, Failure> {
        Ok(match content {
            Content::Nothing => None,
            Content::Caller => given.map(Cow::Borrowed),
            Content::Members(members) => Some(Cow::Owned(Self::of_members(members, given)?)),
        })
    }

    /// The client's own members, and those of the object that the caller gave.
    fn of_members(members: &Members, given: Option<&Self>) -> Result<Self, Failure> {
        let own = members.list.iter().map(|(name, text)| ((*name).to_owned(), Value::from(text.expose())));
        let mut all: Map<String, Value> = own.collect();
        if let Some(given) = given {
            let object = serde_json::from_slice::<Map<String, Value>>(&given.bytes);
            all.extend(object.map_err(|_| Failure::new(Code::CallInvalid, "the details are no JSON object"))?);
        }
        match members.encoding {
            Encoding::Json => {
                let bytes = Value::Object(all).to_string().into();
                Ok(Self { content_type: "application/json", bytes })
            }
            Encoding::Form => {
                let bytes = form(all)?.into();
                Ok(Self { content_type: "application/x-www-form-urlencoded", bytes })
            }
        }
    }
}

/// Members as a form ([URL](https://url.spec.whatwg.org/#concept-urlencoded-serializer)).
fn form(members: Map<String, Value>) -> Result<String, Failure> {
    let mut url = reqwest::Url::parse("http://form").map_err(|_| Failure::new(Code::CallInvalid, "form"))?;
    let texts = members.into_iter().map(|(name, value)| match value {
        Value::String(text) => (name, text),
        other => (name, other.to_string()),
    });
    url.query_pairs_mut().extend_pairs(texts);
    Ok(url.query().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use twinfetch_core::call::{Content, Encoding, Members};
    use twinfetch_core::secret::Secret;

    use super::Body;

    fn members(encoding: Encoding) -> Content {
        Content::Members(Members { encoding, list: vec![("csrfToken", Secret::new("a&b"))] })
    }

    fn given(value: &Value) -> Body {
        Body { content_type: "application/json", bytes: value.to_string().into() }
    }

    #[test]
    fn own_members_and_those_of_the_caller_are_one_object() {
        let given = given(&json!({ "email": "ada@example.com" }));
        let body = Body::of(&members(Encoding::Json), Some(&given)).unwrap().unwrap();
        let sent: Value = serde_json::from_slice(&body.bytes).unwrap();
        assert_eq!(sent, json!({ "csrfToken": "a&b", "email": "ada@example.com" }));
        assert_eq!(body.content_type, "application/json");
    }

    #[test]
    fn a_form_is_encoded_as_a_browser_does() {
        let given = given(&json!({ "name": "Ada L.", "age": 36, "old": false }));
        let body = Body::of(&members(Encoding::Form), Some(&given)).unwrap().unwrap();
        let mut pairs: Vec<_> = str::from_utf8(&body.bytes).unwrap().split('&').collect();
        pairs.sort_unstable();
        assert_eq!(pairs, ["age=36", "csrfToken=a%26b", "name=Ada+L.", "old=false"]);
        assert_eq!(body.content_type, "application/x-www-form-urlencoded");
    }

    #[test]
    fn what_is_no_object_is_refused_and_nothing_is_sent_where_nothing_goes() {
        assert!(Body::of(&members(Encoding::Json), Some(&given(&json!([1])))).is_err());
        let given = given(&json!({}));
        assert!(Body::of(&Content::Nothing, Some(&given)).unwrap().is_none());
        assert!(Body::of(&Content::Caller, None).unwrap().is_none());
        assert_eq!(Body::of(&Content::Caller, Some(&given)).unwrap().unwrap().bytes, given.bytes);
    }
}

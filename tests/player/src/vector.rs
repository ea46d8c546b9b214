use serde_json::{Map, Value};
use twinfetch_core::dialect::SealVersion;
use twinfetch_core::secret::Secret;

/// One vector, read member by member; what is missing or of another type is named in a sentence.
#[derive(Clone, Copy)]
pub(crate) struct Vector<'a>(&'a Value);

impl<'a> Vector<'a> {
    pub(crate) fn new(value: &'a Value) -> Self {
        Self(value)
    }

    pub(crate) fn value(self, name: &str) -> Result<&'a Value, String> {
        self.0.get(name).ok_or_else(|| format!("the vector has no member `{name}`"))
    }

    pub(crate) fn member(self, name: &str) -> Result<Vector<'a>, String> {
        self.value(name).map(Vector)
    }

    pub(crate) fn text(self, name: &str) -> Result<&'a str, String> {
        self.value(name)?.as_str().ok_or_else(|| wrong(name, "a text"))
    }

    /// A text, or nothing if the member is absent or null.
    pub(crate) fn optional_text(self, name: &str) -> Result<Option<&'a str>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or_else(|| wrong(name, "a text or null")),
        }
    }

    pub(crate) fn number(self, name: &str) -> Result<u64, String> {
        self.value(name)?.as_u64().ok_or_else(|| wrong(name, "a whole number"))
    }

    pub(crate) fn truth(self, name: &str) -> Result<bool, String> {
        self.value(name)?.as_bool().ok_or_else(|| wrong(name, "true or false"))
    }

    pub(crate) fn list(self, name: &str) -> Result<&'a [Value], String> {
        self.value(name)?.as_array().map(Vec::as_slice).ok_or_else(|| wrong(name, "a list"))
    }

    pub(crate) fn object(self, name: &str) -> Result<&'a Map<String, Value>, String> {
        self.value(name)?.as_object().ok_or_else(|| wrong(name, "an object"))
    }

    /// Bytes written in hexadecimal.
    pub(crate) fn bytes(self, name: &str) -> Result<Vec<u8>, String> {
        let text = self.text(name)?;
        let byte = |index: usize| text.get(index..index + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
        bytes.ok_or_else(|| wrong(name, "hexadecimal"))
    }

    pub(crate) fn version(self) -> Result<SealVersion, String> {
        match self.text("version")? {
            "v4" => Ok(SealVersion::V4),
            "v5" => Ok(SealVersion::V5),
            other => Err(format!("the version `{other}` is not known")),
        }
    }

    /// The secrets, which are one text or a list of them.
    pub(crate) fn secrets(self) -> Result<Vec<Secret>, String> {
        let secret = |value: &Value| value.as_str().map(Secret::new).ok_or_else(|| wrong("secret", "a text"));
        match self.value("secret")? {
            Value::Array(secrets) => secrets.iter().map(secret).collect(),
            one => Ok(vec![secret(one)?]),
        }
    }
}

fn wrong(name: &str, expected: &str) -> String {
    format!("the member `{name}` is not {expected}")
}

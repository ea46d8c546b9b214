//! When a server asks its client to come back, in all forms of it.

use chrono::{Duration, Utc};
use serde::{Deserialize, Serialize};

/// The value of `Retry-After` ([RFC 9110 section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum RetryAfter {
    /// So many seconds.
    Seconds(u64),
    /// A date so many seconds from now; one below zero has passed.
    Date {
        /// How it is written.
        form: DateForm,
        /// The distance from now.
        seconds: i64,
    },
    /// Any text, such as garbage or a number without end.
    Text(String),
}

/// The three forms of a date that clients must read ([RFC 9110 section 5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DateForm {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    Imf,
    /// `Sunday, 06-Nov-94 08:49:37 GMT`
    Rfc850,
    /// `Sun Nov  6 08:49:37 1994`
    Asctime,
}

impl DateForm {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Imf, Self::Rfc850, Self::Asctime];

    const fn pattern(self) -> &'static str {
        match self {
            Self::Imf => "%a, %d %b %Y %H:%M:%S GMT",
            Self::Rfc850 => "%A, %d-%b-%y %H:%M:%S GMT",
            Self::Asctime => "%a %b %e %H:%M:%S %Y",
        }
    }
}

impl RetryAfter {
    /// The value as it is sent now.
    pub(crate) fn value(&self) -> String {
        match self {
            Self::Seconds(seconds) => seconds.to_string(),
            Self::Date { form, seconds } => {
                (Utc::now() + Duration::seconds(*seconds)).format(form.pattern()).to_string()
            }
            Self::Text(text) => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_are_those_of_the_standard() {
        let moment = chrono::DateTime::from_timestamp(784_111_777, 0).unwrap();
        let written = DateForm::ALL.map(|form| moment.format(form.pattern()).to_string());
        assert_eq!(
            written,
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        );
    }
}

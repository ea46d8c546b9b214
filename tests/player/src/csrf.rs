use twinfetch_core::csrf;
use twinfetch_core::secret::Secret;

use crate::met;
use crate::report::{Outcome, Verdict};
use crate::vector::Vector;

/// Makes the cookie of a token, and plays every form that came with such a cookie.
pub(crate) fn play(vector: Vector<'_>) -> Verdict {
    let secret = Secret::new(vector.text("hash_input_secret")?);
    let cookie = csrf::cookie_value(vector.text("token")?, &secret);
    met("cookie", &vector.text("cookie_value")?, &cookie.as_str())?;
    for case in vector.list("cases")?.iter().map(Vector::new) {
        let what = format!("case {}", case.text("id")?);
        let (cookie, expected) = (case.optional_text("cookie")?.unwrap_or_default(), case.member("expect")?);
        let submitted = if case.truth("is_post")? { case.optional_text("body")?.unwrap_or_default() } else { "" };
        met(&what, &expected.truth("sets_new_cookie")?, &csrf::token(cookie, &secret).is_none())?;
        let verified = expected.value("verified")?.as_bool().unwrap_or(false);
        met(&what, &verified, &csrf::verified(cookie, submitted, &secret))?;
    }
    Ok(Outcome::Passed)
}

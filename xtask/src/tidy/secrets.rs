//! Secrets in tests are canaries, so that the guard of `tests/canary` can find them.

/// The tests that the guard reads along with.
const GUARDED: [&str; 3] = ["crates/server-client/tests/", "npm/tests/", "tests/backend/tests/"];

/// What comes before a secret, up to its quote.
const BEFORE: [&str; 10] = [
    "Secret::new(\"",
    ".bearer(\"",
    ".client_secret(\"",
    ".secrets([\"",
    "\"accessToken\": \"",
    "\"access_token\": \"",
    "\"refreshToken\": \"",
    "SECRET: &str = \"",
    "accessToken: '",
    "refreshToken: '",
];

/// What is shorter is no secret that could be told from chance, and stands for one that is wrong or missing.
const SHORTEST: usize = 6;

/// The places of a test where a secret is written that is no canary.
pub(super) fn judge(file: &str, text: &str) -> Vec<String> {
    let is_guarded = GUARDED.iter().any(|folder| file.starts_with(folder));
    let lines = text.lines().enumerate().filter(|(_, line)| is_guarded && has_secret(line));
    lines.map(|(number, _)| format!("{file}:{}: a secret of a test is made by tests/canary", number + 1)).collect()
}

fn has_secret(line: &str) -> bool {
    BEFORE.iter().flat_map(|before| line.split(before).skip(1).map(move |rest| (before, rest))).any(|(before, rest)| {
        let secret = before.chars().last().and_then(|quote| rest.split(quote).next()).unwrap_or_default();
        secret.len() >= SHORTEST && !secret.starts_with("CANARY-")
    })
}

#[cfg(test)]
mod tests {
    use super::judge;

    #[test]
    fn a_secret_that_the_guard_would_not_find_is_refused() {
        let file = "crates/server-client/tests/loopback/calls.rs";
        for line in [
            "Secret::new(\"no canary\")",
            "x.secrets([\"of the tests\"])",
            "json!({ \"accessToken\": \"an-access-token\" })",
            "accessToken: 'token-of-ada'",
        ] {
            assert_eq!(judge(file, line).len(), 1, "{line}");
            assert!(judge("crates/server-client/src/lib.rs", line).is_empty());
        }
        for line in ["Secret::new(canary(\"access\"))", "x.secrets([\"\"])", ".bearer(\"CANARY-access-1\")"] {
            assert!(judge(file, line).is_empty(), "{line}");
        }
    }
}

//! Where a token comes from, and where it goes.

use twinfetch_canary::canary;

use crate::stage::{Ended, Stage, TOKEN, program};

#[tokio::test]
async fn without_a_token_or_with_a_wrong_one_nobody_is_signed_in() {
    let stage = Stage::new().await;
    let url = stage.url("/api/export?bytes=10");
    let ended = stage.run_bare(&[&url]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""));
    assert!(ended.stderr.contains("--token-env"), "{}", ended.stderr);
    let wrong = canary("token");
    let output = program(stage.folder()).args([&url, "--token-env", TOKEN]).env(TOKEN, wrong).output().await.unwrap();
    let ended = Ended::of(&output);
    assert_eq!((ended.code, ended.stderr.contains(wrong)), (Some(3), false), "{}", ended.stderr);
    assert_eq!(stage.names(), [""; 0]);
}

#[tokio::test]
async fn a_variable_without_a_token_is_named_and_nothing_is_sent() {
    let stage = Stage::new().await;
    let url = stage.url("/api/export?bytes=10");
    for value in [None, Some(""), Some("two words"), Some("line\n"), Some("报")] {
        let mut program = program(stage.folder());
        program.args([&url, "--token-env", TOKEN]);
        if let Some(value) = value {
            program.env(TOKEN, value);
        }
        let ended = Ended::of(&program.output().await.unwrap());
        assert_eq!(ended.code, Some(2), "{value:?}");
        assert_eq!(ended.stderr, format!("twinfetch: The environment variable {TOKEN} holds no token.\n"));
    }
}

#[tokio::test]
async fn a_token_goes_over_plain_http_to_this_machine_only() {
    let stage = Stage::new().await;
    // No such host: who asked for it would end with another code.
    let ended = stage.run(["http://files.invalid/a"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("--allow-http"), "{}", ended.stderr);
    assert_eq!(stage.run(["http://files.invalid/a", "--allow-http", "--retry", "0"]).await.code, Some(5));
}

#[tokio::test]
async fn an_address_with_a_password_is_refused_and_not_repeated() {
    let stage = Stage::new().await;
    let password = canary("password");
    let ended = stage.run_bare(&[&format!("https://ada:{password}@localhost/a")]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(ended.stderr.contains("--token-env") && !ended.stderr.contains(password), "{}", ended.stderr);
}

//! Canaries in every secret place of a sign-in, shown to the guard in every way in which a caller might print what the client gives.

use serde_json::json;
use twinfetch_canary::{canary, logged, show, show_error, shown};

use crate::fake::{Fake, Signed};
use crate::visit::{Visit, callback, settings};

#[tokio::test]
async fn nothing_secret_is_written_anywhere() {
    let fake = Fake::new().await;
    let builder = settings(fake.url());
    show(&builder);
    let oauth = builder.build().unwrap();
    show(&oauth);
    let error = canary("error");
    for (signed, answer) in [
        (Signed::Rightly, None),
        (Signed::ClientSecret, None),
        (Signed::Rightly, Some((200, json!({ "access_token": canary("access") })))),
        (Signed::Rightly, Some((400, json!({ "error": error, "error_description": canary("description") })))),
        (Signed::Rightly, Some((302, json!(canary("answer"))))),
    ] {
        (fake.script().signed, fake.script().answer) = (signed, answer);
        let visit = Visit::begin(&oauth, Some(&format!("/{0}?{0}", canary("return")))).await;
        let code = fake.authorize(&visit);
        for query in [
            format!("code={code}&state={}", visit.state()),
            format!("code={code}&state={}", visit.state()),
            format!("error={error}&error_description={}&state={}", canary("description"), visit.state()),
            format!("code={code}&state={}", canary("state")),
            format!("code={code}&state={}&iss={}", visit.state(), canary("issuer")),
        ] {
            match visit.back(&oauth, &query).await {
                Ok(signed_in) => {
                    show(&(signed_in.identity(), &signed_in, signed_in.headers()));
                }
                Err(error) => {
                    show_error(&error);
                    shown(&error.log_detail());
                    show(&error.headers());
                }
            }
        }
        let garbage = format!("twinfetch.sign-in={0}.{0}..a.b", canary("cookie"));
        show(&callback(&oauth, &format!("code={}", canary("code")), &garbage).await);
    }

    let logged = logged();
    assert!(logged.contains("signed in") && logged.contains("no sign-in: id_token_invalid, alg"), "{logged}");
    assert!(logged.contains("hyper"), "the log of the libraries is watched too");
}

//! A sign-out ends what the cookie holds, what was renewed from it, and what is being renewed.

use serde_json::{Value, json};
use twinfetch_server_client::Code;

use super::backend::Backend;
use super::{client, content, kept, request, sealed, stale};

#[tokio::test]
async fn a_sign_out_ends_the_refresh_token_and_the_cookie() {
    let backend = Backend::new().await;
    let api = client(&backend).incoming(&request("ada", 1));
    assert!(api.sign_out().await.unwrap().server_told);
    assert_eq!(backend.logouts(), ["ada-refresh-1"]);
    let lines: Vec<_> = api.set_cookies().iter().map(|line| line.to_str().unwrap().to_owned()).collect();
    assert_eq!(lines, ["twinfetch.session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]);
    assert!(!api.session().await.unwrap().is_authenticated());
    assert_eq!(api.get::<Value>("/page").await.unwrap_err().code(), Code::Unauthorized);
}

#[tokio::test]
async fn an_expired_access_token_is_renewed_to_sign_out() {
    let backend = Backend::new().await;
    let api = client(&backend).incoming(&stale("ada"));
    assert!(api.sign_out().await.unwrap().server_told);
    assert_eq!((backend.refreshes(), backend.logouts()), (1, vec![json!("ada-refresh-2")]));
    assert_eq!(kept(&api.set_cookies()), None);
}

#[tokio::test]
async fn x_08_a_sign_out_with_the_old_cookie_ends_the_newest_pair() {
    let backend = Backend::new().await;
    let client = client(&backend);
    client.incoming(&stale("ada")).get::<Value>("/page").await.unwrap();
    let api = client.incoming(&stale("ada"));
    api.sign_out().await.unwrap();
    assert_eq!((backend.refreshes(), backend.logouts()), (1, vec![json!("ada-refresh-2")]));
}

#[tokio::test]
async fn x_08_no_cookie_of_an_ended_session_brings_it_back() {
    let backend = Backend::new().await;
    let client = client(&backend);
    let renewing = client.incoming(&stale("ada"));
    renewing.get::<Value>("/page").await.unwrap();
    let renewed = kept(&renewing.set_cookies()).unwrap();
    client.incoming(&stale("ada")).sign_out().await.unwrap();
    let refreshes = backend.refreshes();

    assert_eq!(kept(&renewing.set_cookies()), None, "an answer that leaves late");
    for headers in [stale("ada"), request("ada", 1), sealed(&renewed)] {
        let late = client.incoming(&headers);
        assert!(!late.session().await.unwrap().is_authenticated());
        assert_eq!(late.get::<Value>("/page").await.unwrap_err().code(), Code::Unauthorized);
        assert_eq!((late.set_cookies().len(), kept(&late.set_cookies())), (1, None));
    }
    assert_eq!(backend.refreshes(), refreshes);
    // Another session of the same user is another session.
    let mut other = content("ada", u64::MAX);
    other["sid"] = "11111111-1111-4111-8111-111111111111".into();
    assert_eq!(client.incoming(&sealed(&other)).get::<Value>("/page").await.unwrap()["id"], "ada");
}

#[tokio::test]
async fn x_08_a_late_answer_of_an_ended_session_leaves_the_cookie_of_who_signed_in_since() {
    let backend = Backend::refusing_together(2).await;
    let client = client(&backend);
    let refused = client.incoming(&stale("ada"));
    let page = {
        let api = refused.clone();
        tokio::spawn(async move { api.get::<Value>("/page").await })
    };
    backend.call_waits().await;
    let leaving = client.incoming(&stale("ada"));
    leaving.sign_out().await.unwrap();
    drop(page.await.unwrap());
    let renewed = client.incoming(&request("grace", 1));
    renewed.get::<Value>("/page").await.unwrap();
    client.incoming(&request("grace", 1)).sign_out().await.unwrap();

    assert_eq!((leaving.set_cookies().len(), kept(&leaving.set_cookies())), (1, None));
    // The browser has been told by the sign-out, and may have another session by now.
    for late in [refused, renewed] {
        assert!(late.set_cookies().is_empty());
    }
}

#[tokio::test]
async fn x_08_what_comes_late_of_a_session_leaves_the_cookie_of_who_signed_in_over_it() {
    let backend = Backend::new().await;
    let client = client(&backend);
    let renewed = client.incoming(&stale("ada"));
    renewed.get::<Value>("/page").await.unwrap();
    let entering = client.incoming(&request("ada", 1));
    entering.sign_in(&json!({ "email": "grace", "password": "p" })).await.unwrap();
    let late = client.incoming(&stale("ada"));
    assert_eq!(late.get::<Value>("/page").await.unwrap_err().code(), Code::Unauthorized);

    assert!(kept(&entering.set_cookies()).unwrap()["access_token"].as_str().unwrap().starts_with("grace"));
    for late in [renewed, late] {
        assert!(late.set_cookies().is_empty());
    }
}

#[tokio::test]
async fn x_08_a_sign_out_waits_for_the_renewal_of_another_request_and_ends_what_it_brought() {
    let backend = Backend::new().await;
    backend.hold();
    let client = client(&backend);
    let renewing = client.incoming(&stale("ada"));
    let page = {
        let api = renewing.clone();
        tokio::spawn(async move { api.get::<Value>("/page").await })
    };
    backend.refresh_asked().await;
    let leaving = client.incoming(&stale("ada"));
    let out = {
        let api = leaving.clone();
        tokio::spawn(async move { api.sign_out().await })
    };
    backend.release();
    assert!(out.await.unwrap().unwrap().server_told);
    drop(page.await.unwrap());
    assert_eq!((backend.refreshes(), backend.logouts()), (1, vec![json!("ada-refresh-2")]));
    for api in [&renewing, &leaving] {
        assert_eq!(kept(&api.set_cookies()), None);
    }
}

#[tokio::test]
async fn x_08_a_request_that_is_refused_during_a_sign_out_renews_nothing() {
    let backend = Backend::refusing_together(2).await;
    let client = client(&backend);
    let api = client.incoming(&stale("ada"));
    let page = tokio::spawn(async move { (api.get::<Value>("/page").await, api.set_cookies()) });
    backend.call_waits().await;
    // It is refused in the same moment, and renews to be heard; the page may not any more.
    let out = client.incoming(&stale("ada")).sign_out().await.unwrap();
    assert!(out.server_told);
    let (page, told) = page.await.unwrap();
    assert_eq!(page.unwrap_err().code(), Code::Unauthorized);
    assert_eq!(backend.refreshes(), 1);
    assert_eq!(kept(&told), None);
}

#[tokio::test]
async fn a_sign_out_that_cannot_be_told_ends_the_session_here() {
    let client = super::settings(&crate::scripted::nobody().await).build().unwrap();
    let api = client.incoming(&request("ada", 1));
    assert!(!api.sign_out().await.unwrap().server_told);
    assert_eq!((api.set_cookies().len(), kept(&api.set_cookies())), (1, None));
    let late = client.incoming(&request("ada", 1));
    assert!(!late.session().await.unwrap().is_authenticated());
}

#[tokio::test]
async fn a_sign_in_takes_the_place_of_who_was_signed_in() {
    let backend = Backend::new().await;
    let client = client(&backend);
    let api = client.incoming(&stale("grace"));
    api.get::<Value>("/page").await.unwrap();
    let ada = api.sign_in(&json!({ "email": "ada", "password": "p" })).await.unwrap();
    assert_eq!(ada.api().get::<Value>("/page").await.unwrap()["id"], "ada");
    assert_eq!(kept(&api.set_cookies()).unwrap()["access_token"], "ada-access-1");
    ada.api().sign_out().await.unwrap();
    assert_eq!((api.set_cookies().len(), kept(&api.set_cookies())), (1, None));
}

//! Whoever begins a renewal may leave: what it brought is there for the others, and for the next request.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, UNIX_EPOCH};

use axum::response::IntoResponse as _;
use http::StatusCode;
use serde_json::Value;
use twinfetch_server_client::Code;

use super::backend::Backend;
use super::{NOW, client, kept, settings, stale};

#[tokio::test]
async fn f_47_whoever_begins_may_be_cancelled_at_every_poll() {
    let mut polls = 0;
    loop {
        let backend = Backend::new().await;
        let client = client(&backend);
        let headers = stale("ada");
        let ended = {
            let api = client.incoming(&headers);
            let mut call = pin!(api.get::<Value>("/page").into_future());
            let mut left = polls;
            poll_fn(|context| {
                if left == 0 {
                    return Poll::Ready(None);
                }
                left -= 1;
                call.as_mut().poll(context).map(Some)
            })
            .await
        };
        let next = client.incoming(&headers);
        next.get::<Value>("/page").await.unwrap();
        assert_eq!(kept(&next.set_cookies()).unwrap()["access_token"], "ada-access-2", "after {polls} polls");
        assert_eq!(backend.refreshes(), 1, "after {polls} polls");
        if let Some(ended) = ended {
            ended.unwrap();
            assert!(polls > 3, "the call was cancelled while it waited");
            return;
        }
        polls += 1;
    }
}

#[tokio::test]
async fn f_47_the_others_get_what_a_cancelled_request_began() {
    let backend = Backend::new().await;
    backend.hold();
    let client = client(&backend);
    let begin = |path: &'static str| {
        let api = client.incoming(&stale("ada"));
        tokio::spawn(async move {
            let page = api.get::<Value>(path).await;
            page.map(|_| kept(&api.set_cookies()))
        })
    };
    let first = begin("/first");
    backend.refresh_asked().await;
    let others = [begin("/second"), begin("/third")];
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    backend.release();
    for other in others {
        assert_eq!(other.await.unwrap().unwrap().unwrap()["access_token"], "ada-access-2");
    }
    assert_eq!(backend.refreshes(), 1);
}

#[tokio::test]
async fn f_46_what_no_browser_was_told_is_told_with_the_next_answer() {
    let backend = Backend::new().await;
    let client = client(&backend);
    let headers = stale("ada");
    {
        let gone = client.incoming(&headers);
        gone.get::<Value>("/page").await.unwrap();
        // Its answer never leaves: the browser is gone, or the page's head was sent before.
    }
    let next = client.incoming(&headers);
    next.get::<Value>("/page").await.unwrap();
    assert_eq!(kept(&next.set_cookies()).unwrap()["refresh_token"], "ada-refresh-2");
    assert_eq!(backend.refreshes(), 1);
}

#[tokio::test]
async fn f_51_a_panic_inside_the_renewal_is_an_error_and_leaves_nothing_locked() {
    let backend = Backend::new().await;
    backend.hold();
    let fuse = Arc::new(AtomicBool::new(false));
    let clock = {
        let fuse = Arc::clone(&fuse);
        move || {
            assert!(!fuse.swap(false, Ordering::SeqCst), "the clock stops");
            UNIX_EPOCH + Duration::from_secs(NOW)
        }
    };
    let client = settings(backend.url()).clock(clock).build().unwrap();
    // Answered with a failure, so that the refresh token stays good.
    backend.answer_refresh(StatusCode::SERVICE_UNAVAILABLE.into_response());
    let api = client.incoming(&stale("ada"));
    let page = tokio::spawn(async move { (api.get::<Value>("/page").await.map(drop), api.set_cookies()) });
    backend.refresh_asked().await;
    fuse.store(true, Ordering::SeqCst);
    backend.release();
    let (page, told) = page.await.unwrap();
    assert_eq!(page.unwrap_err().code(), Code::CorePanicked);
    assert!(told.is_empty(), "the session stays as it is");
    assert!(!fuse.load(Ordering::SeqCst));
    backend.release();
    let next = client.incoming(&stale("ada"));
    next.get::<Value>("/page").await.unwrap();
    assert_eq!(kept(&next.set_cookies()).unwrap()["access_token"], "ada-access-2");
}

#[test]
fn a_renewal_whose_runtime_ended_keeps_nobody_from_the_next() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (server, first, second) = (runtime(), runtime(), runtime());
    let backend = server.block_on(Backend::new());
    let client = client(&backend);
    let signed_in = client.incoming(&stale("ada"));
    backend.hold();
    let api = signed_in.clone();
    first.spawn(async move { drop(api.get::<Value>("/first").await) });
    server.block_on(backend.refresh_asked());
    drop(first);
    // The backend has not spent the token for whoever hung up.
    backend.moved_on("ada", 1);
    backend.release();
    backend.release();
    let page = second.block_on(signed_in.get::<Value>("/second").into_future());
    assert_eq!(page.unwrap()["id"], "ada");
    assert_eq!(backend.refreshes(), 2);
}

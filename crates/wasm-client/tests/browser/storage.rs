//! Tokens that outlive the page.

use std::cell::RefCell;
use std::rc::Rc;

use twinfetch_core::error::Code;
use twinfetch_wasm_client::{Client, Options, Session, Settings, Storage, dialect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::cookies::{cookies, set_cookie};
use crate::script::{answer, begin, parse, release, requested, sent, settings, text, who};
use crate::verbs::{ADA, PAIR, body};

const KEY: &str = "twinfetch:http://backend.test";
const POSTS: &str = r#"{ "body": { "success": true, "data": [7] } }"#;
const REFUSED: &str = r#"{ "status": 401, "body": { "success": false } }"#;

#[wasm_bindgen(module = "/tests/browser/page.js")]
extern "C" {
    fn forbid();
    fn permit();
    async fn take_lock();
    async fn lock_is_wanted();
    fn leave_lock();
}

fn local() -> web_sys::Storage {
    web_sys::window().unwrap().local_storage().unwrap().unwrap()
}

fn session_storage() -> web_sys::Storage {
    web_sys::window().unwrap().session_storage().unwrap().unwrap()
}

fn cookie() -> Storage {
    Storage::Cookie { name: "accessToken".to_owned() }
}

fn clear() {
    local().clear().unwrap();
    session_storage().clear().unwrap();
    set_cookie("accessToken=; Path=/; Max-Age=0");
}

/// Settings for an empty browser.
fn kept_in(places: &[Storage]) -> Settings {
    clear();
    let answers = format!(r#"{{ "/auth/login": [{PAIR}], "/auth/me": [{ADA}], "/posts": [{POSTS}] }}"#);
    Settings { storage: places.to_vec(), ..settings(dialect::dual_token(), &answers) }
}

/// A client that Ada has signed in to, and the settings by which another page finds her tokens.
async fn signed_in(places: &[Storage], answers: &str) -> (Client, Settings) {
    let settings = kept_in(places);
    let client = Client::new(settings.clone()).unwrap();
    client.sign_in(body("{}")).await.unwrap();
    answer(answers);
    (client, settings)
}

fn entry(area: &web_sys::Storage) -> Option<(String, String, String)> {
    let entry = parse(&area.get_item(KEY).unwrap()?);
    let member = |name: &str| js_sys::Reflect::get(&entry, &name.into()).unwrap().as_string().unwrap_or_default();
    Some((member("access"), member("refresh"), member("mark")))
}

#[wasm_bindgen_test]
async fn tokens_outlive_the_page_where_they_are_kept_and_leave_no_trace_after_a_sign_out() {
    for (place, area) in [(Storage::LocalStorage, local()), (Storage::SessionStorage, session_storage())] {
        let (client, settings) =
            signed_in(&[place], &format!(r#"{{ "/posts": [{POSTS}], "/auth/logout": ["reject"] }}"#)).await;
        let (access, refresh, mark) = entry(&area).unwrap();
        assert_eq!((access.as_str(), refresh.as_str(), mark.is_empty()), ("a1", "r1", false));
        let next_page = Client::new(settings).unwrap();
        next_page.get("/posts", Options::default()).await.unwrap();
        assert_eq!(sent(), ["GET /posts Bearer a1"]);
        client.sign_out().await;
        assert_eq!((area.length().unwrap(), cookies().contains("accessToken")), (0, false));
    }
}

#[wasm_bindgen_test]
async fn tokens_are_in_memory_alone_unless_the_app_says_otherwise() {
    let (_, settings) = signed_in(&[], &format!(r#"{{ "/posts": [{REFUSED}] }}"#)).await;
    assert_eq!((local().length().unwrap(), session_storage().length().unwrap()), (0, 0));
    Client::new(settings).unwrap().get("/posts", Options::default()).await.unwrap_err();
    assert_eq!(sent(), ["GET /posts -"]);
}

#[wasm_bindgen_test]
async fn a_cookie_keeps_the_access_token_until_it_ends() {
    // {"exp":4102444800} and {"exp":1}
    let jwt = |payload| format!("e30.{payload}.s");
    let (lasting, ended) = (jwt("eyJleHAiOjQxMDI0NDQ4MDB9"), jwt("eyJleHAiOjF9"));
    for (token, kept) in [(&lasting, true), (&ended, false)] {
        let settings = kept_in(&[cookie()]);
        let pair = PAIR.replace("a1", token);
        answer(&format!(r#"{{ "/auth/login": [{pair}], "/auth/me": [{ADA}], "/posts": [{POSTS}] }}"#));
        Client::new(settings.clone()).unwrap().sign_in(body("{}")).await.unwrap();
        assert_eq!(cookies().contains(&format!("accessToken={token}")), kept);
        Client::new(settings).unwrap().get("/posts", Options::default()).await.unwrap();
        let bearer = if kept { format!("Bearer {token}") } else { "-".to_owned() };
        assert_eq!(sent().last().unwrap(), &format!("GET /posts {bearer}"));
    }
    clear();
}

#[wasm_bindgen_test]
async fn all_places_are_written_and_the_first_that_has_tokens_is_read() {
    let (_, settings) = signed_in(&[Storage::LocalStorage, cookie()], &format!(r#"{{ "/posts": [{POSTS}] }}"#)).await;
    assert!(cookies().contains("accessToken=a1") && entry(&local()).is_some());
    set_cookie("accessToken=c1; Path=/");
    Client::new(settings.clone()).unwrap().get("/posts", Options::default()).await.unwrap();
    local().clear().unwrap();
    Client::new(settings).unwrap().get("/posts", Options::default()).await.unwrap();
    assert_eq!(sent(), ["GET /posts Bearer a1", "GET /posts Bearer c1"]);
    clear();
}

#[wasm_bindgen_test]
async fn what_another_tab_renewed_is_used_and_the_spent_token_is_not_sent_again() {
    let (client, _) = signed_in(&[Storage::LocalStorage], &format!(r#"{{ "/posts": [{POSTS}] }}"#)).await;
    let (_, _, mark) = entry(&local()).unwrap();
    local().set_item(KEY, &format!(r#"{{"access":"a2","refresh":"r2","mark":"{mark}"}}"#)).unwrap();
    let received = client.get("/posts", Options::default()).await.unwrap();
    assert_eq!(text(&received.data), "[7]");
    assert_eq!(sent(), ["GET /posts Bearer a2"]);
    clear();
}

#[wasm_bindgen_test]
async fn what_another_tab_renews_during_a_call_repeats_it_but_not_as_another_user() {
    for (same, expected) in [(true, Ok(())), (false, Err(Code::Unauthorized))] {
        let (client, _) = signed_in(&[Storage::LocalStorage], r#"{ "/posts": ["hang"] }"#).await;
        let (_, _, mark) = entry(&local()).unwrap();
        let mark = if same { mark } else { "another".to_owned() };
        let calling = client.clone();
        let call = begin(async move { calling.get("/posts", Options::default()).await });
        requested("/posts", 1).await;
        local().set_item(KEY, &format!(r#"{{"access":"a2","refresh":"r2","mark":"{mark}"}}"#)).unwrap();
        release("/posts", REFUSED);
        if same {
            requested("/posts", 2).await;
            release("/posts", POSTS);
        }
        assert_eq!(call.end().await.map(drop).map_err(|error| error.code()), expected);
        let repeated = sent().iter().filter(|line| *line == "GET /posts Bearer a2").count();
        assert_eq!((repeated, sent().len()), if same { (1, 2) } else { (0, 1) });
    }
    clear();
}

#[wasm_bindgen_test]
async fn a_call_waits_for_the_tab_that_is_renewing_and_uses_what_that_brings() {
    let (client, _) = signed_in(&[Storage::LocalStorage], &format!(r#"{{ "/posts": [{REFUSED}, {POSTS}] }}"#)).await;
    let (_, _, mark) = entry(&local()).unwrap();
    take_lock().await;
    let call = begin(async move { client.get("/posts", Options::default()).await });
    lock_is_wanted().await;
    local().set_item(KEY, &format!(r#"{{"access":"a2","refresh":"r2","mark":"{mark}"}}"#)).unwrap();
    leave_lock();
    call.end().await.unwrap();
    assert_eq!(sent(), ["GET /posts Bearer a1", "GET /posts Bearer a2"]);
    clear();
}

#[wasm_bindgen_test]
async fn what_a_renewal_brings_never_overwrites_what_another_tab_has_kept_meanwhile() {
    let newer = PAIR.replace("a1", "a2").replace("r1", "r2");
    for (mark, kept) in [(None, true), (Some("of grace"), true), (None, false)] {
        let answers = format!(r#"{{ "/posts": [{REFUSED}], "/auth/refresh": ["hang"] }}"#);
        let (client, _) = signed_in(&[Storage::LocalStorage], &answers).await;
        let mark = mark.map_or_else(|| entry(&local()).unwrap().2, str::to_owned);
        let call = begin(async move { client.get("/posts", Options::default()).await });
        requested("/auth/refresh", 1).await;
        let text = format!(r#"{{"access":"g1","refresh":"h1","mark":"{mark}"}}"#);
        if kept {
            local().set_item(KEY, &text).unwrap();
        } else {
            local().remove_item(KEY).unwrap();
        }
        release("/auth/refresh", &newer);
        assert_eq!(call.end().await.unwrap_err().code(), Code::Unauthorized);
        assert_eq!(local().get_item(KEY).unwrap(), kept.then_some(text));
    }
    clear();
}

#[wasm_bindgen_test]
async fn a_renewal_is_kept_under_the_mark_of_its_sign_in() {
    let newer = PAIR.replace("a1", "a2").replace("r1", "r2");
    let (client, _) =
        signed_in(&[Storage::LocalStorage], &format!(r#"{{ "/auth/refresh": [{newer}], "/auth/me": [{ADA}] }}"#)).await;
    let (_, _, mark) = entry(&local()).unwrap();
    client.refresh().await.unwrap();
    assert_eq!(entry(&local()), Some(("a2".to_owned(), "r2".to_owned(), mark)));
    clear();
}

#[wasm_bindgen_test]
async fn a_sign_out_in_another_tab_counts_here() {
    let (client, _) = signed_in(&[Storage::LocalStorage], &format!(r#"{{ "/posts": [{REFUSED}] }}"#)).await;
    let told = Rc::new(RefCell::new(Vec::new()));
    let telling = told.clone();
    client.on_session(move |session: &Session<JsValue>| telling.borrow_mut().push(who(session)));
    local().clear().unwrap();
    client.get("/posts", Options::default()).await.unwrap_err();
    assert_eq!(sent(), ["GET /posts -"]);
    assert_eq!(*told.borrow(), ["anonymous"]);
}

#[wasm_bindgen_test]
async fn where_a_browser_keeps_nothing_tokens_stay_in_memory() {
    forbid();
    let (client, _) = signed_in(&[Storage::LocalStorage], &format!(r#"{{ "/posts": [{POSTS}] }}"#)).await;
    permit();
    client.get("/posts", Options::default()).await.unwrap();
    assert_eq!(sent(), ["GET /posts Bearer a1"]);
}

#[wasm_bindgen_test]
async fn what_somebody_else_wrote_is_no_token() {
    for written in ["", "null", "[]", "{\"access\":7}", "{\"access\":\"a\\nb\"}", "{"] {
        let settings = kept_in(&[Storage::LocalStorage]);
        local().set_item(KEY, written).unwrap();
        let client = Client::new(settings).unwrap();
        client.get("/posts", Options::default()).await.unwrap();
        assert_eq!(sent(), ["GET /posts -"], "{written}");
    }
    clear();
}

//! Cookies as a browser may hold them, however they came there.

use std::borrow::Cow;
use std::collections::BTreeMap;

use proptest::prelude::*;
use twinfetch_core::cookie::{Cookies, SessionCookie, SetCookie};

const NAME: &str = "authjs.session-token";

fn session_cookie() -> SessionCookie {
    SessionCookie { name: NAME.into(), chunk_size: 40, secure: true }
}

fn header(jar: &BTreeMap<String, String>) -> String {
    jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

/// What a browser makes of `Set-Cookie` headers.
fn keep(jar: &mut BTreeMap<String, String>, lines: &[SetCookie]) {
    for line in lines {
        if line.max_age == Some(0) {
            jar.remove(&line.name);
        } else {
            let text = line.to_string();
            let value = text.split(['=', ';']).nth(1).unwrap_or_default();
            jar.insert(line.name.clone(), value.to_owned());
        }
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(NAME.to_owned()),
        (0..20_u8).prop_map(|index| format!("{NAME}.{index}")),
        "[a-zA-Z._-]{1,8}".prop_map(|end| format!("{NAME}{end}")),
        "[a-zA-Z_-]{1,12}",
    ]
}

fn jar() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map(name(), "[A-Za-z0-9_.-]{0,12}", 0..12)
}

proptest! {
    #[test]
    fn any_header_is_read(bytes in any::<Vec<u8>>()) {
        let cookies = Cookies::parse([bytes.as_slice()]);
        let _ = cookies.session(NAME);
        let _ = session_cookie().clear(&cookies);
    }

    #[test]
    fn what_is_written_over_anything_is_read_back(mut jar in jar(), value in "[A-Za-z0-9_.|-]{1,600}") {
        let received = header(&jar);
        let lines = session_cookie().write(&Cookies::parse([received.as_bytes()]), &value, None).unwrap();
        keep(&mut jar, &lines);
        let sent = header(&jar);
        let read = Cookies::parse([sent.as_bytes()]).session(NAME).unwrap().map(Cow::into_owned);
        prop_assert_eq!(read, Some(value));
    }

    #[test]
    fn what_is_cleared_is_gone(mut jar in jar()) {
        let received = header(&jar);
        keep(&mut jar, &session_cookie().clear(&Cookies::parse([received.as_bytes()])));
        let sent = header(&jar);
        prop_assert_eq!(Cookies::parse([sent.as_bytes()]).session(NAME), Ok(None));
    }

    #[test]
    fn a_stranger_changes_nothing(jar in jar(), end in "[a-zA-Z_-][a-zA-Z0-9._-]{0,8}") {
        let alone = header(&jar);
        let together = format!("{NAME}{end}=stray; {alone}; {NAME}.{end}=stray");
        let read = |text: &str| Cookies::parse([text.as_bytes()]).session(NAME).map(|value| value.map(Cow::into_owned));
        prop_assert_eq!(read(&together), read(&alone));
    }
}

#[test]
fn a_hundred_thousand_cookies_are_read_at_once() {
    let many = "authjs.session-token.0=a; ".repeat(100_000);
    let cookies = Cookies::parse([many.as_bytes()]);
    assert_eq!(cookies.session(NAME).unwrap().as_deref(), Some("a"));
    assert_eq!(cookies.session_names(NAME), ["authjs.session-token.0"]);
}

//! Odd spellings of paths and of `Location` (R-02, R-03, R-06): whatever is accepted means to a real URL parser what it means here, and
//! stays on the origin.

use std::cell::Cell;
use std::sync::LazyLock;

use proptest::prelude::{Strategy, any, prop};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reqwest::Url;
use twinfetch_core::address::{BaseUrl, Path};
use twinfetch_core::call::{Call, Method};
use twinfetch_core::dialect::Dialect;
use twinfetch_core::exchange::{Exchange, Step};
use twinfetch_core::head::Head;
use twinfetch_core::session::Presented;

const BASE: &str = "http://h.test:8080/v1";

const CASES: u32 = 20_000;

// A dialect is read once and never given back.
static DIALECT: LazyLock<Dialect> = LazyLock::new(Dialect::authjs);

/// What attacks are made of.
const PIECES: &[&str] = &[
    "http",
    "https",
    "HTTP",
    "ftp",
    "file",
    "javascript",
    "data",
    "blob",
    "ws",
    ":",
    "//",
    "/",
    "///",
    "\\",
    "/\\",
    "@",
    "h.test",
    "h.test.",
    "H.TEST",
    "h.test:8080",
    "h.test:08080",
    "h.test:80",
    "evil.test",
    "h.test.evil.test",
    "h.test:8080.evil.test",
    "user:pw@",
    "h.test:8080@evil.test",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.1",
    "[::1]",
    "[::ffff:7f00:1]",
    "%2e",
    "%2E%2e",
    ".",
    "..",
    "%2f",
    "%5c",
    "%09",
    "%00",
    ";",
    "?",
    "?a=b",
    "#",
    "#f",
    "a",
    "v1",
    "b c",
    "\t",
    "\n",
    "\r",
    " ",
    "\0",
    "\u{7f}",
    "\u{e9}",
    "\u{ff20}",
    "\u{2215}",
    "\u{3002}",
    "xn--h-",
    "*",
    "~",
    "&",
    "=",
    "%",
    "%zz",
    "|",
    "^",
    "`",
    "{",
    "}",
    "<",
    ">",
    "\"",
    "'",
];

fn spelling() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES).prop_map(str::to_owned);
    let other = any::<char>().prop_map(String::from);
    prop::collection::vec(proptest::prop_oneof![9 => piece, 1 => other], 0..8).prop_map(|pieces| pieces.concat())
}

/// Where the next request goes after a redirect; `None` when it is refused.
fn redirected(location: &str) -> Option<String> {
    let base = BaseUrl::parse(BASE, "base").unwrap();
    let call = Call::new(Method::Get, Path::parse("/from/here?q=1", &base).unwrap());
    let Step::Send(exchange, _) = Exchange::start(&DIALECT, &base, call, Ok(Presented::default())) else {
        panic!("nothing is sent")
    };
    let head = Head { status: 302, location: Some(location.to_owned()), ..Head::default() };
    match exchange.answered(Ok(head)) {
        Step::Send(_, request) => Some(request.url),
        _ => None,
    }
}

fn is_at_home(url: &Url) -> bool {
    let base = Url::parse(BASE).unwrap();
    url.origin() == base.origin() && url.username().is_empty() && url.password().is_none()
}

/// Holds a claim against many spellings; it says whether one was accepted at all.
fn hold(claim: impl Fn(&str) -> bool) {
    let config = Config { failure_persistence: None, ..Config::with_cases(CASES) };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let accepted = Cell::new(0);
    let outcome = runner.run(&spelling(), |spelling| {
        accepted.set(accepted.get() + u32::from(claim(&spelling)));
        Ok(())
    });
    println!("{CASES} spellings, {} accepted", accepted.get());
    outcome.unwrap();
    assert!(accepted.get() > CASES / 200, "nearly nothing is accepted, so that little is shown");
}

#[test]
fn r_06_a_redirect_that_is_followed_leads_where_a_url_parser_says_and_stays_at_home() {
    let here = Url::parse(&format!("{BASE}/from/here?q=1")).unwrap();
    hold(|location| {
        let Some(url) = redirected(location) else { return false };
        let (ours, theirs) = (Url::parse(&url).unwrap(), here.join(location).unwrap());
        assert!(is_at_home(&ours), "{location:?} leads to {url:?}");
        assert_eq!((ours.path(), ours.query()), (theirs.path(), theirs.query()), "{location:?}");
        true
    });
}

#[test]
fn r_02_a_path_that_is_accepted_stays_below_the_base_url() {
    let base = BaseUrl::parse(BASE, "base").unwrap();
    hold(|rest| {
        let forms = [rest.to_owned(), format!("/{rest}"), format!("{BASE}{rest}"), format!("{BASE}/{rest}")];
        let accepted = forms.iter().filter_map(|path| Path::parse(path, &base).ok());
        accepted.fold(false, |_, path| {
            let url = Url::parse(&base.join(&path)).unwrap();
            assert!(is_at_home(&url) && url.path().starts_with("/v1/"), "{path:?} is {url}");
            assert_eq!(format!("/v1{}", path.route()), url.path(), "another path to a URL parser");
            true
        })
    });
}

#[test]
fn r_03_a_base_url_that_is_accepted_is_the_same_to_a_url_parser() {
    hold(|rest| {
        let url = format!("http://{rest}");
        let Ok(base) = BaseUrl::parse(&url, "base") else { return false };
        // What a URL parser refuses is a setting that no client can be built with.
        let Ok(ours) = Url::parse(base.as_str()) else { return false };
        assert_eq!(ours.origin(), Url::parse(&url).unwrap().origin(), "{url:?}");
        assert!(ours.username().is_empty() && ours.password().is_none());
        true
    });
}

#[test]
fn r_06_redirects_that_are_odd_but_plain_are_followed_and_the_others_are_not() {
    for (location, expected) in [
        ("to", "http://h.test:8080/v1/from/to"),
        ("/to?a=b#f", "http://h.test:8080/to?a=b"),
        ("//H.TEST:8080/to", "http://h.test:8080/to"),
        ("HTTP://h.test:8080/to", "http://h.test:8080/to"),
        ("/to?next=https://evil.test/", "http://h.test:8080/to?next=https://evil.test/"),
    ] {
        assert_eq!(redirected(location).as_deref(), Some(expected), "{location}");
    }
    for location in [
        "http:to",
        "https:evil.test",
        "http:///evil.test",
        "///evil.test",
        "http://h.test.:8080/",
        "http://h.test:8080@evil.test/",
        "http://2130706433/",
        "http://127.1:8080/",
        "http://h.test:08080/",
        "http://h.test:/",
        "http://h.test:8080.evil.test/",
        "http://h%2etest:8080/",
        "/a/%2e%2e/b",
        "/.%2e/",
        "blob:http://h.test:8080/x",
        "ws://h.test:8080/",
        "file://h.test:8080/",
        "data:text/html,x",
        "javascript:alert(1)",
        "\thttp://h.test:8080/",
        "http://h.test:8080/\r\nx: y",
        "http://h.test\u{ff1a}8080/",
    ] {
        assert_eq!(redirected(location), None, "{location:?}");
    }
}

use tokio::io::AsyncWriteExt as _;
use twinfetch_faults::{Break, Cut, Fault, FaultServer, File, Pace, Ranges, Rule, Script, Tag};

use crate::raw::{GET, answer, connect};

#[tokio::test]
async fn what_came_is_on_record_with_its_body_and_its_connection() {
    let server = FaultServer::start(Script::default()).await.unwrap();
    let mut first = connect(&server).await;
    first.write_all(b"POST /a HTTP/1.1\r\nX-One: 1\r\ncontent-length: 5\r\n\r\nhello").await.unwrap();
    answer(&mut first).await;
    let mut second = connect(&server).await;
    second.write_all(b"PUT /b HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n").await.unwrap();
    answer(&mut second).await;
    second.write_all(GET.as_bytes()).await.unwrap();
    answer(&mut second).await;

    let record = server.record();
    assert_eq!((record.connections, record.total), (2, 3));
    let [post, put, get] = [&record.requests[0], &record.requests[1], &record.requests[2]];
    assert_eq!((post.method.as_str(), post.path.as_str(), post.header("x-one")), ("POST", "/a", Some("1")));
    assert_eq!((post.body.as_str(), post.body_bytes, post.complete), ("hello", 5, true));
    assert_eq!((put.body.as_str(), put.body_bytes, put.complete), ("abc", 3, true));
    assert_eq!((get.method.as_str(), get.path.as_str(), get.number), ("GET", "/a?b=c", 3));
    assert_eq!([post.connection, put.connection, get.connection], [1, 2, 2]);

    server.play(Script::default());
    assert_eq!(server.record().total, 0);
    assert_eq!((server.counts().requests, server.counts().open), (0, 2));
}

#[tokio::test]
async fn a_page_of_another_origin_may_read_what_is_shared_with_it() {
    let script = Script::always(Fault::HtmlPage).allow_origin("http://page");
    let server = FaultServer::start(script).await.unwrap();
    let mut socket = connect(&server).await;
    let preflight = "OPTIONS /a HTTP/1.1\r\naccess-control-request-method: POST\r\n\
                     access-control-request-headers: x-one\r\n\r\n";
    socket.write_all(preflight.as_bytes()).await.unwrap();
    let (head, _) = answer(&mut socket).await;
    assert!(head.starts_with("HTTP/1.1 204 ") && head.contains("access-control-allow-headers: x-one\r\n"), "{head}");
    socket.write_all(GET.as_bytes()).await.unwrap();
    let (head, _) = answer(&mut socket).await;
    assert!(head.contains("access-control-allow-origin: http://page\r\n"), "{head}");
    assert_eq!(server.record().total, 1);
}

#[tokio::test]
async fn each_fault_has_a_name_of_its_own_kind_and_none_is_left_out() {
    let unknown = serde_json::from_str::<Fault>(r#"{"kind":"?"}"#).unwrap_err().to_string();
    let kinds: Vec<_> = unknown.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert!(kinds.len() > 40, "{unknown}");
    let names: Vec<_> = Fault::each().iter().map(Fault::name).collect();
    for kind in kinds {
        assert!(names.contains(&kind), "{kind} is not among Fault::each()");
    }
}

#[tokio::test]
async fn a_script_is_the_same_in_json() {
    let script = Script::default()
        .rule(Rule::new(Fault::DripBody { milliseconds: 5 }).path("/a*").nth(2).times(3))
        .rule(Rule::new(Fault::LengthAndChunked).method("POST").share(0.5).reaches_backend())
        .backend("http://localhost:1");
    let text = serde_json::to_string(&script).unwrap();
    assert_eq!(serde_json::from_str::<Script>(&text).unwrap(), script);
    for wrong in [
        r#"{"rule":[]}"#,
        r#"{"rules":[{"fault":{"kind":"garbage"},"nht":1}]}"#,
        r#"{"rules":[{"fault":{"kind":"file","sise":1}}]}"#,
    ] {
        assert!(serde_json::from_str::<Script>(wrong).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn a_file_reads_in_json_as_in_the_readme() {
    let file = File {
        size: 5_000_000_000,
        tag: Tag::Weak,
        ranges: Ranges::Shifted(1),
        cut: Some(Cut::offsets([1_000, 70_000]).by(Break::Reset)),
        headers: vec![("content-type".to_owned(), "text/csv".to_owned())],
        ..File::default()
    };
    let script = Script::default()
        .rule(Rule::new(Fault::File(file)).worn(50))
        .rule(Rule::new(Fault::CutAnswer(Cut::after(1000))))
        .rule(Rule::new(Fault::SlowUpload(Pace { bytes: 1000, milliseconds: 5 })));
    let text = r#"{ "rules": [
        { "fault": {
            "kind": "file", "size": 5000000000, "tag": "weak", "ranges": { "shifted": 1 },
            "cut": { "at": { "offsets": [1000, 70000] }, "by": "reset" },
            "headers": [["content-type", "text/csv"]]
        }, "worn": 50 },
        { "fault": { "kind": "cut_answer", "at": { "after": 1000 } } },
        { "fault": { "kind": "slow_upload", "bytes": 1000, "milliseconds": 5 } }
    ] }"#;
    assert_eq!(serde_json::from_str::<Script>(text).unwrap(), script);
    let written = serde_json::to_string(&script).unwrap();
    assert_eq!(serde_json::from_str::<Script>(&written).unwrap(), script);
}

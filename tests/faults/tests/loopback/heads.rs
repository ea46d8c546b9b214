use twinfetch_faults::Fault;

use crate::raw::met;

#[tokio::test]
async fn hostile_heads_are_written_as_they_are_named() {
    let body = "{\"request\":1}";
    let good = "HTTP/1.1 200 Scripted\r\ncontent-type: application/json\r\ncontent-length: 13\r\n";
    let open = "HTTP/1.1 200 Scripted\r\ncontent-type: application/json\r\n";
    for (fault, text) in [
        (Fault::Garbage, "\u{1}\u{2} nonsense\r\n\r\n".to_owned()),
        (Fault::FoldedHeader, format!("{good}x-folded: one\r\n two\r\n\r\n{body}")),
        (Fault::NulInHeader, format!("{good}x-nul: a\0b\r\n\r\n{body}")),
        (Fault::BareLineFeeds, format!("{good}\r\n{body}").replace("\r\n", "\n")),
        (
            Fault::LengthAndChunked,
            format!("{open}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{good}\r\n{body}"),
        ),
        (Fault::TwoLengths, format!("{good}content-length: 14\r\n\r\n{body}")),
        (Fault::NegativeLength, format!("{open}content-length: -1\r\n\r\n{body}")),
        (Fault::UnknownCoding, format!("{open}transfer-encoding: x-unknown\r\n\r\n{body}")),
    ] {
        let ended = met(fault.clone()).await;
        assert_eq!((ended.text, ended.by_reset), (text, false), "{fault:?}");
    }
}

#[tokio::test]
async fn large_heads_are_as_large_as_they_say() {
    let huge = met(Fault::HugeHeader { bytes: 600 << 10 }).await.text;
    let value = huge.lines().find_map(|line| line.strip_prefix("x-huge: ")).unwrap();
    assert_eq!(value.len(), 600 << 10);
    let many = met(Fault::ManyHeaders { count: 10_000 }).await.text;
    assert_eq!(many.lines().filter(|line| line.starts_with("x-")).count(), 10_000);
}

//! Over real connections: a browser that goes on with a download, one that leaves, and one that is slow.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use twinfetch_faults::{Break, Cut, Fault, FaultServer, File, Length, Script, Tag};
use twinfetch_server_client::ServerClient;

use super::Stage;
use crate::stage::{SIZE, take};

/// The app on a port of its own.
async fn serve(stage: &Stage) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (app, mut serving) = (stage.app.clone(), JoinSet::new());
    serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
    (address, serving)
}

/// A plain connection, on which the file was asked for.
async fn browser(address: &str) -> TcpStream {
    let mut browser = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /report HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    browser.write_all(request.as_bytes()).await.unwrap();
    browser
}

#[tokio::test]
async fn a_download_that_breaks_off_before_the_browser_is_gone_on_with_through_this_server() {
    let file = File { size: SIZE, ..File::default() };
    let stage = Stage::of(&file).await;
    let (address, _serving) = serve(&stage).await;
    // Between the browser and this server.
    let cuts = Cut::offsets([SIZE / 5, SIZE / 3, SIZE / 2, SIZE - 1]);
    let network = Script::always(Fault::CutAnswer(cuts)).backend(format!("http://{address}"));
    let network = FaultServer::start(network).await.unwrap();
    let client = ServerClient::builder().base_url(network.url()).secrets(["s"]).build().unwrap();
    let report = client.background().get("/report").download().await.unwrap();
    assert_eq!((report.name(), report.length(), report.etag()), ("file.bin", Some(SIZE), Some("\"file-0-3000000\"")));
    take(report).await.is_whole(&file);
    let record = stage.backend.record();
    let ranges: Vec<_> = record.requests.iter().map(|seen| seen.header("range")).collect();
    let rest = ["bytes=600000-", "bytes=1000000-", "bytes=1500000-", "bytes=2999999-"];
    assert_eq!(ranges, [&[None][..], &rest.map(Some)].concat());
    assert!(record.requests.iter().skip(1).all(|seen| seen.header("if-range") == Some("\"file-0-3000000\"")));
}

#[tokio::test]
async fn a_browser_that_leaves_ends_the_exchange_with_the_backend() {
    let stalls = File { size: SIZE, cut: Some(Cut::after(SIZE / 2).by(Break::Stall)), ..File::default() };
    for fault in [Fault::File(stalls), Fault::File(File { size: 5 << 30, ..File::default() }), Fault::Silence] {
        let stage = Stage::new(Script::always(fault.clone())).await;
        let (address, _serving) = serve(&stage).await;
        let mut browser = browser(&address).await;
        if fault == Fault::Silence {
            stage.backend.until(|counts| counts.played == 1).await;
        } else {
            browser.read_exact(&mut vec![0; 100_000]).await.unwrap();
        }
        assert_eq!(stage.backend.counts().open, 1);
        drop(browser);
        stage.backend.until(|counts| counts.open == 0).await;
        assert_eq!(stage.backend.record().total, 1);
    }
}

#[tokio::test]
async fn a_break_is_one_to_the_browser_as_well() {
    for length in [Length::Announced, Length::Chunked] {
        let file = File { size: SIZE, tag: Tag::None, length, cut: Some(Cut::after(SIZE / 2)), ..File::default() };
        let stage = Stage::of(&file).await;
        let (address, _serving) = serve(&stage).await;
        let mut answer = Vec::new();
        // It may be an end or a reset; that the connection goes is the point.
        let _ = browser(&address).await.read_to_end(&mut answer).await;
        assert!(answer.len() as u64 > SIZE / 4 && (answer.len() as u64) < SIZE, "{}", answer.len());
        assert!(!answer.ends_with(b"\r\n0\r\n\r\n"), "the last chunk came");
    }
}

//! R-01 for files: redirects stay in the origin, and nothing of the session leaves it.

use twinfetch_faults::{Cut, Fault, FaultServer, File, Rule, Script};
use twinfetch_server_client::Code;

use crate::stage::{SIZE, Stage, is_showable};

fn to(location: &str) -> Fault {
    Fault::Redirect { status: 302, location: location.to_owned() }
}

#[tokio::test]
async fn r_01_a_file_that_is_elsewhere_is_not_asked_for() {
    let elsewhere = FaultServer::start(Script::default()).await.unwrap();
    let target = format!("{}/file.bin", elsewhere.url());
    let stage = Stage::new(Script::always(to(&target))).await;
    let error = stage.ask().await.unwrap_err();
    assert_eq!(error.code(), Code::RedirectRefused);
    is_showable(&error);
    let cut = File { size: SIZE, cut: Some(Cut::after(SIZE / 2)), ..File::default() };
    stage.server.play(Script::first([Fault::File(cut.clone()), to(&target)]));
    stage.take().await.broke_off(Code::RedirectRefused, &cut);
    assert_eq!(elsewhere.record().connections, 0);
}

#[tokio::test]
async fn r_01_a_redirect_within_the_origin_is_followed_each_time_and_the_file_is_one() {
    let cut = File { size: SIZE, cut: Some(Cut::after(SIZE / 2)), ..File::default() };
    let script = Script::default()
        .rule(Rule::new(to("/moved/here?part=1")).path("/private/file.bin"))
        .rule(Rule::new(Fault::File(cut.clone())).path("/moved/here"));
    let stage = Stage::new(script).await;
    stage.take().await.is_whole(&cut);
    let record = stage.server.record();
    let asked: Vec<_> =
        record.requests.iter().map(|seen| (seen.path.split('?').next(), seen.header("range"))).collect();
    let (here, there) = (Some("/private/file.bin"), Some("/moved/here"));
    let rest = Some("bytes=1500000-");
    assert_eq!(asked, [(here, None), (there, None), (here, rest), (there, rest)]);
}

//! Redirects that lead in circles, or away.

use twinfetch_faults::{Fault, FaultServer, Script};
use twinfetch_server_client::{Code, Sent};

use crate::stage::{Stage, travelled};

#[tokio::test]
async fn f_22_a_loop_and_too_many_hops_end() {
    for fault in [
        Fault::RedirectLoop { status: 302 },
        Fault::RedirectLoop { status: 308 },
        Fault::RedirectHops { status: 307, hops: 20 },
    ] {
        let mut stage = Stage::new(Script::always(fault)).await;
        let error = stage.get().await.failed(Code::TooManyRedirects);
        assert!(!error.retryable());
        assert_eq!((travelled(&error), stage.server.record().total), ((Sent::Acknowledged, 11), 11));
        stage.goes_on().await;
    }
    let mut stage = Stage::new(Script::always(Fault::RedirectHops { status: 303, hops: 10 })).await;
    assert_eq!(stage.get().await.outcome.unwrap()["request"], 11);
}

#[tokio::test]
async fn f_22_a_redirect_to_another_origin_or_scheme_is_refused_and_nothing_is_sent_there() {
    let foreign = FaultServer::start(Script::default()).await.unwrap();
    let token = twinfetch_canary::canary("location");
    for location in [
        format!("{}/x?{token}", foreign.url()),
        format!("//127.0.0.1:{}/x?{token}", foreign.port()),
        format!("https://127.0.0.1:{}/x?{token}", foreign.port()),
        "file:///etc/passwd".to_owned(),
        "javascript:alert(1)".to_owned(),
        "data:application/json,1".to_owned(),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let mut stage = Stage::new(Script::always(Fault::Redirect { status, location: location.clone() })).await;
            for error in
                [stage.get().await.failed(Code::RedirectRefused), stage.post().await.failed(Code::RedirectRefused)]
            {
                assert!(!error.retryable());
                assert_eq!(travelled(&error), (Sent::Acknowledged, 1));
            }
            assert_eq!(stage.server.record().total, 2);
        }
    }
    assert_eq!((foreign.record().connections, foreign.record().total), (0, 0));
}

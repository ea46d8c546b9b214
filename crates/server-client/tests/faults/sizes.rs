//! Bodies that are too large, or packed.

use twinfetch_faults::{Fault, Script};
use twinfetch_server_client::{Code, Sent};

use crate::stage::{Stage, travelled};

#[tokio::test]
async fn f_20_a_body_beyond_the_limit_is_refused_announced_or_not() {
    for announced in [true, false] {
        let script = Script::always(Fault::HugeBody { bytes: 5 << 30, announced });
        let mut stage = Stage::with(script, |builder| builder.body_limit(1 << 20)).await;
        let error = stage.get().await.failed(Code::ResponseTooLarge);
        assert!(!error.retryable());
        assert_eq!((travelled(&error), stage.server.record().total), ((Sent::Acknowledged, 1), 1));
        // The rest is not read: the connection ends.
        stage.server.until(|counts| counts.open == 0).await;
        stage.goes_on().await;

        stage.server.play(Script::always(Fault::HugeBody { bytes: 1 << 20, announced }));
        assert_eq!(stage.get().await.outcome.unwrap().as_array().map(Vec::len), Some(0));
    }
}

#[tokio::test]
async fn f_21_a_packed_body_that_nobody_asked_for_is_not_unpacked() {
    for fault in [Fault::GzipBomb { mebibytes: 100 }, Fault::BrokenGzip, Fault::LyingEncoding] {
        let mut stage = Stage::new(Script::always(fault)).await;
        let error = stage.get().await.failed(Code::MalformedBody);
        assert!(error.log_detail().contains("a content coding that nobody asked for"), "{error:?}");
        assert_eq!((travelled(&error), stage.server.record().total), ((Sent::Acknowledged, 1), 1));
        assert_eq!(stage.server.record().requests[0].header("accept-encoding"), None);
        stage.goes_on().await;
    }
}

//! D-06: packed bodies, which nobody asks for.

use twinfetch_faults::{Fault, File, Script};
use twinfetch_server_client::Code;

use crate::stage::{SIZE, Stage, is_showable};

#[tokio::test]
async fn d_06_a_packed_file_is_refused_before_a_byte_of_it_is_unpacked() {
    let gzip = Fault::File(File { size: SIZE, gzip: true, ..File::default() });
    let coded = |codings: &str| {
        let headers = vec![("content-encoding".to_owned(), codings.to_owned())];
        Fault::File(File { size: SIZE, headers, ..File::default() })
    };
    for fault in [gzip, coded("br"), coded("gzip, gzip"), coded("identity, gzip"), Fault::GzipBomb { mebibytes: 100 }] {
        let stage = Stage::new(Script::always(fault)).await;
        let error = stage.ask().await.unwrap_err();
        assert!(matches!(error.code(), Code::MalformedBody | Code::UnexpectedContentType), "{error:?}");
        is_showable(&error);
        let record = stage.server.record();
        assert_eq!(record.total, 1);
        assert_eq!(record.requests[0].header("accept-encoding"), Some("identity"));
        stage.server.until(|counts| counts.open == 0).await;
    }
}

#[tokio::test]
async fn d_06_identity_is_no_packing() {
    let headers = vec![("content-encoding".to_owned(), "identity".to_owned())];
    let file = File { size: SIZE, headers, ..File::default() };
    Stage::new(Script::always(Fault::File(file.clone()))).await.take().await.is_whole(&file);
}

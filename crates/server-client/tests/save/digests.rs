//! A file is what its digest says, or is none.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha512};
use twinfetch_faults::{Break, Cut, File, Length};
use twinfetch_sample::Sample;
use twinfetch_server_client::{Code, Sha256};

use crate::stage::{Stage, failed, file, sample, serves};

fn with(file: &File, header: (&str, String)) -> File {
    File { headers: vec![(header.0.to_owned(), header.1)], ..file.clone() }
}

fn sha256(sample: &Sample) -> String {
    format!("sha-256=:{}:", STANDARD.encode(sample.sha256()))
}

fn sha512(sample: &Sample) -> String {
    let mut hash = Sha512::new();
    sample.pieces().for_each(|piece| hash.update(piece));
    format!("sha-512=:{}:", STANDARD.encode(hash.finalize()))
}

#[tokio::test]
async fn d_04_a_file_of_the_expected_digest_is_saved_and_another_is_not() {
    let file = file(700_000);
    let stage = Stage::new(&file).await;
    let right = Sha256::from(sample(&file).sha256());
    let wrong = Sample::edition(1, 700_000).sha256();
    let error = stage.get().download_to(stage.path("f")).sha256(wrong).await.unwrap_err();
    failed(&error, Code::DigestMismatched);
    assert!(stage.names().is_empty());
    let saved = stage.get().download_to(stage.path("f")).sha256(right.to_string()).await.unwrap();
    assert_eq!(saved.sha256, Some(right));
    stage.has("f", &file);
    stage.get().download_to(stage.path("f")).sha256(*right.as_bytes()).overwrite().await.unwrap();
}

#[tokio::test]
async fn what_is_no_digest_is_refused_before_anything_is_sent() {
    let stage = Stage::new(&file(10)).await;
    failed(&stage.get().download_to(stage.path("f")).sha256("abc").await.unwrap_err(), Code::CallInvalid);
    assert_eq!((stage.server.record().total, stage.names().len()), (0, 0));
}

#[tokio::test]
async fn d_04_a_file_is_what_the_backend_says_it_is() {
    let file = file(700_000);
    let (own, other) = (sample(&file), Sample::edition(1, 700_000));
    for (header, right, wrong) in [
        ("repr-digest", sha256(&own), sha256(&other)),
        ("content-digest", sha256(&own), sha256(&other)),
        ("repr-digest", sha512(&own), sha512(&other)),
    ] {
        let stage = Stage::new(&with(&file, (header, wrong))).await;
        let error = stage.get().download_to(stage.path("f")).await.unwrap_err();
        failed(&error, Code::DigestMismatched);
        assert!(stage.names().is_empty(), "{header}");
        let is_sha256 = right.starts_with("sha-256");
        stage.server.play(serves(&with(&file, (header, right))));
        let saved = stage.get().download_to(stage.path("f")).await.unwrap();
        assert_eq!(saved.sha256.is_some(), is_sha256, "{header}");
        stage.has("f", &file);
    }
}

/// What was there from an earlier run is part of what is looked at.
#[tokio::test]
async fn d_04_a_file_of_two_runs_is_of_the_expected_digest() {
    let file = file(700_000);
    let stage = Stage::new(&file).await;
    let right = Sha256::from(sample(&file).sha256());
    stage.leaves("f", &file, 300_000).await;
    stage.server.play(serves(&file));
    let saved = stage.get_once().download_to(stage.path("f")).sha256(right.to_string()).await.unwrap();
    assert_eq!((saved.kept, saved.sha256), (300_000, Some(right)));
}

#[tokio::test]
async fn the_digest_of_a_part_is_not_that_of_the_file() {
    let file = file(700_000);
    let stage = Stage::new(&file).await;
    stage.leaves("f", &file, 300_000).await;
    stage.server.play(serves(&with(&file, ("content-digest", sha256(&Sample::new(400_000))))));
    assert_eq!(stage.get_once().download_to(stage.path("f")).await.unwrap().kept, 300_000);
    stage.has("f", &file);
}

/// The first answer says what the file comes to, and the run that completes it does not hear of it any more.
#[tokio::test]
async fn a_digest_is_remembered_over_runs() {
    let file = file(700_000);
    let stage = Stage::new(&file).await;
    let wrong = with(&file, ("content-digest", sha256(&Sample::edition(1, 700_000))));
    stage.leaves("f", &wrong, 300_000).await;
    stage.server.play(serves(&file));
    let error = stage.get_once().download_to(stage.path("f")).await.unwrap_err();
    failed(&error, Code::DigestMismatched);
    assert_eq!(stage.ranges(), [Some("bytes=300000-".to_owned())]);
    assert!(stage.names().is_empty());
}

/// Without a length a break looks like the end; a digest tells them apart.
#[tokio::test]
async fn d_04_a_file_whose_end_is_that_of_the_connection_is_taken_by_its_digest_only() {
    let file = File { length: Length::UntilClose, ..file(200_000) };
    let stage = Stage::new(&file).await;
    failed(&stage.get_once().download_to(stage.path("f")).await.unwrap_err(), Code::ProtocolFailed);
    assert!(stage.names().is_empty());
    let digest = sample(&file).sha256();
    stage.server.play(serves(&File { cut: Some(Cut::after(100_000).by(Break::Close)), ..file.clone() }));
    let cut = stage.get_once().download_to(stage.path("f")).sha256(digest).await.unwrap_err();
    failed(&cut, Code::DigestMismatched);
    stage.server.play(serves(&file));
    stage.get_once().download_to(stage.path("f")).sha256(digest).await.unwrap();
    stage.has("f", &file);
    assert_eq!(fs::metadata(stage.path("f")).unwrap().len(), 200_000);
}

#[tokio::test]
async fn d_06_a_packed_file_that_nobody_asked_for_is_refused() {
    let stage = Stage::new(&File { gzip: true, ..file(200_000) }).await;
    failed(&stage.get_once().download_to(stage.path("f")).await.unwrap_err(), Code::MalformedBody);
    assert!(stage.names().is_empty());
}

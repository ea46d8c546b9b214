//! Files that are saved.

use std::fs;

use twinfetch_sample::Sample;

use crate::stage::{Ended, Stage, bytes_of, hexadecimal};

#[tokio::test]
async fn a_file_is_saved_under_the_servers_name_and_its_path_printed() {
    let stage = Stage::new().await;
    let ended = stage.run([stage.url("/api/export?bytes=300000&name=报告.bin")]).await;
    let path = stage.path("报告.bin");
    assert_eq!(ended, Ended::done(format!("{}\n", path.display())));
    assert_eq!(fs::read(path).unwrap(), bytes_of(&Sample::new(300_000)));
    assert_eq!(stage.names(), ["报告.bin"], "nothing else is left");
}

#[tokio::test]
async fn a_file_is_saved_under_the_name_that_is_wanted_and_not_in_the_place_of_another() {
    let stage = Stage::new().await;
    let url = stage.url("/api/export?bytes=1000");
    let arguments = [url.as_str(), "-o", "wanted.bin"];
    let path = stage.path("wanted.bin");
    assert_eq!(stage.run(arguments).await, Ended::done(format!("{}\n", path.display())));
    fs::write(&path, "mine").unwrap();
    let ended = stage.run(arguments).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(7), ""));
    assert!(ended.stderr.contains("file_exists") && ended.stderr.contains("--overwrite"), "{}", ended.stderr);
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    assert_eq!(stage.run(arguments.into_iter().chain(["--overwrite"])).await.code, Some(0));
    assert_eq!(fs::read(&path).unwrap(), bytes_of(&Sample::new(1000)));
}

#[tokio::test]
async fn f_70_only_a_file_with_the_right_digest_gets_its_name() {
    let stage = Stage::new().await;
    let url = stage.url("/api/export?bytes=1000&name=a");
    let digest = hexadecimal(Sample::new(1000).sha256());
    let other = hexadecimal(Sample::edition(1, 1000).sha256());
    let ended = stage.run([&url, "--sha256", &other]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(8), ""));
    assert!(ended.stderr.contains("digest_mismatched"), "{}", ended.stderr);
    assert_eq!(stage.names(), [""; 0]);
    assert_eq!(stage.run([&url, "--sha256", &digest.to_uppercase()]).await.code, Some(0));
    assert_eq!(stage.names(), ["a"]);
}

#[tokio::test]
async fn the_exit_codes_are_in_the_help() {
    let stage = Stage::new().await;
    let ended = stage.run_bare(&["--help"]).await;
    assert_eq!(ended.code, Some(0));
    for line in ["    0  Done", "    3  Not signed in", "    8  What came", "  130  Interrupted"] {
        assert!(ended.stdout.contains(line), "{line}");
    }
}

//! Downloads whose future is dropped.

use twinfetch_faults::{File, Pace};
use twinfetch_server_client::{Code, Error, Progress, Saved};

use crate::chance::Chance;
use crate::stage::{Stage, file, serves};

const SIZE: u64 = 2_000_000;

/// The next run, once the one that was given up has let go: on a busy machine that may take longer than a run is patient.
async fn next_run(stage: &Stage) -> Result<Saved, Error> {
    loop {
        match stage.get_once().download_to(stage.path("f")).await {
            Err(error) if error.code() == Code::FileBusy => {}
            ended => return ended,
        }
    }
}

#[tokio::test]
async fn f_70_a_download_that_is_dropped_leaves_what_it_has_and_the_next_goes_on() {
    let mut chance = Chance(1);
    for _ in 0..12 {
        let bytes = 1 + chance.below(SIZE / 2);
        // It never pauses for so long that what is there is noted for that.
        let pace = Some(Pace { bytes: 20_000, milliseconds: 5 });
        let stage = Stage::new(&File { pace, ..file(SIZE) }).await;
        let (told, mut tells) = tokio::sync::mpsc::unbounded_channel();
        let tell = move |progress: Progress| told.send(progress.received).unwrap();
        let mut saving = stage.get_once().download_to(stage.path("f")).progress(tell).into_future();
        let enough = async { while tells.recv().await.unwrap() < bytes {} };
        tokio::select! {
            ended = &mut saving => panic!("{ended:?}"),
            () = enough => {}
        }
        drop(saving);
        let received = std::iter::from_fn(|| tells.try_recv().ok()).last().unwrap_or(bytes);
        assert!(!stage.path("f").exists());
        stage.server.play(serves(&file(SIZE)));
        let kept = next_run(&stage).await.unwrap().kept;
        assert!(kept >= received, "{kept} of {received}");
        assert_eq!(stage.ranges(), [Some(format!("bytes={kept}-"))]);
        stage.has("f", &file(SIZE));
    }
}

/// At any step of the whole course, counted in polls.
#[tokio::test]
async fn a_download_may_be_dropped_at_any_poll() {
    let mut polls = 0;
    loop {
        let stage = Stage::new(&file(SIZE)).await;
        let mut saving = stage.get_once().download_to(stage.path("f")).into_future();
        let mut left = polls;
        let ended = std::future::poll_fn(|context| {
            if left == 0 {
                return std::task::Poll::Ready(None);
            }
            left -= 1;
            saving.as_mut().poll(context).map(Some)
        });
        let ended = ended.await;
        drop(saving);
        if let Some(ended) = ended {
            assert_eq!(ended.unwrap().bytes, SIZE);
            stage.has("f", &file(SIZE));
            return;
        }
        match next_run(&stage).await {
            Ok(saved) => assert_eq!(saved.bytes, SIZE),
            // It was given its name all the same.
            Err(error) => assert_eq!(error.code(), Code::FileExists),
        }
        stage.has("f", &file(SIZE));
        polls += 1 + polls / 8;
    }
}

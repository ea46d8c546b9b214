//! A Redis that is down, slow, full, a replica, locked, loading or something else: the rule of one process holds, and it is said once.

use std::io::Write;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;

use super::{
    Duration, Judged, LONG, Purpose, Redis, Shared, claimed, pair, published, refused, settings, shared, successor,
    tokens,
};
use crate::renewals::redis::connection::REST;

/// What is logged on this thread, down to the last detail.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn kept(&self) -> DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn count(&self, words: &str) -> usize {
        self.text().lines().filter(|line| line.contains(words)).count()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Lets the time pass in which a Redis that failed is left alone.
async fn rest() {
    tokio::time::pause();
    tokio::time::advance(REST).await;
    tokio::time::resume();
}

/// Somebody who renews while Redis fails: it is theirs to do, and what they bring counts.
async fn goes_on_alone(process: &Shared, session: &str) {
    let lease = claimed(process, session).await;
    assert!(lease.held.is_none(), "Redis gave its word");
    assert_eq!(published(process, lease, "own").await, tokens("own"));
    let lease = claimed(process, session).await;
    process.release(lease).await;
    let lease = claimed(process, session).await;
    assert_eq!(
        refused(process, lease).await,
        Judged::Unconfirmed,
        "a refusal is not believed while nobody can be asked"
    );
}

/// Everybody goes on while Redis fails; the log says so once, and why.
#[expect(clippy::print_stdout, reason = "what is logged is to be read")]
async fn fails(process: &Shared, log: &Log, why: &str) {
    for _ in 0..3 {
        goes_on_alone(process, "session").await;
        goes_on_alone(process, "session").await;
        rest().await;
    }
    let text = log.text();
    assert_eq!(log.count("WARN"), 1, "{text}");
    assert_eq!(log.count(why), 1, "{text}");
    for secret in ["canary", "session", "own"] {
        let said = text.replace("a session is renewed once", "");
        assert!(!said.contains(secret), "{text}");
    }
    println!("{}", text.trim());
}

async fn works_again(process: &Shared, log: &Log) {
    rest().await;
    let lease = claimed(process, "another").await;
    assert!(lease.held.is_some(), "{}", log.text());
    published(process, lease, "shared").await;
    assert_eq!(successor(process, "another").await, tokens("shared"));
    assert_eq!((log.count("WARN"), log.count("INFO")), (1, 1), "{}", log.text());
}

/// A process whose connection is in use already.
async fn connected(redis: &twinfetch_redis::Redis, settings: Redis) -> Shared {
    let process = shared(settings);
    let lease = claimed(&process, "before").await;
    assert!(lease.held.is_some());
    process.release(lease).await;
    redis.command::<()>(&["FLUSHALL"]);
    process
}

#[tokio::test]
async fn f_60_a_redis_that_is_down_and_comes_back() {
    let Some(mut redis) = twinfetch_redis::Redis::start() else { return };
    let log = Log::default();
    let _kept = log.kept();
    let process = connected(&redis, settings(&redis)).await;
    redis.kill();
    fails(&process, &log, "I/O error").await;
    redis.restart();
    works_again(&process, &log).await;
}

#[tokio::test]
async fn f_60_a_connection_that_was_closed_is_opened_anew_without_a_word() {
    let Some(mut redis) = twinfetch_redis::Redis::start() else { return };
    let log = Log::default();
    let _kept = log.kept();
    let process = connected(&redis, settings(&redis)).await;
    for _ in 0..3 {
        redis.command::<i64>(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
        let lease = claimed(&process, "session").await;
        assert!(lease.held.is_some());
        process.release(lease).await;
        redis.restart();
    }
    assert_eq!(log.count("WARN"), 0, "{}", log.text());
}

#[tokio::test]
async fn a_refusal_is_believed_again_when_redis_has_failed_for_long() {
    let Some(mut redis) = twinfetch_redis::Redis::start() else { return };
    let brief = settings(&redis).lock_ttl(Duration::from_secs(10)).successor_ttl(Duration::from_mins(1));
    let process = connected(&redis, brief).await;
    redis.kill();
    goes_on_alone(&process, "session").await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(69)).await;
    tokio::time::resume();
    goes_on_alone(&process, "session").await;
    rest().await;
    rest().await;
    let lease = claimed(&process, "session").await;
    assert_eq!(refused(&process, lease).await, Judged::Gone);
    redis.restart();
    rest().await;
    let lease = claimed(&process, "session").await;
    assert_eq!(refused(&process, lease).await, Judged::Gone, "as Redis says");
}

#[tokio::test]
async fn f_60_a_redis_that_is_too_slow() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let log = Log::default();
    let _kept = log.kept();
    let process = connected(&redis, settings(&redis)).await;
    let slow = shared(settings(&redis).timeout(Duration::from_millis(50)));
    redis.command::<()>(&["CLIENT", "PAUSE", "3600000", "WRITE"]);
    fails(&slow, &log, "no answer in time").await;
    redis.command::<()>(&["CLIENT", "UNPAUSE"]);
    // What was asked for meanwhile is done now, and given up by nobody: it expires.
    let lease = claimed(&process, "another session").await;
    assert!(lease.held.is_some());
}

#[tokio::test]
async fn f_60_a_redis_that_is_full() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let log = Log::default();
    let _kept = log.kept();
    let process = connected(&redis, settings(&redis)).await;
    redis.command::<()>(&["CONFIG", "SET", "maxmemory", "1"]);
    fails(&process, &log, "OOM").await;
    redis.command::<()>(&["CONFIG", "SET", "maxmemory", "0"]);
    works_again(&process, &log).await;
}

#[tokio::test]
async fn f_60_a_redis_that_has_become_a_replica() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let log = Log::default();
    let _kept = log.kept();
    let process = connected(&redis, settings(&redis)).await;
    redis.command::<()>(&["REPLICAOF", "127.0.0.1", "1"]);
    fails(&process, &log, "READONLY").await;
    redis.command::<()>(&["REPLICAOF", "NO", "ONE"]);
    works_again(&process, &log).await;
}

#[tokio::test]
async fn f_60_a_redis_that_wants_another_password() {
    let Some(redis) = twinfetch_redis::Redis::start_with(&["--requirepass", "canary-password"]) else { return };
    let address = redis.url().replace("redis://", "");
    for (url, why) in [(redis.url(), "NOAUTH"), (format!("redis://:canary@{address}"), "authentication failed")] {
        let log = Log::default();
        let _kept = log.kept();
        fails(&shared(Redis::new(url).timeout(LONG)), &log, why).await;
    }
    let process = shared(Redis::new(format!("redis://:canary-password@{address}")).timeout(LONG));
    assert!(claimed(&process, "session").await.held.is_some());
}

#[tokio::test]
async fn f_60_a_key_of_another_kind() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let log = Log::default();
    let _kept = log.kept();
    let process = connected(&redis, settings(&redis)).await;
    let names = process.0.vault.names(&pair("session"), Purpose::Stay);
    redis.command::<()>(&["SET", &names.record, "not ours", "EX", "60"]);
    fails(&process, &log, "WRONGTYPE").await;
    redis.command::<()>(&["DEL", &names.record]);
    works_again(&process, &log).await;
}

#[tokio::test]
async fn f_60_a_redis_that_still_loads() {
    let folder = std::env::temp_dir().join(format!("twinfetch-redis-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&folder).unwrap();
    let path = folder.to_str().unwrap();
    let Some(redis) = twinfetch_redis::Redis::start_with(&["--dir", path, "--rdbcompression", "no"]) else { return };
    redis.command::<()>(&["EVAL", "for i = 1, 3000 do redis.call('SET', i, string.rep('x', 2000)) end", "0"]);
    redis.command::<()>(&["SAVE"]);
    // A tenth of a second for each key, and it listens after each.
    let slowly = ["--dir", path, "--key-load-delay", "100000", "--loading-process-events-interval-bytes", "1024"];
    let loading = twinfetch_redis::Redis::start_until(&slowly, "Loading RDB").unwrap();
    let log = Log::default();
    let _kept = log.kept();
    fails(&shared(settings(&loading)), &log, "LOADING").await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn f_60_something_else_that_listens_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.unwrap().write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        }
    });
    let log = Log::default();
    let _kept = log.kept();
    fails(&shared(Redis::new(url).timeout(LONG)), &log, "WARN").await;
}

#[tokio::test]
async fn f_60_a_redis_that_accepts_and_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let log = Log::default();
    let _kept = log.kept();
    fails(&shared(Redis::new(url).timeout(Duration::from_millis(50))), &log, "no answer in time").await;
}

#[tokio::test]
async fn a_successor_that_was_sealed_with_another_secret_is_nobodys() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let log = Log::default();
    let _kept = log.kept();
    let app = |secret: &str| shared(settings(&redis).prefix("app").secrets([secret]));
    let (one, other) = (app("one"), app("other"));
    let lease = claimed(&one, "session").await;
    published(&one, lease, "new").await;
    let lease = claimed(&other, "session").await;
    assert_eq!(refused(&other, lease).await, Judged::Unconfirmed);
    assert_eq!(log.count("same secrets"), 2, "{}", log.text());
}

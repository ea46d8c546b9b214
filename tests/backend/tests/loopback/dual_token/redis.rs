//! The deny list in a real Redis, which the test starts on a free port of loopback.
//!
//! Where `redis-server` is not installed they say how to install it: in continuous integration (`CI=true`) by failing,
//! elsewhere on stderr.

use std::io::{BufRead as _, BufReader, ErrorKind};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use twinfetch_backend::{Options, System};

use super::{ADA, log_out, pair, refresh};
use crate::running::{Running, refusal};

struct Redis {
    process: Child,
    url: String,
}

impl Redis {
    /// A Redis that keeps nothing, ready; none where it is not installed.
    #[allow(clippy::print_stderr, reason = "somebody is to read that this was not tested")]
    fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let started = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no"])
            .stdout(Stdio::piped())
            .spawn();
        let mut process = match started {
            Ok(process) => process,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let hint = "redis-server is not installed (on Debian: apt-get install redis-server)";
                assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{hint}");
                eprintln!("{hint}; the deny list in Redis is not tested");
                return None;
            }
            Err(error) => panic!("redis-server: {error}"),
        };
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("Ready to accept connections")), "Redis did not start");
        Some(Self { process, url: format!("redis://127.0.0.1:{port}") })
    }

    fn options(&self) -> Options {
        Options { redis_url: Some(self.url.clone()), ..Running::options(System::DualToken) }
    }

    async fn command<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let client = redis::Client::open(self.url.as_str()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query_async(&mut connection).await.unwrap()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_refresh_and_a_sign_out_end_tokens_in_redis_for_the_rest_of_their_lives() {
    let Some(redis) = Redis::start() else { return };
    let backend = Running::with(redis.options()).await;
    let (refreshed, signed_out) = (pair(&backend, ADA).await, pair(&backend, ADA).await);
    assert_eq!(refresh(&backend, &refreshed["refreshToken"]).await.status(), 200);
    assert_eq!(log_out(&backend, &signed_out).await.status(), 200);
    for dead in [&refreshed, &signed_out] {
        assert_eq!(refusal(refresh(&backend, &dead["refreshToken"]).await, 401).await, "刷新令牌已失效");
    }

    let keys = redis.command::<Vec<String>>(&["KEYS", "*"]).await;
    assert_eq!(keys.len(), 2);
    for key in keys {
        let seconds = redis.command::<i64>(&["TTL", &key]).await;
        assert!((604_700..=604_800).contains(&seconds), "{key} lives for {seconds} s");
        assert!(!key.contains(signed_out["refreshToken"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn two_backends_with_one_redis_let_a_token_refresh_once() {
    let Some(redis) = Redis::start() else { return };
    let secrets = vec!["of both of the backends, at least".to_owned()];
    let options = Options { secrets, ..redis.options() };
    let (one, other) = (Running::with(options.clone()).await, Running::with(options).await);
    let pair = pair(&one, ADA).await;
    assert_eq!(refresh(&one, &pair["refreshToken"]).await.status(), 200);
    assert_eq!(refresh(&other, &pair["refreshToken"]).await.status(), 401);
}

#[tokio::test]
async fn without_an_answer_of_redis_nothing_is_refreshed_and_nobody_is_called_signed_out() {
    let Some(redis) = Redis::start() else { return };
    let backend = Running::with(redis.options()).await;
    let pair = pair(&backend, ADA).await;
    drop(redis);
    assert_eq!(refusal(refresh(&backend, &pair["refreshToken"]).await, 500).await, "服务器内部错误");
}

#[tokio::test]
async fn a_redis_that_is_not_there_is_said_at_the_start() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let redis_url = Some(format!("redis://:secret@127.0.0.1:{port}"));
    let options = Options { redis_url, ..Running::options(System::DualToken) };
    let error = twinfetch_backend::serve(options).await.unwrap_err();
    assert!(error.to_string().contains("cannot reach Redis"));
    assert!(!format!("{error:?}").contains("secret"));
}

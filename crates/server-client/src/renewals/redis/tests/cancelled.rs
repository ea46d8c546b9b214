//! Whoever asks Redis may be gone at any moment: the next answer is still the one to the next question.

use std::future::{Future, poll_fn};
use std::task::Poll;

use ::redis::{cmd, from_redis_value};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::{Shared, claim, claimed, pair, process, published, tokens};
use crate::renewals::redis::connection::Rest;

const TIMES: usize = 10_000;

/// How far a future comes before it is dropped.
#[derive(Clone, Copy)]
struct Cancelled {
    /// After this many polls.
    polls: usize,
    /// When it is woken once more, or at once.
    woken: bool,
}

impl Cancelled {
    /// Each way in turn.
    fn number(number: usize) -> Self {
        Self { polls: number / 2 % 6, woken: number.is_multiple_of(2) }
    }

    /// Whether the future ended before.
    async fn of<T>(self, future: impl Future<Output = T>) -> bool {
        let mut future = Box::pin(future);
        let mut polls = 0;
        poll_fn(move |context| {
            if polls == self.polls {
                return Poll::Ready(false);
            }
            polls += 1;
            match future.as_mut().poll(context) {
                Poll::Ready(_) => Poll::Ready(true),
                Poll::Pending if polls == self.polls && !self.woken => Poll::Ready(false),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}

fn echo(nonce: &str) -> ::redis::Cmd {
    let mut command = cmd("ECHO");
    command.arg(nonce);
    command
}

async fn answer(process: &Shared, nonce: &str) -> String {
    from_redis_value::<String>(process.0.connection.ask(echo(nonce), Rest::Kept).await.unwrap()).unwrap()
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "figures")]
async fn f_61_no_answer_of_a_dropped_question_goes_to_the_next() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let process = process(&redis);
    let mut ended = 0;
    for number in 0..TIMES {
        let (dropped, own) = (format!("of somebody else {number}"), format!("own {number}"));
        let cancelled = Cancelled::number(number);
        // With the task of its own, and without.
        ended += usize::from(if number % 3 == 0 {
            cancelled.of(process.0.connection.ask(echo(&dropped), Rest::Kept)).await
        } else {
            cancelled.of(process.0.connection.send(&echo(&dropped), Rest::Kept)).await
        });
        assert_eq!(answer(&process, &own).await, own);
    }
    println!(
        "{TIMES} questions dropped after 0 to 5 polls, {ended} of them answered before; {TIMES} answers to their own question"
    );
    assert!(ended > 0 && ended < TIMES);
}

#[tokio::test]
async fn a_connection_that_was_being_opened_is_opened_for_the_next() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    for number in 0..200 {
        let process = process(&redis);
        Cancelled::number(number).of(process.0.connection.ask(echo("dropped"), Rest::Kept)).await;
        assert_eq!(answer(&process, "own").await, "own");
    }
}

#[tokio::test]
async fn two_users_who_drop_and_ask_at_the_same_time_get_their_own_successor() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let process = process(&redis);
    for number in 0..500 {
        let (ada, grace) = (format!("ada {number}"), format!("grace {number}"));
        let lease = claimed(&process, &grace).await;
        Cancelled::number(number).of(claim(&process, &pair(&ada))).await;
        let newer = format!("{grace} newer");
        let publishing = published(&process, lease, &newer);
        let early = pair(&grace);
        let (brought, _) = tokio::join!(publishing, Cancelled::number(number / 7).of(claim(&process, &early)));
        assert_eq!(brought, tokens(&newer));
        assert_eq!(super::successor(&process, &grace).await, tokens(&newer));
    }
}

/// What the harness is for: a connection of the plain kind mixes answers up.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "figures")]
async fn the_harness_finds_a_connection_that_is_left_dirty() {
    struct Plain(BufReader<TcpStream>);

    impl Plain {
        async fn echo(&mut self, nonce: &str) -> String {
            let command = format!("*2\r\n$4\r\nECHO\r\n${}\r\n{nonce}\r\n", nonce.len());
            self.0.write_all(command.as_bytes()).await.unwrap();
            let mut length = String::new();
            self.0.read_line(&mut length).await.unwrap();
            let mut bytes = vec![0; length.trim_start_matches('$').trim().parse::<usize>().unwrap() + 2];
            self.0.read_exact(&mut bytes).await.unwrap();
            String::from_utf8(bytes).unwrap().trim().to_owned()
        }
    }

    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let mut mixed = 0;
    for number in 0..50 {
        let mut plain = Plain(BufReader::new(TcpStream::connect(("127.0.0.1", redis.port())).await.unwrap()));
        Cancelled::number(number).of(plain.echo("other")).await;
        mixed += usize::from(plain.echo("owned").await != "owned");
    }
    println!("{mixed} of 50 answers mixed up by a plain connection");
    assert!(mixed > 0);
}

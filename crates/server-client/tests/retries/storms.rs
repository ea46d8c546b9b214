//! Outages, which those who wait for their end must not multiply.

use futures_util::future::join_all;
use serde_json::Value;
use twinfetch_faults::{FaultServer, Rule, Script};
use twinfetch_server_client::Retry;

use crate::stage::{AT_ONCE, PATH, client, status};

const CLIENTS: u64 = 5;
const CALLS: u64 = 200;

/// What came of the calls of several clients, each of which makes its own one after the other.
struct Figures {
    went_well: u64,
    requests: u64,
}

async fn storm(script: Script, retry: Retry) -> Figures {
    let server = FaultServer::start(script).await.unwrap();
    let url = server.url();
    let clients = (0..CLIENTS).map(|_| async {
        let api = client(&url, |builder| builder.retry(retry)).background();
        let mut went_well = 0;
        for _ in 0..CALLS {
            went_well += u64::from(api.get::<Value>(PATH).await.is_ok());
        }
        went_well
    });
    let went_well = join_all(clients).await.iter().sum();
    Figures { went_well, requests: server.record().total }
}

/// All calls once, and what the budgets have: ten repetitions of each client, and one for ten calls.
const MOST: u64 = CLIENTS * (CALLS + 10 + CALLS / 10);

#[tokio::test]
async fn f_16_an_outage_is_not_multiplied() {
    for outage in [429, 502, 503, 504] {
        let Figures { went_well, requests } = storm(Script::always(status(outage)), AT_ONCE).await;
        assert_eq!(went_well, 0);
        assert!(requests > CLIENTS * CALLS && requests <= MOST, "{requests}");
        println!("{outage}: {requests} requests for {} calls, at most {MOST}", CLIENTS * CALLS);
    }
}

#[tokio::test]
async fn f_16_half_of_all_answers_fail_and_the_budget_stops_the_storm() {
    let calls = CLIENTS * CALLS;
    let flapping = || {
        let script = Script::default().rule(Rule::new(status(503)).share(0.5));
        Script { seed: 16, ..script }
    };
    let never = storm(flapping(), Retry::NONE).await;
    assert_eq!(never.requests, calls);
    let Figures { went_well, requests } = storm(flapping(), AT_ONCE).await;
    assert!(requests > calls && requests <= MOST, "{requests}");
    assert!(went_well > never.went_well, "{went_well} of {}", never.went_well);
    // A lone call with three attempts each would need this many.
    println!(
        "flapping 50 %: {requests} requests for {calls} calls, at most {MOST} (without a budget about {}); {went_well} went \
         well, {} without repetitions",
        calls * 7 / 4,
        never.went_well
    );
}

#[tokio::test]
async fn f_16_a_short_outage_costs_few_clients_a_call() {
    let script = Script::default().rule(Rule::new(status(503)).share(0.05));
    let Figures { went_well, requests } = storm(Script { seed: 5, ..script }, AT_ONCE).await;
    println!("5 % fail: {went_well} of {} calls went well with {requests} requests", CLIENTS * CALLS);
    assert!(went_well >= CLIENTS * CALLS - 5, "{went_well}");
}

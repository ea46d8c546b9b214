//! Eight processes of one app.

use serde_json::json;
use twinfetch_canary::{canary, found_in};
use twinfetch_redis::Redis;

use crate::backend::{Backend, Counts, Moment};
use crate::process::{Order, Process, Report, Settings, signed_in};

pub(crate) const PROCESSES: usize = 8;
pub(crate) const EACH: u32 = 125;
pub(crate) const ALL: u32 = 1_000;

/// Processes that share a Redis, and a backend.
pub(crate) struct Fleet {
    pub(crate) redis: Redis,
    pub(crate) backend: Backend,
    pub(crate) settings: Settings,
    pub(crate) processes: Vec<Process>,
}

impl Fleet {
    /// None where Redis is not installed.
    pub(crate) async fn of(processes: usize, lock_ms: u64) -> Option<Self> {
        let redis = Redis::start()?;
        let backend = Backend::new().await;
        let (url, secret) = (Some(redis.url()), canary("secret").to_owned());
        // A crowd would log more than can be read.
        let is_traced = processes < PROCESSES;
        let settings = Settings { backend: backend.url.clone(), redis: url, lock_ms, secret, is_traced };
        let processes = (0..processes).map(|_| Process::start(&settings)).collect();
        Some(Self { redis, backend, settings, processes })
    }

    /// A browser's cookie of somebody whose access token has ended since they signed in.
    pub(crate) async fn expired(&self, user: &str) -> String {
        let cookie = signed_in(&self.settings, user).await;
        self.backend.expire();
        self.backend.count_anew();
        cookie
    }

    /// Looks for tokens in all that Redis knows, and for keys that never expire; how many keys there are.
    pub(crate) fn search_redis(&self) -> usize {
        let keys = self.redis.keys();
        for key in &keys {
            assert!(self.redis.command::<i64>(&["PTTL", key]) > 0, "{key} lives for ever");
            let value = match self.redis.command::<String>(&["TYPE", key]).as_str() {
                "hash" => self.redis.command::<Vec<String>>(&["HGETALL", key]).join(" "),
                _ => self.redis.command::<String>(&["GET", key]),
            };
            assert_eq!(found_in(&format!("{key} {value}")), None);
        }
        keys.len()
    }

    pub(crate) fn tell_all(&mut self, order: &Order) {
        self.processes.iter_mut().for_each(|process| process.tell(order));
    }

    /// What came of the orders, without keeping the backend from answering.
    pub(crate) async fn reports(&mut self) -> Vec<Report> {
        let processes = std::mem::take(&mut self.processes);
        let read = |mut process: Process| tokio::task::spawn_blocking(move || (process.report(), process));
        let reading: Vec<_> = processes.into_iter().map(read).collect();
        let mut reports = Vec::new();
        for reading in reading {
            let (report, process) = reading.await.unwrap();
            reports.push(report);
            self.processes.push(process);
        }
        reports
    }

    /// What comes of an order to one process.
    pub(crate) async fn perform(&mut self, index: usize, order: Order) -> Report {
        let mut process = self.processes.remove(index);
        let (report, process) = tokio::task::spawn_blocking(move || (process.perform(&order), process)).await.unwrap();
        self.processes.insert(index, process);
        report
    }
}

/// Nothing failed, nobody was signed out, and nothing was to be warned of.
pub(crate) fn assert_fine(reports: &[Report], expected: u32) {
    for report in reports {
        assert!(report.failed.is_empty() && report.deleted == 0 && report.warnings.is_empty(), "{report:?}");
    }
    assert_eq!(reports.iter().map(|report| report.fine).sum::<u32>(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn f_42_eight_processes_with_one_expired_token_and_a_thousand_requests_refresh_once() {
    let Some(mut fleet) = Fleet::of(PROCESSES, 600_000).await else { return };
    let cookie = fleet.expired("ada").await;
    let hold = fleet.backend.hold(Moment::After);
    fleet.tell_all(&Order::Serve { cookie: cookie.clone(), times: EACH });
    // No new token is there before the last request was refused with the old one.
    fleet.backend.counted(|counts| counts.refused == ALL).await;
    assert_eq!(fleet.search_redis(), 2, "the lock and the record");
    hold.let_go();
    let reports = fleet.reports().await;
    assert_eq!(fleet.search_redis(), 1, "the successor");
    let Counts { answered, refused, refreshes, renewed } = fleet.backend.counts();
    println!("{PROCESSES} processes, {ALL} requests: {refused} refused, {refreshes} refresh, {answered} answered");
    assert_fine(&reports, ALL);
    assert_eq!((answered, refused, refreshes, renewed), (ALL, ALL, 1, 1));
    // Every response gives its browser a session.
    assert!(reports.iter().all(|report| report.cookies.len() == usize::try_from(EACH).unwrap()));

    // F-46: a browser that never got its new cookie comes to a process that was not there.
    fleet.processes = vec![Process::start(&fleet.settings)];
    let late = fleet.perform(0, Order::Serve { cookie, times: 1 }).await;
    assert_fine(std::slice::from_ref(&late), 1);
    assert_eq!(fleet.backend.counts().refreshes, 1);
    let newest = late.cookies[0].clone();
    assert_fine(&[fleet.perform(0, Order::Serve { cookie: newest, times: 1 }).await], 1);
    assert_eq!(fleet.backend.counts().refused, ALL + 1, "the new cookie is good at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn f_42_eight_processes_that_go_on_with_kept_tokens_refresh_once() {
    let Some(mut fleet) = Fleet::of(PROCESSES, 600_000).await else { return };
    let api = fleet.settings.client().background();
    let service = api.sign_in(&json!({ "email": "service", "password": "p" })).await.unwrap();
    let tokens = service.tokens().unwrap();
    fleet.backend.expire();
    let (access, refresh) = (tokens.access.expose().to_owned(), tokens.refresh.unwrap().expose().to_owned());
    let hold = fleet.backend.hold(Moment::After);
    fleet.tell_all(&Order::WithTokens { access, refresh, times: EACH });
    fleet.backend.counted(|counts| counts.refused == ALL).await;
    hold.let_go();
    let reports = fleet.reports().await;
    let Counts { answered, refused, refreshes, .. } = fleet.backend.counts();
    println!(
        "{PROCESSES} processes, {ALL} users of one kept pair: {refused} refused, {refreshes} refresh, {answered} answered"
    );
    assert_fine(&reports, ALL);
    assert_eq!((answered, refused, refreshes), (ALL, ALL, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_without_redis_spend_it_at_least_eight_times() {
    let Some(mut fleet) = Fleet::of(0, 600_000).await else { return };
    let settings = Settings { redis: None, ..fleet.settings.clone() };
    fleet.processes = (0..PROCESSES).map(|_| Process::start(&settings)).collect();
    let cookie = fleet.expired("ada").await;
    let hold = fleet.backend.hold(Moment::After);
    fleet.tell_all(&Order::Serve { cookie, times: EACH });
    fleet.backend.counted(|counts| counts.refreshes >= 8).await;
    hold.let_go();
    fleet.reports().await;
    let Counts { refreshes, renewed, .. } = fleet.backend.counts();
    println!("without Redis: {refreshes} refreshes, {renewed} of them good");
    assert!(refreshes >= 8 && renewed == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_in_one_process_is_one_in_all() {
    let Some(mut fleet) = Fleet::of(2, 600_000).await else { return };
    let cookie = fleet.expired("ada").await;
    assert_fine(&[fleet.perform(0, Order::SignOut { cookie: cookie.clone() }).await], 1);
    fleet.backend.count_anew();
    fleet.backend.expire();
    let report = fleet.perform(1, Order::Serve { cookie, times: EACH }).await;
    assert_eq!(report.failed.get("unauthorized"), Some(&EACH), "{report:?}");
    assert_eq!(fleet.backend.counts().refreshes, 0);
    assert!(report.cookies.is_empty());
}

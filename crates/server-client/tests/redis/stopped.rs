//! Redis is stopped while processes rely on it.

use crate::backend::{Counts, Moment};
use crate::fleet::{ALL, EACH, Fleet, PROCESSES, assert_fine};
use crate::process::Order;

#[tokio::test(flavor = "multi_thread")]
async fn f_60_redis_stopped_mid_way_and_requests_go_on_by_the_rule_of_one_process_with_a_warning() {
    let Some(mut fleet) = Fleet::of(PROCESSES, 600_000).await else { return };
    let mut cookies = Vec::new();
    for number in 0..PROCESSES {
        cookies.push(fleet.expired(&format!("user {number}")).await);
    }
    // While it runs, all is as ever.
    fleet.tell_all(&Order::Serve { cookie: cookies[0].clone(), times: EACH });
    let reports = fleet.reports().await;
    assert_fine(&reports, ALL);
    assert_eq!(fleet.backend.counts().refreshes, 1);
    cookies[0] = reports[0].cookies[0].clone();

    fleet.redis.kill();
    fleet.backend.expire();
    fleet.backend.count_anew();
    for (process, cookie) in fleet.processes.iter_mut().zip(cookies) {
        process.tell(&Order::Serve { cookie, times: EACH });
    }
    let reports = fleet.reports().await;
    let Counts { answered, refreshes, renewed, .. } = fleet.backend.counts();
    let warnings: Vec<usize> = reports.iter().map(|report| report.warnings.len()).collect();
    println!(
        "Redis stopped: {answered} of {ALL} requests answered, {refreshes} refreshes of {PROCESSES} sessions, warnings {warnings:?}"
    );
    println!("{}", reports[0].warnings[0]);
    for report in &reports {
        assert!(report.fine == EACH && report.failed.is_empty() && report.deleted == 0, "{report:?}");
        assert!(report.warnings.len() == 1 && report.warnings[0].contains("Redis fails"), "{report:?}");
    }
    assert_eq!((answered, refreshes, renewed), (ALL, 8, 8));
}

#[tokio::test(flavor = "multi_thread")]
async fn f_60_redis_stopped_during_a_refresh_signs_nobody_out() {
    let Some(mut fleet) = Fleet::of(PROCESSES, 600_000).await else { return };
    let cookie = fleet.expired("ada").await;
    let hold = fleet.backend.hold(Moment::After);
    fleet.tell_all(&Order::Serve { cookie, times: EACH });
    fleet.backend.counted(|counts| counts.refused == ALL).await;
    // One has spent the token, the others wait for what comes of it.
    fleet.redis.kill();
    fleet.backend.counted(|counts| counts.refreshes >= 8).await;
    hold.let_go();
    let reports = fleet.reports().await;
    let fine: u32 = reports.iter().map(|report| report.fine).sum();
    let unsettled: u32 = reports.iter().filter_map(|report| report.failed.get("response_timed_out")).sum();
    println!(
        "Redis stopped during a refresh: {fine} requests answered, {unsettled} to be tried again, nobody signed out"
    );
    assert_eq!((fine, unsettled), (EACH, ALL - EACH));
    assert!(reports.iter().all(|report| report.deleted == 0 && report.warnings.len() == 1));
    let browser = reports.iter().find_map(|report| report.cookies.first()).unwrap().clone();
    fleet.tell_all(&Order::Serve { cookie: browser, times: EACH });
    let fine: u32 = fleet.reports().await.iter().map(|report| report.fine).sum();
    assert_eq!(fine, ALL, "with the cookie that the browser got all go on");
}

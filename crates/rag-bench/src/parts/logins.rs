//! Concurrent sign-ins: their latency, and the latency of other requests.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use rag_engine::{Actor, Engine};
use rag_schema::enums::Role;
use reqwest::blocking::Client;
use serde_json::json;

use super::background::{BackgroundApi, KEY};
use crate::{
    BenchResult,
    measure::{Figure, median, ms, percentile, timed},
};

/// Number of concurrent users, and of sign-ins of each.
const CLIENTS: usize = 16;
const TIMES: usize = 6;
/// Number of sequential sign-ins.
const ALONE: usize = 20;
const EMAIL: &str = "bench@example.org";
const PASSWORD: &str = "correct horse battery";

/// Signs in one at a time, then many at once while somebody else lists collections.
pub(crate) fn run(engine: &Engine) -> BenchResult<[Figure; 2]> {
    let server = BackgroundApi::start(engine)?;
    let client = BackgroundApi::client();
    enrol(engine, &server, &client)?;
    let sign_in = || -> BenchResult<f64> {
        let body = json!({"email": EMAIL, "password": PASSWORD});
        let (answer, took) =
            timed(|| client.post(server.url("/v1/login")).json(&body).send()?.error_for_status()?.text());
        answer?;
        Ok(ms(took))
    };
    let list = || -> BenchResult<f64> {
        let url = server.url("/v1/collections");
        let (answer, took) = timed(|| client.get(&url).bearer_auth(KEY).send()?.error_for_status()?.text());
        answer?;
        Ok(ms(took))
    };
    let mut one = (0..ALONE).map(|_| sign_in()).collect::<BenchResult<Vec<f64>>>()?;
    let mut idle = (0..10 * ALONE).map(|_| list()).collect::<BenchResult<Vec<f64>>>()?;
    let ended = AtomicBool::new(false);
    let (mut many, mut busy) = thread::scope(|scope| -> BenchResult<_> {
        let others = scope.spawn(|| -> Result<Vec<f64>, String> {
            let mut times = Vec::new();
            while !ended.load(Ordering::Relaxed) {
                times.push(list().map_err(|error| error.to_string())?);
            }
            Ok(times)
        });
        let signing: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    (0..TIMES)
                        .map(|_| sign_in().map_err(|error| error.to_string()))
                        .collect::<Result<Vec<_>, _>>()
                })
            })
            .collect();
        let many: Result<Vec<_>, _> = signing.into_iter().map(joined).collect();
        ended.store(true, Ordering::Relaxed);
        Ok((many?.concat(), joined(others)?))
    })?;
    let (many_p95, busy_p95) = (percentile(&mut many, 95), percentile(&mut busy, 95));
    Ok([
        Figure::new("sign-in, 16 at once, p95", "ms", many_p95, "one at a time, p50", median(&mut one)),
        Figure::new(
            "another request meanwhile, p95",
            "ms",
            busy_p95,
            "nobody signs in",
            percentile(&mut idle, 95),
        ),
    ])
}

/// The measurements of a thread.
fn joined(thread: thread::ScopedJoinHandle<'_, Result<Vec<f64>, String>>) -> Result<Vec<f64>, String> {
    thread.join().unwrap_or_else(|_| Err("a client panicked".to_owned()))
}

fn enrol(engine: &Engine, server: &BackgroundApi, client: &Client) -> BenchResult<()> {
    let organisation = engine.local_user().organisation_id;
    let invited = engine.invite(Actor::System, organisation, EMAIL, Role::Member)?;
    let body = json!({"token": invited.token, "display_name": "Bench", "password": PASSWORD});
    client.post(server.url("/v1/invitations/accept")).json(&body).send()?.error_for_status()?;
    Ok(())
}

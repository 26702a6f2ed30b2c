//! `rag serve` under uploads and searches while it, or its PostgreSQL, is killed at random moments.

use std::{
    env, fs,
    sync::mpsc,
    thread,
    time::{Duration, Instant, SystemTime},
};

use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    ledger::Ledger,
    scene::{PATIENCE, Scene, kill_9},
    server::{Server, log_of},
};

/// Documents whose jobs are kept open, so that a kill always hits some.
const IN_WORK: usize = 3;
/// Latest moment of a kill after the server was ready, unless no job runs then.
const LATEST_MS: u64 = 2_500;
/// The promise: ready again within this time.
const READY: Duration = Duration::from_secs(5);

/// The last words of a server whose PostgreSQL died too often.
const GIVEN_UP: &str = "PostgreSQL has stopped repeatedly and is not restarted";

#[derive(Debug, Clone, Copy, PartialEq)]
enum Victim {
    Server,
    Postgres,
}

/// A number from the environment.
#[expect(clippy::disallowed_methods, reason = "who runs the test says how hard it is")]
fn number(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// `RAG_TEST_KILLS` kills, at moments that `RAG_TEST_SEED` repeats.
#[test]
fn what_the_server_acknowledged_survives_every_kill_whole_and_once() {
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let seed = number("RAG_TEST_SEED", u64::from(clock.subsec_nanos()));
    let kills = usize::try_from(number("RAG_TEST_KILLS", 4)).unwrap();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let scene = Scene::new();
    let mut server = Server::start(&scene);
    let mut ledger = Ledger::new(&server);
    let mut uploads = 0;
    for kill in 0..kills {
        // A worker outlives its PostgreSQL: only the death of the server is sure to interrupt a job.
        let victim = if kill == 0 || random.random() { Victim::Server } else { Victim::Postgres };
        let moment = Duration::from_millis(random.random_range(0..LATEST_MS));
        let postgres = scene.postgres_pid().unwrap();
        let pid = if victim == Victim::Server { server.pid() } else { postgres };
        let (now, told) = mpsc::channel();
        let killer = thread::spawn(move || {
            told.recv().unwrap();
            kill_9(pid);
            Instant::now()
        });
        let (mut lost, begun) = (Vec::new(), Instant::now());
        while !killer.is_finished() {
            ledger.look(&server);
            if begun.elapsed() >= moment && ledger.is_working() {
                // It is told again only while it is about to kill.
                let _ = now.send(());
            }
            if ledger.open() < IN_WORK {
                lost.extend((!ledger.upload(&server, uploads)).then_some(uploads));
                uploads += 1;
            }
        }
        let death = killer.join().unwrap();
        let took;
        (server, took) = recover(&scene, server, victim, postgres, death);
        println!(
            "kill {kill} of {victim:?} after {moment:?}: {} uploads lost, ready after {took:?}",
            lost.len()
        );
        assert!(took < READY, "ready only after {took:?}");
        for volume in lost {
            assert!(ledger.upload(&server, volume), "a server that is ready takes no documents");
        }
    }
    let (mut open, mut since) = (ledger.open(), Instant::now());
    while ledger.look(&server) != Some(true) {
        if ledger.open() < open {
            (open, since) = (ledger.open(), Instant::now());
        }
        assert!(since.elapsed() < PATIENCE, "{open} jobs do not end: {}", log_of(&scene));
    }
    ledger.check(&server, uploads);
    server.stop();
}

/// A server that is ready again, and how long that took: since the restart, or since the death of its PostgreSQL.
fn recover<'s>(
    scene: &'s Scene,
    mut server: Server<'s>,
    victim: Victim,
    postgres: u32,
    death: Instant,
) -> (Server<'s>, Duration) {
    if victim == Victim::Postgres {
        while scene.postgres_pid().is_none_or(|pid| pid == postgres) && !server.has_ended() {
            assert!(death.elapsed() < PATIENCE, "PostgreSQL stays dead: {}", log_of(scene));
        }
        if !server.has_ended() {
            let took = server.ready_after(death);
            return (server, took);
        }
        // It is not restarted without an end: that many deaths are no accident.
        assert!(log_of(scene).contains(GIVEN_UP), "{}", log_of(scene));
    }
    drop(server);
    let begun = Instant::now();
    let server = Server::start(scene);
    let took = server.ready_after(begun);
    (server, took)
}

#[test]
fn a_server_whose_postgres_cannot_start_again_ends_and_says_why() {
    let scene = Scene::new();
    let server = Server::start(&scene);
    fs::write(scene.path("data/pgdata/custom.conf"), "no_such_setting = 1\n").unwrap();
    kill_9(scene.postgres_pid().unwrap());
    assert_eq!(server.wait(), Some(3), "{}", log_of(&scene));
    let log = log_of(&scene);
    assert!(log.contains(GIVEN_UP) && log.contains("postgres.log"), "{log}");
}

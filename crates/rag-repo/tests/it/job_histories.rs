//! Random histories of a queue: no job is lost or done twice, and its counts are those of a model kept beside it.

use std::{cell::RefCell, collections::BTreeMap};

use diesel::{connection::SimpleConnection, prelude::*};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use rag_repo::jobs::{self, GivenBack, Lease};
use rag_schema::{
    enums::{JobKind, JobState},
    ids::JobId,
    schema,
};

use crate::{
    fixture::Fixture,
    jobs::{MAX_LOST_LEASES, STEP, claim, claim_of, end_processes, find, fixture, queue},
};

/// Lets time pass for the jobs that wait.
fn make_due(fixture: &mut Fixture) {
    fixture.conn.batch_execute("UPDATE jobs SET run_after = now() WHERE state = 'queued'").unwrap();
}

/// What may happen to a queue. The numbers choose a lease among those that were ever given, valid or not.
#[derive(Debug, Clone)]
enum Event {
    Claim,
    EndProcesses,
    Advance(usize),
    GiveBack(usize, u8),
    Finish(usize),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => Just(Event::Claim),
        1 => Just(Event::EndProcesses),
        2 => any::<usize>().prop_map(Event::Advance),
        3 => (any::<usize>(), 0..3_u8).prop_map(|(lease, reason)| Event::GiveBack(lease, reason)),
        2 => any::<usize>().prop_map(Event::Finish),
    ];
    vec(event, 1..40)
}

/// What a job's counts must be, kept beside the database.
#[derive(Debug, Default, Clone, PartialEq)]
struct Model {
    number: i32,
    failures: i32,
    lost_leases: i32,
    postponements: i32,
    is_running: bool,
    is_done: bool,
    is_dead: bool,
}

/// Applies an event to the lease's job in the database and in the model; both must agree on whether the lease is valid.
fn apply(conn: &mut PgConnection, lease: Lease, model: &mut Model, event: &Event) {
    let is_valid = model.is_running && model.number == lease.number;
    match event {
        Event::Advance(_) => {
            assert_eq!(jobs::advance(conn, lease, 60, &STEP).is_ok(), is_valid);
            if is_valid {
                (model.lost_leases, model.postponements) = (0, 0);
            }
        }
        Event::Finish(_) => {
            assert_eq!(jobs::finish(conn, lease, JobState::Done, None).is_ok(), is_valid);
            if is_valid {
                (model.is_running, model.is_done) = (false, true);
            }
        }
        Event::GiveBack(_, reason) => {
            let reason = match reason {
                0 => GivenBack::Failed,
                1 => GivenBack::Outage,
                _ => GivenBack::Stop,
            };
            jobs::give_back(conn, lease, reason, 0, None).unwrap();
            if is_valid {
                model.is_running = false;
                model.failures += i32::from(reason == GivenBack::Failed);
                model.postponements += i32::from(reason == GivenBack::Outage);
            }
        }
        Event::Claim | Event::EndProcesses => {}
    }
}

fn run_events(fixture: &mut Fixture, events: &[Event]) {
    let mut models: BTreeMap<JobId, Model> = (0..5).map(|_| (queue(fixture, 10), Model::default())).collect();
    let mut leases: Vec<Lease> = Vec::new();
    for event in events {
        match event {
            Event::Claim => {
                make_due(fixture);
                for job in claim(fixture) {
                    let model = models.get_mut(&job.id).unwrap();
                    assert!(!model.is_running && !model.is_done && !model.is_dead, "taken twice: {job:?}");
                    (model.is_running, model.number) = (true, model.number + 1);
                    leases.push(Lease::from(&job));
                }
            }
            Event::EndProcesses => {
                end_processes(fixture);
                jobs::take_back(&mut fixture.conn, &claim_of(JobKind::Ingest)).unwrap();
                for model in models.values_mut().filter(|model| model.is_running) {
                    (model.is_running, model.lost_leases) = (false, model.lost_leases + 1);
                    model.is_dead = model.lost_leases >= MAX_LOST_LEASES;
                }
            }
            Event::Advance(index) | Event::GiveBack(index, _) | Event::Finish(index) => {
                let Some(lease) = leases.get(index % leases.len().max(1)) else { continue };
                apply(&mut fixture.conn, *lease, models.get_mut(&lease.job).unwrap(), event);
            }
        }
    }
    for (id, model) in models {
        let job = find(fixture, id);
        let seen = Model {
            number: job.lease_number,
            failures: job.failures,
            lost_leases: job.lost_leases,
            postponements: job.postponements,
            is_running: job.state == JobState::Running,
            is_done: job.state == JobState::Done,
            is_dead: job.state == JobState::Dead,
        };
        assert_eq!(seen, model, "{events:?}");
    }
}

#[test]
fn whatever_happens_no_job_is_lost_or_done_twice_and_the_counts_are_right() {
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let mut fixture = fixture();
    let fixture = RefCell::new(&mut fixture);
    let result = runner.run(&events(), |events| {
        run_events(&mut fixture.borrow_mut(), &events);
        let conn = &mut fixture.borrow_mut().conn;
        diesel::delete(schema::jobs::table).execute(conn).unwrap();
        Ok(())
    });
    result.unwrap();
}

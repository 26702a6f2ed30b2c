//! Jobs are held by one worker at a time, and a lost lease writes nothing.

use diesel::{connection::SimpleConnection, prelude::*};
use rag_repo::{
    RepoError,
    jobs::{self, Lease, Progress},
};
use rag_schema::{
    enums::{JobKind, JobStage, JobState},
    ids::JobId,
    models::{Job, NewJob},
    schema,
};

use crate::fixture::Fixture;

fn queue(fixture: &mut Fixture, size_bytes: i64) -> Job {
    let new = NewJob {
        id: JobId::new(),
        kind: JobKind::Ingest,
        collection_id: fixture.collection,
        document_id: None,
        version_id: None,
        title: "a",
        size_bytes,
    };
    jobs::insert(&mut fixture.conn, &new).unwrap()
}

/// Only this test's jobs: others' are locked away by their own transactions, but a shared server may hold committed ones.
fn claim(fixture: &mut Fixture, most_jobs: i32, most_bytes: i64) -> Vec<Job> {
    diesel::delete(schema::jobs::table.filter(schema::jobs::collection_id.ne(fixture.collection)))
        .execute(&mut fixture.conn)
        .unwrap();
    jobs::claim(&mut fixture.conn, most_jobs, most_bytes, 60.0).unwrap()
}

fn lease(job: &Job) -> Lease {
    Lease { job: job.id, attempt: job.attempts }
}

const STEP: Progress = Progress { stage: JobStage::Embedding, done: 1, total: Some(2) };

#[test]
fn a_claim_takes_jobs_up_to_its_bytes_and_always_one() {
    let mut fixture = Fixture::new();
    let large = queue(&mut fixture, 5_000);
    let small = [queue(&mut fixture, 10), queue(&mut fixture, 20), queue(&mut fixture, 30)];
    assert_eq!(claim(&mut fixture, 64, 1_000).iter().map(|job| job.id).collect::<Vec<_>>(), [large.id]);
    let next = claim(&mut fixture, 2, 1_000);
    assert_eq!(next.iter().map(|job| job.id).collect::<Vec<_>>(), [small[0].id, small[1].id]);
    assert!(next.iter().all(|job| job.state == JobState::Running && job.attempts == 1));
}

#[test]
fn an_expired_lease_passes_to_the_next_worker_and_binds_the_first_no_more() {
    let mut fixture = Fixture::new();
    queue(&mut fixture, 10);
    let first = claim(&mut fixture, 1, 100).remove(0);
    assert!(jobs::advance(&mut fixture.conn, lease(&first), 60, &STEP).is_ok());
    fixture
        .conn
        .batch_execute("UPDATE jobs SET leased_until = now() - interval '1 second' WHERE state = 'running'")
        .unwrap();
    let second = claim(&mut fixture, 1, 100).remove(0);
    assert_eq!(second.id, first.id);
    assert!(matches!(jobs::advance(&mut fixture.conn, lease(&first), 60, &STEP), Err(RepoError::NotFound)));
    assert!(matches!(
        jobs::finish(&mut fixture.conn, lease(&first), JobState::Done, None),
        Err(RepoError::NotFound)
    ));
    jobs::finish(&mut fixture.conn, lease(&second), JobState::Done, None).unwrap();
    assert_eq!(jobs::open_count(&mut fixture.conn, fixture.collection).unwrap(), 0);
}

#[test]
fn only_dead_jobs_are_retried() {
    let mut fixture = Fixture::new();
    queue(&mut fixture, 10);
    let job = claim(&mut fixture, 1, 100).remove(0);
    assert!(matches!(jobs::retry(&mut fixture.conn, job.id), Err(RepoError::NotFound)));
    jobs::finish(&mut fixture.conn, lease(&job), JobState::Dead, None).unwrap();
    assert_eq!(jobs::retry(&mut fixture.conn, job.id).unwrap().state, JobState::Queued);
}

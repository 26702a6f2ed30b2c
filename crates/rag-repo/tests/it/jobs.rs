//! Jobs are held by one worker at a time, a lost lease writes nothing, and only a job's own failures bring it to its end.

use std::collections::BTreeMap;

use diesel::{
    connection::SimpleConnection,
    dsl::{IntervalDsl, now},
    prelude::*,
    sql_types::{Integer, Text, Timestamptz, Uuid},
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use rag_repo::{
    RepoError, embedding_models,
    jobs::{self, Claim, GivenBack, Lease, Progress},
};
use rag_schema::{
    enums::{JobKind, JobStage, JobState},
    ids::{CollectionId, JobId},
    models::{Job, NewJob, Task, UpkeepTask, VectorIndex},
    schema,
};

use crate::fixture::Fixture;

const STEP: Progress = Progress { stage: JobStage::Embedding, done: 1, total: Some(2) };
const MAX_LOST_LEASES: i32 = 3;

fn queue_in(fixture: &mut Fixture, collection: CollectionId, size_bytes: i64) -> JobId {
    let new = NewJob {
        id: JobId::new(),
        kind: JobKind::Ingest,
        collection_id: Some(collection),
        document_id: None,
        version_id: None,
        title: "a",
        size_bytes,
        payload: &serde_json::json!({}),
        model_id: Some(fixture.model.id),
    };
    jobs::insert(&mut fixture.conn, &new).unwrap().id
}

fn queue(fixture: &mut Fixture, size_bytes: i64) -> JobId {
    let collection = fixture.collection;
    queue_in(fixture, collection, size_bytes)
}

fn claim_of(kind: JobKind) -> Claim {
    Claim {
        kind,
        max_jobs: 64,
        max_bytes: 1_000,
        max_job_bytes: i64::MAX,
        min_priority: i16::MIN,
        models: Vec::new(),
        lease_s: 60,
        max_lost_leases: MAX_LOST_LEASES,
        burial: serde_json::json!({"code": "process_ended", "detail": "The process ended."}),
    }
}

/// A fixture without the jobs that other tests have committed to the same server.
fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    diesel::delete(schema::jobs::table).execute(&mut fixture.conn).unwrap();
    fixture
}

fn claim(fixture: &mut Fixture) -> Vec<Job> {
    claim_as(fixture, &claim_of(JobKind::Ingest))
}

/// What a worker takes that has the fixture's model.
fn claims(fixture: &Fixture) -> [Claim; 2] {
    [JobKind::Ingest, JobKind::Upkeep].map(|kind| Claim { models: vec![fixture.model.id], ..claim_of(kind) })
}

fn claim_as(fixture: &mut Fixture, claim: &Claim) -> Vec<Job> {
    jobs::take_back(&mut fixture.conn, claim).unwrap();
    let claim = Claim { models: vec![fixture.model.id], ..claim.clone() };
    jobs::claim(&mut fixture.conn, &[claim]).unwrap()
}

fn ids(jobs: &[Job]) -> Vec<JobId> {
    jobs.iter().map(|job| job.id).collect()
}

/// The processes of all running jobs end, and their leases run out.
fn end_processes(fixture: &mut Fixture) {
    fixture
        .conn
        .batch_execute("UPDATE jobs SET leased_until = now() - interval '1 second' WHERE state = 'running'")
        .unwrap();
}

/// Lets time pass for the jobs that wait.
fn make_due(fixture: &mut Fixture) {
    fixture.conn.batch_execute("UPDATE jobs SET run_after = now() WHERE state = 'queued'").unwrap();
}

fn find(fixture: &mut Fixture, id: JobId) -> Job {
    jobs::find(&mut fixture.conn, id).unwrap()
}

#[test]
fn a_claim_takes_jobs_up_to_its_bytes_and_always_one() {
    let mut fixture = fixture();
    let large = queue(&mut fixture, 5_000);
    let small = [queue(&mut fixture, 10), queue(&mut fixture, 20), queue(&mut fixture, 30)];
    assert_eq!(ids(&claim(&mut fixture)), [large]);
    let two = Claim { max_jobs: 2, ..claim_of(JobKind::Ingest) };
    let next = claim_as(&mut fixture, &two);
    assert_eq!(ids(&next), small[..2]);
    assert!(next.iter().all(|job| job.state == JobState::Running && job.lease_number == 1));
}

#[test]
fn a_large_job_between_small_ones_does_not_cut_their_bundle() {
    let mut fixture = fixture();
    let first = queue(&mut fixture, 10);
    let large = queue(&mut fixture, 5_000);
    let last = queue(&mut fixture, 20);
    assert_eq!(ids(&claim(&mut fixture)), [first, last]);
    assert_eq!(ids(&claim(&mut fixture)), [large]);
}

#[test]
fn an_expired_lease_passes_to_the_next_worker_and_binds_the_first_no_more() {
    let mut fixture = fixture();
    queue(&mut fixture, 10);
    let first = claim(&mut fixture).remove(0);
    jobs::hold(&mut fixture.conn, Lease::from(&first)).unwrap();
    end_processes(&mut fixture);
    let second = claim(&mut fixture).remove(0);
    assert_eq!(second.id, first.id);
    let stale = Lease::from(&first);
    let conn = &mut fixture.conn;
    assert!(matches!(jobs::hold(conn, stale), Err(RepoError::NotFound)));
    assert!(matches!(jobs::advance(conn, stale, 60, &STEP), Err(RepoError::NotFound)));
    assert!(matches!(jobs::finish(conn, stale, JobState::Done, None), Err(RepoError::NotFound)));
    jobs::give_back(conn, stale, GivenBack::Failed, 0, None).unwrap();
    assert_eq!(jobs::find(conn, first.id).unwrap().failures, 0);
    jobs::finish(conn, Lease::from(&second), JobState::Done, None).unwrap();
    assert_eq!(jobs::open_count(conn, fixture.collection).unwrap(), 0);
}

#[test]
fn a_job_that_loses_its_lease_again_and_again_is_buried_unless_it_stores_something() {
    let mut fixture = fixture();
    let id = queue(&mut fixture, 10);
    for _ in 0..MAX_LOST_LEASES - 1 {
        assert_eq!(ids(&claim(&mut fixture)), [id]);
        end_processes(&mut fixture);
    }
    let job = claim(&mut fixture).remove(0);
    assert_eq!(job.lost_leases, MAX_LOST_LEASES - 1);
    jobs::advance(&mut fixture.conn, Lease::from(&job), 60, &STEP).unwrap();
    assert_eq!(find(&mut fixture, id).lost_leases, 0);
    for _ in 0..MAX_LOST_LEASES {
        end_processes(&mut fixture);
        claim(&mut fixture);
    }
    let buried = find(&mut fixture, id);
    assert_eq!((buried.state, buried.failures), (JobState::Dead, 0));
    assert_eq!(buried.problem.unwrap()["code"], "process_ended");
}

#[test]
fn jobs_that_lost_a_lease_run_one_at_a_time_and_never_in_a_bundle() {
    let mut fixture = fixture();
    let suspects = [queue(&mut fixture, 10), queue(&mut fixture, 10)];
    assert_eq!(ids(&claim(&mut fixture)), suspects);
    end_processes(&mut fixture);
    let fresh = [queue(&mut fixture, 10), queue(&mut fixture, 10)];
    let first = claim(&mut fixture);
    assert_eq!(ids(&first), suspects[..1]);
    assert_eq!(ids(&claim(&mut fixture)), fresh, "others go on beside it, without the second suspect");
    assert_eq!(ids(&claim(&mut fixture)), []);
    jobs::finish(&mut fixture.conn, Lease::from(&first[0]), JobState::Done, None).unwrap();
    assert_eq!(ids(&claim(&mut fixture)), suspects[1..]);
}

#[test]
fn only_dead_jobs_are_retried_and_their_counts_begin_again() {
    let mut fixture = fixture();
    let id = queue(&mut fixture, 10);
    let job = claim(&mut fixture).remove(0);
    assert!(matches!(jobs::retry(&mut fixture.conn, id), Err(RepoError::NotFound)));
    jobs::finish(&mut fixture.conn, Lease::from(&job), JobState::Dead, None).unwrap();
    assert_eq!(find(&mut fixture, id).failures, 1);
    let retried = jobs::retry(&mut fixture.conn, id).unwrap();
    assert_eq!((retried.state, retried.failures, retried.lease_number), (JobState::Queued, 0, 1));
}

#[test]
fn one_upload_does_not_wait_behind_those_of_another_collection() {
    let mut fixture = fixture();
    let crowd: Vec<JobId> = (0..200).map(|_| queue(&mut fixture, 1_000)).collect();
    let other = fixture.another_collection();
    let single = queue_in(&mut fixture, other, 10);
    assert_eq!(ids(&claim(&mut fixture)), crowd[..1]);
    assert_eq!(ids(&claim(&mut fixture)), [single]);
    assert_eq!(ids(&claim(&mut fixture)), crowd[1..2]);
    // It gains nothing by waiting for its turn: the collection's next jobs share with the crowd.
    let more = [queue_in(&mut fixture, other, 1_000), queue_in(&mut fixture, other, 1_000)];
    let next: Vec<JobId> = (0..4).flat_map(|_| ids(&claim(&mut fixture))).collect();
    assert_eq!(next.iter().filter(|id| more.contains(id)).count(), 2, "{next:?}");
    assert_eq!(next.iter().filter(|id| crowd.contains(id)).count(), 2, "{next:?}");
}

#[test]
fn a_claim_for_small_jobs_passes_large_ones_and_what_is_less_urgent() {
    let mut fixture = fixture();
    queue(&mut fixture, 100_000);
    let small = queue(&mut fixture, 10);
    let between = Claim { max_job_bytes: 65_536, min_priority: 0, ..claim_of(JobKind::Ingest) };
    assert_eq!(ids(&claim_as(&mut fixture, &between)), [small]);
    let urgent = Claim { min_priority: 1, ..claim_of(JobKind::Ingest) };
    assert_eq!(ids(&claim_as(&mut fixture, &urgent)), []);
}

#[test]
fn upkeep_is_open_once_comes_after_other_work_and_not_again_within_its_interval() {
    let mut fixture = fixture();
    let task = Task::Upkeep(UpkeepTask {});
    let conn = &mut fixture.conn;
    assert!(jobs::schedule(conn, &task, "upkeep", -10, 3600).unwrap());
    assert!(!jobs::schedule(conn, &task, "upkeep", -10, 3600).unwrap());
    let id = queue(&mut fixture, 10);
    let all = claims(&fixture);
    assert_eq!(ids(&jobs::claim(&mut fixture.conn, &all).unwrap()), [id]);
    let upkeep = jobs::claim(&mut fixture.conn, &all).unwrap().remove(0);
    assert_eq!((upkeep.task().unwrap(), upkeep.collection_id), (task.clone(), None));
    assert!(!jobs::schedule(&mut fixture.conn, &task, "upkeep", -10, 0).unwrap(), "it runs");
    jobs::finish(&mut fixture.conn, Lease::from(&upkeep), JobState::Done, None).unwrap();
    assert!(!jobs::schedule(&mut fixture.conn, &task, "upkeep", -10, 3600).unwrap(), "it ran just now");
    fixture
        .conn
        .batch_execute("UPDATE jobs SET finished_at = now() - interval '2 hours' WHERE state = 'done'")
        .unwrap();
    assert!(jobs::schedule(&mut fixture.conn, &task, "upkeep", -10, 3600).unwrap());
}

#[test]
fn upkeep_that_has_given_way_for_long_goes_first() {
    let mut fixture = fixture();
    let task = Task::Upkeep(UpkeepTask {});
    jobs::schedule(&mut fixture.conn, &task, "upkeep", -10, 3600).unwrap();
    queue(&mut fixture, 10);
    fixture.conn.batch_execute("UPDATE jobs SET run_after = now() - interval '2 hours'").unwrap();
    jobs::raise_priority(&mut fixture.conn, JobKind::Upkeep, 10, 3600).unwrap();
    let all = claims(&fixture);
    assert_eq!(jobs::claim(&mut fixture.conn, &all).unwrap()[0].kind, JobKind::Upkeep);
}

#[test]
fn a_job_waits_for_a_process_that_has_its_model_and_a_bundle_is_of_one_model() {
    let mut fixture = fixture();
    let own = fixture.model.id;
    let other = embedding_models::register(
        &mut fixture.conn,
        &format!("other-{}", JobId::new()),
        3,
        &VectorIndex::default(),
    )
    .unwrap()
    .id;
    let first = queue(&mut fixture, 10);
    let waits = queue(&mut fixture, 10);
    let last = queue(&mut fixture, 10);
    diesel::sql_query("UPDATE jobs SET model_id = $1 WHERE id = $2")
        .bind::<Integer, _>(other)
        .bind::<Uuid, _>(waits)
        .execute(&mut fixture.conn)
        .unwrap();
    let task = Task::Upkeep(UpkeepTask {});
    jobs::schedule(&mut fixture.conn, &task, "upkeep", -10, 3600).unwrap();
    let mut take = |models: &[i32]| {
        let claims = claims(&fixture).map(|claim| Claim { models: models.to_vec(), ..claim });
        let taken = jobs::claim(&mut fixture.conn, &claims).unwrap();
        for job in &taken {
            jobs::give_back(&mut fixture.conn, Lease::from(job), GivenBack::Stop, 0, None).unwrap();
        }
        ids(&taken)
    };
    assert_eq!(take(&[own]), [first, last], "the other's job is left");
    assert_eq!(take(&[other]), [waits]);
    assert_eq!(take(&[own, other]), [first, last], "one model at a time");
    let upkeep = take(&[]);
    assert_eq!(upkeep.len(), 1, "upkeep needs no model");
    assert!(![first, waits, last].contains(&upkeep[0]));
}

#[test]
fn a_kind_of_a_newer_server_is_left_alone() {
    let mut fixture = fixture();
    let id = queue(&mut fixture, 10);
    diesel::sql_query("ALTER TABLE jobs DROP CONSTRAINT jobs_kind_known").execute(&mut fixture.conn).unwrap();
    diesel::sql_query("UPDATE jobs SET kind = $1, priority = 100 WHERE id = $2")
        .bind::<Text, _>("dream")
        .bind::<Uuid, _>(id)
        .execute(&mut fixture.conn)
        .unwrap();
    let known = queue(&mut fixture, 10);
    let all = claims(&fixture);
    assert_eq!(ids(&jobs::claim(&mut fixture.conn, &all).unwrap()), [known]);
    assert!(matches!(jobs::find(&mut fixture.conn, id), Err(RepoError::NotFound)));
    assert_eq!(ids(&jobs::list(&mut fixture.conn, None, None, rag_repo::Page::first(9)).unwrap()), [known]);
}

#[test]
fn finished_jobs_are_deleted_when_they_are_old_but_a_dead_one_stays_with_its_document() {
    let mut fixture = fixture();
    let stored = fixture.build(&["text"]);
    let [old, new, dead] = [0; 3].map(|_| queue(&mut fixture, 10));
    for job in claim(&mut fixture) {
        let state = if job.id == dead { JobState::Dead } else { JobState::Done };
        jobs::finish(&mut fixture.conn, Lease::from(&job), state, None).unwrap();
    }
    diesel::update(schema::jobs::table.find(dead))
        .set(schema::jobs::document_id.eq(stored.document))
        .execute(&mut fixture.conn)
        .unwrap();
    diesel::update(schema::jobs::table.filter(schema::jobs::id.ne(new)))
        .set(schema::jobs::finished_at.eq((now.into_sql::<Timestamptz>() - 31.days()).nullable()))
        .execute(&mut fixture.conn)
        .unwrap();
    assert_eq!(jobs::delete_finished(&mut fixture.conn, 30, 100).unwrap(), 1);
    assert!(matches!(jobs::find(&mut fixture.conn, old), Err(RepoError::NotFound)));
    find(&mut fixture, new);
    find(&mut fixture, dead);
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
    let fixture = std::cell::RefCell::new(&mut fixture);
    let result = runner.run(&events(), |events| {
        run_events(&mut fixture.borrow_mut(), &events);
        let conn = &mut fixture.borrow_mut().conn;
        diesel::delete(schema::jobs::table).execute(conn).unwrap();
        Ok(())
    });
    result.unwrap();
}

#[test]
fn a_claim_walks_the_index_of_its_size() {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
        text: String,
    }
    let mut fixture = fixture();
    fixture
        .conn
        .batch_execute(&format!(
            "INSERT INTO jobs (id, kind, collection_id, title, size_bytes, model_id)
             SELECT gen_random_uuid(), 'ingest', '{}', 'a', 100000, {} FROM generate_series(1, 2000);
             ANALYZE jobs",
            fixture.collection, fixture.model.id
        ))
        .unwrap();
    for (bytes, index) in [("65536", "jobs_due_small_idx"), ("9223372036854775807", "jobs_due_idx")] {
        let sql = include_str!("../../src/claim_jobs.sql")
            .replace("$1", "'ingest'")
            .replace("$2", "64")
            .replace("$3", "1000")
            .replace("$4", "1")
            .replace("$5", "0")
            .replace("$6", bytes)
            .replace("$7", &format!("ARRAY[{}]", fixture.model.id));
        let lines: Vec<Line> = diesel::sql_query(format!("EXPLAIN {}", sql.split_once('\n').unwrap().1))
            .load(&mut fixture.conn)
            .unwrap();
        let plan: Vec<String> = lines.into_iter().map(|line| line.text).collect();
        assert!(plan.iter().any(|line| line.contains(index)), "{bytes}: {plan:#?}");
    }
}

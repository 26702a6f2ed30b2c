//! Jobs are held by one worker at a time, a lost lease writes nothing, and only a job's own failures bring it to its end.

use diesel::{
    connection::SimpleConnection,
    dsl::{IntervalDsl, now},
    prelude::*,
    sql_types::{Integer, Text, Timestamptz, Uuid},
};
use rag_repo::{
    RepoError, embedding_models,
    jobs::{self, Claim, GivenBack, JobFilter, Lease, Progress},
};
use rag_schema::{
    enums::{JobKind, JobStage, JobState},
    ids::{CollectionId, JobId},
    models::{Job, NewJob, Task, UpkeepTask, VectorIndex},
    schema,
};

use crate::fixture::Fixture;

pub(crate) const STEP: Progress = Progress { stage: JobStage::Embedding, done: 1, total: Some(2) };
pub(crate) const MAX_LOST_LEASES: i32 = 3;

pub(crate) fn queue_in(fixture: &mut Fixture, collection: CollectionId, size_bytes: i64) -> JobId {
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
        user_id: None,
    };
    jobs::insert(&mut fixture.conn, &new).unwrap().id
}

pub(crate) fn queue(fixture: &mut Fixture, size_bytes: i64) -> JobId {
    let collection = fixture.collection;
    queue_in(fixture, collection, size_bytes)
}

pub(crate) fn claim_of(kind: JobKind) -> Claim {
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
pub(crate) fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    diesel::delete(schema::jobs::table).execute(&mut fixture.conn).unwrap();
    fixture
}

pub(crate) fn claim(fixture: &mut Fixture) -> Vec<Job> {
    claim_as(fixture, &claim_of(JobKind::Ingest))
}

/// What a worker takes that has the fixture's model.
pub(crate) fn claims(fixture: &Fixture) -> [Claim; 2] {
    [JobKind::Ingest, JobKind::Upkeep].map(|kind| Claim { models: vec![fixture.model.id], ..claim_of(kind) })
}

fn claim_as(fixture: &mut Fixture, claim: &Claim) -> Vec<Job> {
    jobs::take_back(&mut fixture.conn, claim).unwrap();
    let claim = Claim { models: vec![fixture.model.id], ..claim.clone() };
    jobs::claim(&mut fixture.conn, &[claim]).unwrap()
}

pub(crate) fn ids(jobs: &[Job]) -> Vec<JobId> {
    jobs.iter().map(|job| job.id).collect()
}

/// The processes of all running jobs end, and their leases run out.
pub(crate) fn end_processes(fixture: &mut Fixture) {
    fixture
        .conn
        .batch_execute("UPDATE jobs SET leased_until = now() - interval '1 second' WHERE state = 'running'")
        .unwrap();
}

pub(crate) fn find(fixture: &mut Fixture, id: JobId) -> Job {
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
fn the_counts_of_a_retried_job_begin_again() {
    let mut fixture = fixture();
    let id = queue(&mut fixture, 10);
    let job = claim(&mut fixture).remove(0);
    jobs::finish(&mut fixture.conn, Lease::from(&job), JobState::Dead, None).unwrap();
    assert_eq!(find(&mut fixture, id).failures, 1);
    let retried = jobs::retry(&mut fixture.conn, id).unwrap();
    assert_eq!((retried.state, retried.failures, retried.lease_number), (JobState::Queued, 0, 1));
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
    assert_eq!(
        ids(&jobs::list(&mut fixture.conn, &JobFilter::default(), rag_repo::Page::first(9)).unwrap()),
        [known]
    );
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

#[test]
fn a_user_queues_only_ingest_of_their_own_documents_and_takes_no_place_in_the_order() {
    let mut fixture = fixture();
    let foreign = fixture.store(&["text"]);
    let (mine, other_user) = (fixture.collection, crate::fixture::new_user(&mut fixture.conn));
    let theirs = crate::fixture::new_collection(&mut fixture.conn, other_user, fixture.model.id);
    let insert = |fixture: &mut Fixture, columns: &str, values: &str| {
        let model = fixture.model.id;
        let sql = format!(
            "INSERT INTO jobs (id, title, size_bytes, model_id, {columns}) VALUES (gen_random_uuid(), 'a', 1, {model}, {values})"
        );
        crate::fixture::as_user_if_allowed(&mut fixture.conn, other_user, &sql)
    };
    assert!(insert(&mut fixture, "kind, collection_id", &format!("'ingest', '{theirs}'")));
    for (columns, values) in [
        ("kind, collection_id", format!("'ingest', '{mine}'")),
        ("kind, collection_id", format!("'upkeep', '{theirs}'")),
        ("kind", "'upkeep'".to_owned()),
        ("kind, collection_id, document_id", format!("'ingest', '{theirs}', '{}'", foreign.document)),
        ("kind, collection_id, version_id", format!("'ingest', '{theirs}', '{}'", foreign.version)),
        ("kind, collection_id, priority", format!("'ingest', '{theirs}', 100")),
        ("kind, collection_id, turn", format!("'ingest', '{theirs}', -1")),
        ("kind, collection_id, failures", format!("'ingest', '{theirs}', -1")),
    ] {
        assert!(!insert(&mut fixture, columns, &values), "{columns}: {values}");
    }
    jobs::schedule(&mut fixture.conn, &Task::Upkeep(UpkeepTask {}), "upkeep", -10, 3600).unwrap();
    let seen = crate::fixture::as_user(&mut fixture.conn, other_user, |conn| {
        jobs::list(conn, &JobFilter::default(), rag_repo::Page::first(9)).unwrap()
    });
    assert_eq!(seen.iter().map(|job| job.collection_id).collect::<Vec<_>>(), [Some(theirs)]);
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

//! Jobs that people pause and watch: a change of the state voids the lease, and progress is no change.

use diesel::{connection::SimpleConnection, prelude::*};
use rag_repo::jobs::{self, GivenBack, Lease, Progress, Report};
use rag_schema::{
    enums::{JobStage, JobState},
    schema,
};

use crate::jobs::{STEP, claim, find, fixture, ids, queue};

#[test]
fn a_paused_job_is_taken_by_nobody_and_binds_its_worker_no_more() {
    let mut fixture = fixture();
    let id = queue(&mut fixture, 10);
    let held = Lease::from(&claim(&mut fixture)[0]);
    let conn = &mut fixture.conn;
    assert!(jobs::report(conn, &[held], &[]).unwrap().is_empty());
    let job = jobs::lock(conn, id).unwrap();
    jobs::pause(conn, job.id).unwrap();
    assert!(jobs::hold_storing(conn, held).is_err());
    assert_eq!(jobs::report(conn, &[held], &[]).unwrap(), [id]);
    jobs::give_back(conn, held, GivenBack::Stop, 0, None).unwrap();
    assert!(claim(&mut fixture).is_empty());
    jobs::resume(&mut fixture.conn, id).unwrap();
    assert_eq!(ids(&claim(&mut fixture)), [id]);
}

#[test]
fn progress_is_written_under_a_valid_lease_alone_and_is_no_change_of_the_state() {
    let mut fixture = fixture();
    let id = queue(&mut fixture, 10);
    let lease = Lease::from(&claim(&mut fixture)[0]);
    let before = find(&mut fixture, id).changed_at;
    let progress = Progress { stage: JobStage::Embedding, done: 3, total: Some(9) };
    let report = Report { lease, progress, units_per_second: Some(1.5) };
    let stale = Report { lease: Lease { number: 7, ..lease }, progress: STEP, ..report };
    jobs::report(&mut fixture.conn, &[lease], &[report, stale]).unwrap();
    let job = find(&mut fixture, id);
    assert_eq!((job.done_units, job.total_units, job.changed_at), (3, Some(9), before));
    assert_eq!(job.pace().unwrap().eta_s, Some(4));
    jobs::finish(&mut fixture.conn, lease, JobState::Done, None).unwrap();
    let done = find(&mut fixture, id);
    assert!(done.changed_at > before && done.pace().is_none());
}

#[test]
fn watchers_see_running_jobs_and_those_whose_state_has_changed() {
    let mut fixture = fixture();
    let [first, second] = [queue(&mut fixture, 10), queue(&mut fixture, 10)];
    let all = jobs::changes_since(&mut fixture.conn, None).unwrap();
    assert_eq!(ids(&all.jobs), [first, second]);
    fixture.conn.batch_execute("UPDATE jobs SET changed_at = now() - interval '1 hour'").unwrap();
    assert!(jobs::changes_since(&mut fixture.conn, all.next).unwrap().jobs.is_empty());
    jobs::pause(&mut fixture.conn, second).unwrap();
    assert_eq!(ids(&jobs::changes_since(&mut fixture.conn, all.next).unwrap().jobs), [second]);
}

#[test]
fn ingest_jobs_of_a_paused_collection_begin_as_paused() {
    let mut fixture = fixture();
    let before = queue(&mut fixture, 10);
    let collection = fixture.collection;
    jobs::note_pause(&mut fixture.conn, collection, true).unwrap();
    assert_eq!(jobs::pause_ingest(&mut fixture.conn, collection).unwrap(), 1);
    let after = queue(&mut fixture, 10);
    let states: Vec<JobState> = schema::jobs::table
        .filter(schema::jobs::id.eq_any([before, after]))
        .select(schema::jobs::state)
        .load(&mut fixture.conn)
        .unwrap();
    assert_eq!(states, [JobState::Paused; 2]);
    jobs::note_pause(&mut fixture.conn, collection, false).unwrap();
    assert_eq!(jobs::resume_ingest(&mut fixture.conn, collection).unwrap(), 2);
    let next = queue(&mut fixture, 10);
    assert_eq!(find(&mut fixture, next).state, JobState::Queued);
}

#[test]
fn of_a_pause_and_a_resumption_at_the_same_time_the_later_note_decides() {
    let mut fixture = fixture();
    let id = queue(&mut fixture, 10);
    let (collection, conn) = (fixture.collection, &mut fixture.conn);
    // Each notes its wish before it changes the jobs: here the pause changes them last, though it was noted first.
    jobs::note_pause(conn, collection, true).unwrap();
    jobs::note_pause(conn, collection, false).unwrap();
    assert_eq!(jobs::resume_ingest(conn, collection).unwrap(), 0);
    assert_eq!(jobs::pause_ingest(conn, collection).unwrap(), 0);
    jobs::note_pause(conn, collection, true).unwrap();
    assert_eq!(jobs::pause_ingest(conn, collection).unwrap(), 1);
    assert_eq!(jobs::resume_ingest(conn, collection).unwrap(), 0);
    assert_eq!(find(&mut fixture, id).state, JobState::Paused);
}

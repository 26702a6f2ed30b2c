//! An organisation that queues little does not wait for one that queues much.

use rag_repo::jobs as queries;
use rag_schema::{
    enums::JobKind,
    ids::{CollectionId, JobId},
    models::{Task, UpkeepTask},
};

use crate::{
    fixture::{new_collection, new_user},
    jobs::{claim, claims, end_processes, fixture, ids, queue, queue_in},
};

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
fn an_organisation_gains_nothing_by_many_collections() {
    let mut fixture = fixture();
    let many: Vec<CollectionId> = (0..4).map(|_| fixture.another_collection()).collect();
    let other_user = new_user(&mut fixture.conn);
    let single = new_collection(&mut fixture.conn, other_user, fixture.model.id);
    let mut jobs_of_single = Vec::new();
    for _ in 0..20 {
        for collection in &many {
            queue_in(&mut fixture, *collection, 1_000);
        }
        jobs_of_single.push(queue_in(&mut fixture, single, 1_000));
    }
    let first: Vec<JobId> = (0..30).flat_map(|_| ids(&claim(&mut fixture))).collect();
    let share = first.iter().filter(|id| jobs_of_single.contains(id)).count();
    assert!((13..=17).contains(&share), "{share} of 30 jobs are the single collection's");
}

#[test]
fn a_suspect_that_waits_for_another_one_keeps_no_other_kind_waiting() {
    let mut fixture = fixture();
    let suspects = [queue(&mut fixture, 5_000), queue(&mut fixture, 5_000)];
    for _ in &suspects {
        claim(&mut fixture);
    }
    end_processes(&mut fixture);
    assert_eq!(ids(&claim(&mut fixture)), suspects[..1]);
    let upkeep = Task::Upkeep(UpkeepTask {});
    assert!(queries::schedule(&mut fixture.conn, &upkeep, "upkeep", -1, 3_600).unwrap());
    let claims = claims(&fixture);
    let taken = queries::claim(&mut fixture.conn, &claims).unwrap();
    assert_eq!(taken.iter().map(|job| job.kind).collect::<Vec<_>>(), [JobKind::Upkeep]);
    assert!(queries::claim(&mut fixture.conn, &claims).unwrap().is_empty());
}

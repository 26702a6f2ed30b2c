//! The owner of a collection, as the database lets a user change it.

use diesel::{Connection, connection::SimpleConnection as _};
use rag_repo::{RepoError, collections, users};
use rag_schema::{enums::Role, ids::UserId, models::NewUser};

use crate::fixture::{Fixture, as_user, new_user};

#[test]
fn an_owner_hands_on_documents_within_the_organisation_and_no_rooms_of_their_own() {
    let mut fixture = Fixture::new();
    let (owner, collection) = (fixture.user, fixture.collection);
    let stranger = new_user(&mut fixture.conn);
    let conn = &mut fixture.conn;
    let organisation_id = users::find(conn, owner).unwrap().organisation_id;
    let id = UserId::new();
    let email = format!("{id}@test");
    let role = Role::Member;
    let new = NewUser { id, organisation_id, email: &email, display_name: "-", role, password_hash: None };
    let colleague = users::insert(conn, &new).unwrap().id;
    let room = UserId::new();
    conn.batch_execute(&format!(
        "INSERT INTO collections (id, organisation_id, owner_id, kind, name, model_id)
             SELECT '{room}', '{organisation_id}', '{owner}', 'memory', 'memory', min(id) FROM embedding_models"
    ))
    .unwrap();
    let room = room.uuid().into();
    as_user(conn, owner, |conn| {
        // Each in a savepoint: a refusal aborts it.
        let memories = conn.transaction(|conn| collections::set_owner(conn, room, colleague));
        assert!(matches!(memories, Err(RepoError::Forbidden)), "{memories:?}");
        let away = conn.transaction(|conn| collections::set_owner(conn, collection, stranger));
        assert!(matches!(away, Err(RepoError::Conflict(_))), "{away:?}");
    });
    as_user(conn, colleague, |conn| {
        let taken = collections::set_owner(conn, collection, colleague);
        assert!(matches!(taken, Err(RepoError::Forbidden)), "{taken:?}");
    });
    as_user(conn, owner, |conn| collections::set_owner(conn, collection, colleague).unwrap());
    as_user(conn, colleague, |conn| {
        assert_eq!(collections::find(conn, collection).unwrap().owner_id, colleague);
    });
}

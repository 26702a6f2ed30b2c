//! A collection that gets another owner: the rights that change, and those that stay.

use rag_schema::{
    enums::{Role, Scope},
    ids::UserId,
};
use rag_testkit::{Answer, Client};
use serde_json::{Value, json};

use super::cast::{Cast, new_key, new_user};

/// Columns of the table.
const READER: usize = 2;
const EDITOR: usize = 3;
const ADMIN: usize = 5;
const LINK: usize = 8;

fn transfer(client: &Client, collection: &str, user: UserId) -> Answer {
    let path = format!("/v1/collections/{collection}/owner");
    Answer::of(client.request("PUT", &path).json(&json!({"user_id": user})))
}

fn rename(client: &Client, collection: &str, name: &str) -> Answer {
    Answer::of(client.request("PATCH", &format!("/v1/collections/{collection}")).json(&json!({"name": name})))
}

/// Ids and roles of the members.
fn members(client: &Client, collection: &str) -> Vec<(Value, Value)> {
    let listed = client.get(&format!("/v1/collections/{collection}/members")).expect(200);
    let items = listed["items"].as_array().unwrap();
    items.iter().map(|member| (member["user_id"].clone(), member["role"].clone())).collect()
}

#[test]
fn the_new_owner_has_all_rights_and_the_previous_one_stays_as_an_editor() {
    let cast = Cast::new();
    let [_, reader, editor, owner, _, suspended] = cast.users;
    let (before, after) = (cast.owner(), &cast.clients[READER]);
    assert_eq!(rename(after, &cast.collection, "Mine").problem(403), "forbidden");
    transfer(before, &cast.collection, reader).expect(204);
    let listed = members(after, &cast.collection);
    assert_eq!(listed[0], (json!(reader), json!("owner")), "{listed:?}");
    let mut others = listed[1..].to_vec();
    others.sort_by_key(|(id, _)| id.to_string());
    let mut expected = [editor, owner, suspended].map(|id| (json!(id), json!("editor")));
    expected.sort_by_key(|(id, _)| id.to_string());
    assert_eq!(others, expected);

    rename(after, &cast.collection, "Mine").expect(200);
    cast.fresh_document();
    let path = format!("/v1/collections/{}", cast.collection);
    assert_eq!(rename(before, &cast.collection, "Back").problem(403), "forbidden");
    assert_eq!(before.send("DELETE", &path).problem(403), "forbidden");
    assert_eq!(transfer(before, &cast.collection, owner).problem(403), "forbidden");
    // Others find what they found, and the link is the new owner's to revoke.
    for column in [EDITOR, LINK] {
        cast.clients[column].get(&format!("/v1/documents/{}", cast.document)).expect(200);
    }
    assert_eq!(before.get(&format!("{path}/links")).expect(200)["items"], json!([]));
    let links = after.get(&format!("{path}/links")).expect(200);
    after.send("DELETE", &format!("/v1/links/{}", links["items"][0]["id"].as_str().unwrap())).expect(204);
    assert_eq!(cast.clients[LINK].get(&path).problem(401), "unauthorized");
    after.send("DELETE", &path).expect(204);
}

#[test]
fn the_audit_log_names_both_owners() {
    let cast = Cast::new();
    let [_, reader, _, owner, ..] = cast.users;
    let answer = transfer(cast.owner(), &cast.collection, reader);
    answer.expect(204);
    let query = format!("/v1/audit?action=collection_owner.update&object_id={}", cast.collection);
    let events = cast.clients[ADMIN].get(&query).expect(200)["items"].clone();
    let [event] = &events.as_array().unwrap()[..] else { panic!("{events}") };
    assert_eq!(event["actor_id"], json!(owner));
    assert_eq!(event["details"], json!({"owner_id": reader}));
    assert_eq!(event["request_id"].as_str().unwrap(), answer.header("x-request-id"));
}

#[test]
fn a_transfer_to_the_owner_changes_nothing() {
    let cast = Cast::new();
    let before = members(cast.owner(), &cast.collection);
    transfer(cast.owner(), &cast.collection, cast.users[3]).expect(204);
    assert_eq!(members(cast.owner(), &cast.collection), before);
    assert_eq!(transfer(&cast.clients[EDITOR], &cast.collection, cast.users[3]).problem(403), "forbidden");
}

#[test]
fn a_collection_goes_only_to_an_active_user_of_the_organisation_with_room_for_its_name() {
    let cast = Cast::new();
    let [stranger, reader, _, owner, _, suspended] = cast.users;
    let before = members(cast.owner(), &cast.collection);
    for user in [stranger, UserId::new()] {
        assert_eq!(transfer(cast.owner(), &cast.collection, user).problem(404), "not_found");
    }
    assert_eq!(transfer(cast.owner(), &cast.collection, suspended).problem(409), "conflict");
    cast.clients[READER].collection("Shared");
    let taken = transfer(cast.owner(), &cast.collection, reader);
    assert_eq!(taken.problem(409), "conflict");
    let detail = taken.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.starts_with("cannot transfer the collection to ") && detail.contains("Rename"),
        "{detail}"
    );
    let key = cast.app.bearing(&new_key(cast.engine(), owner, &[Scope::Manage, Scope::Read]));
    assert_eq!(transfer(&key, &cast.collection, cast.users[2]).problem(403), "forbidden");
    assert_eq!(members(cast.owner(), &cast.collection), before, "a refused transfer has changed something");
}

#[test]
fn tools_stay_with_their_user() {
    let cast = Cast::new();
    let name = cast.fresh_tool();
    let tool = cast.owner().get(&format!("/v1/tools/{name}")).expect(200);
    let collection = tool["collection_id"].as_str().unwrap();
    assert_eq!(transfer(cast.owner(), collection, cast.users[1]).problem(404), "not_found");
}

#[test]
fn a_transferred_collection_outlives_its_previous_owner() {
    let cast = Cast::new();
    let colleague = new_user(cast.engine(), cast.organisation, Role::Member);
    let lost = cast.fresh_collection();
    cast.owner().collection("Of nobody else");
    transfer(cast.owner(), &cast.collection, colleague).expect(204);
    let receipt = cast.owner().send("DELETE", "/v1/me").expect(200);
    assert_eq!(
        (&receipt["collections"], &receipt["shared_collections"]),
        (&json!(2), &json!(1)),
        "{receipt}"
    );
    let editor = &cast.clients[EDITOR];
    editor.get(&format!("/v1/documents/{}", cast.document)).expect(200);
    assert_eq!(editor.get(&format!("/v1/collections/{lost}")).problem(404), "not_found");
}

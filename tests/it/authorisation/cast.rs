//! The people of the table: two organisations, a shared collection, and callers of every kind.

use std::sync::atomic::{AtomicU32, Ordering};

use rag_api::ApiSettings;
use rag_engine::{Actor, Engine, FetchJobSettings, accounts::NewKey};
use rag_repo::{links, logins, logins::NewLogin, organisations, users};
use rag_schema::{
    enums::{Role, Scope, UserState},
    ids::{CollectionId, OrganisationId, UserId},
    models::NewUser,
};
use rag_testkit::{Client, Setup, TestApp};
use serde_json::{Value, json};

/// Kinds of callers, in the order of the table's columns.
pub(super) const CALLERS: [&str; 9] =
    ["anonymous", "stranger", "reader", "editor", "owner", "admin", "narrow", "suspended", "link"];

/// Which of those a column is.
pub(super) const OWNER: usize = 4;

/// Two organisations. The first has a collection of `owner`'s, shared with an editor, a reader and by a link.
pub(super) struct Cast {
    pub(super) app: TestApp,
    pub(super) organisation: OrganisationId,
    pub(super) users: [UserId; 6],
    pub(super) clients: Vec<Client>,
    pub(super) collection: String,
    pub(super) document: String,
    pub(super) job: String,
    pub(super) session: String,
    count: AtomicU32,
}

/// Settings by which addresses are queued and never fetched.
pub(super) fn unworked() -> FetchJobSettings {
    FetchJobSettings { workers: 0, ..FetchJobSettings::default() }
}

impl Cast {
    pub(super) fn new() -> Self {
        let settings = Setup::default().api;
        let api = ApiSettings { attempts_per_minute: 0, dify: true, open_webui: true, ..settings };
        let app = TestApp::with(Setup { api, fetch: Some(unworked()), ..Setup::default() });
        let engine = app.engine();
        let [organisation, elsewhere] = ["Here", "Elsewhere"].map(|name| {
            engine.db().transaction(Actor::System, |conn| organisations::insert(conn, name)).unwrap()
        });
        let member = |organisation, role| new_user(engine, organisation, role);
        // In the order of the columns: stranger, reader, editor, owner, admin, suspended.
        let users = [
            member(elsewhere, Role::Admin),
            member(organisation, Role::Member),
            member(organisation, Role::Member),
            member(organisation, Role::Member),
            member(organisation, Role::Admin),
            member(organisation, Role::Member),
        ];
        let all = Scope::ALL;
        let key = |user, scopes| app.bearing(&new_key(engine, user, scopes));
        let [stranger, reader, editor, owner, admin, suspended] = users;
        let owning = key(owner, all);
        let collection = owning.collection("Shared");
        let accepted = owning.post(
            &format!("/v1/collections/{collection}/texts"),
            &json!({"title": "Granite", "text": "Granite is the rock of this hill."}),
        );
        let accepted = accepted.expect(202);
        let document = owning.ingested(&accepted);
        let job = accepted.pointer("/job/id").unwrap().as_str().unwrap().to_owned();
        let session = owning.post("/v1/sessions", &json!({})).expect(201)["id"].as_str().unwrap().to_owned();
        for (user, role) in [(reader, "reader"), (editor, "editor"), (suspended, "editor")] {
            share(&owning, &collection, user, role);
        }
        let link = owning.post(&format!("/v1/collections/{collection}/links"), &json!({})).expect(201);
        let clients = vec![
            app.anonymous(),
            key(stranger, all),
            key(reader, all),
            key(editor, all),
            owning,
            key(admin, all),
            key(owner, &[Scope::Read]),
            key(suspended, all),
            app.bearing(link["secret"].as_str().unwrap()),
        ];
        let change = users::UserChange { state: Some(UserState::Suspended), ..users::UserChange::default() };
        engine.db().transaction(Actor::System, |conn| users::update(conn, suspended, change)).unwrap();
        let count = AtomicU32::new(0);
        Self { app, organisation, users, clients, collection, document, job, session, count }
    }

    pub(super) fn engine(&self) -> &Engine {
        self.app.engine()
    }

    pub(super) fn owner(&self) -> &Client {
        &self.clients[OWNER]
    }

    fn owner_id(&self) -> UserId {
        self.users[3]
    }

    /// A number that no other object of this cast has.
    pub(super) fn number(&self) -> u32 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// A collection of the owner's, shared as the first one is.
    pub(super) fn fresh_collection(&self) -> String {
        let id = self.owner().collection(&format!("Fresh {}", self.number()));
        for (user, role) in [(self.users[1], "reader"), (self.users[2], "editor"), (self.users[5], "editor")]
        {
            share(self.owner(), &id, user, role);
        }
        id
    }

    /// The name of the model of the shared collection.
    pub(super) fn model(&self) -> Value {
        self.owner().get(&format!("/v1/collections/{}", self.collection)).expect(200)["model"].clone()
    }

    /// A document in the shared collection.
    pub(super) fn fresh_document(&self) -> String {
        let body = json!({"title": "Fresh", "text": format!("Fresh words number {}.", self.number())});
        let accepted =
            self.owner().post(&format!("/v1/collections/{}/texts", self.collection), &body).expect(202);
        self.owner().ingested(&accepted)
    }

    /// A memory of the owner's, and the step that stored it.
    pub(super) fn fresh_memory(&self) -> (String, String) {
        let fact = json!({"content": format!("Gneiss number {} is striped", self.number())});
        let stored = self.owner().post("/v1/memories", &fact).expect(200);
        let text = |name: &str| stored[name].as_str().unwrap().to_owned();
        (text("memory_id"), text("step_id"))
    }

    /// The rating of a passage of the shared document for that question.
    pub(super) fn rated_result(&self, question: &str) -> Value {
        let chunks = self.owner().get(&format!("/v1/documents/{}/chunks", self.document)).expect(200);
        json!({"query": question, "chunk_id": chunks["items"][0]["id"], "rating": "up"})
    }

    /// A judgement of the owner's.
    pub(super) fn fresh_judgement(&self) -> String {
        let path = format!("/v1/collections/{}/judgements", self.collection);
        let rated = self.rated_result(&format!("question {}", self.number()));
        id(&self.owner().post(&path, &rated).expect(200))
    }

    /// Name of a tool of the owner's.
    pub(super) fn fresh_tool(&self) -> String {
        let name = format!("tool_{}", self.number());
        let body = json!({"description": "Cuts granite"});
        rag_testkit::Answer::of(self.owner().request("PUT", &format!("/v1/tools/{name}")).json(&body))
            .expect(200);
        name
    }

    /// A conversation of the owner's.
    pub(super) fn fresh_session(&self) -> String {
        id(&self.owner().post("/v1/sessions", &json!({})).expect(201))
    }

    /// An answer in the owner's session.
    pub(super) fn fresh_answer(&self) -> String {
        let path = format!("/v1/sessions/{}/ask", self.session);
        let turn = self.owner().post(&path, &json!({"question": "What is granite?"})).expect(200);
        turn["answer"]["message_id"].as_str().unwrap().to_owned()
    }

    /// A key of the owner's.
    pub(super) fn fresh_key(&self) -> String {
        id(&self.owner().post("/v1/keys", &json!({"name": "fresh", "scopes": ["read"]})).expect(201))
    }

    /// A login of the owner's.
    pub(super) fn fresh_login(&self) -> String {
        let authentication = Actor::Authentication { request: None };
        let user = self.owner_id();
        self.engine()
            .db()
            .transaction(authentication, |conn| {
                logins::insert(conn, &NewLogin { user, device: "test", address: None, days: 1 })
            })
            .unwrap()
            .to_string()
    }

    /// A link to the shared collection.
    pub(super) fn fresh_link(&self) -> String {
        let collection = CollectionId::from(self.collection.parse::<uuid::Uuid>().unwrap());
        let sha256 = rag_engine::accounts::digest(&format!("link {}", self.number()));
        let actor = Actor::user(self.owner_id());
        let link =
            self.engine().db().transaction(actor, |conn| links::insert(conn, collection, &sha256, None));
        link.unwrap().id.to_string()
    }

    /// Somebody of the first organisation.
    pub(super) fn fresh_user(&self) -> String {
        new_user(self.engine(), self.organisation, Role::Member).to_string()
    }

    /// Somebody of the first organisation with a password.
    pub(super) fn fresh_account(&self) -> String {
        let id = UserId::new();
        let email = format!("{id}@example.org");
        let new = NewUser {
            id,
            organisation_id: self.organisation,
            email: &email,
            display_name: "Somebody",
            role: Role::Member,
            password_hash: Some("$argon2id$none"),
        };
        self.engine()
            .db()
            .transaction(Actor::System, |conn| users::insert(conn, &new))
            .unwrap()
            .id
            .to_string()
    }

    /// Somebody of the first organisation, who can set a new password.
    pub(super) fn fresh_reset(&self) -> String {
        let user = self.fresh_account();
        self.engine().make_password_reset(Actor::System, user.parse().unwrap()).unwrap();
        user
    }

    /// An invitation into the first organisation.
    pub(super) fn fresh_invitation(&self) -> String {
        let email = format!("fresh{}@example.org", self.number());
        id(&self.clients[5].post("/v1/invitations", &json!({"email": email})).expect(201))
    }

    /// Another caller like the one of that column, who is not needed afterwards.
    pub(super) fn double(&self, column: usize) -> Client {
        let of = |user: UserId, scopes: &[Scope]| self.app.bearing(&new_key(self.engine(), user, scopes));
        let member = || new_user(self.engine(), self.organisation, Role::Member);
        match CALLERS[column] {
            "stranger" => {
                let elsewhere = self
                    .engine()
                    .db()
                    .transaction(Actor::System, |conn| organisations::insert(conn, "Elsewhere too"))
                    .unwrap();
                of(new_user(self.engine(), elsewhere, Role::Admin), Scope::ALL)
            }
            "reader" | "editor" | "owner" => of(member(), Scope::ALL),
            _ => self.clients[column].clone(),
        }
    }
}

fn share(owner: &Client, collection: &str, user: UserId, role: &str) {
    let path = format!("/v1/collections/{collection}/members/{user}");
    rag_testkit::Answer::of(owner.request("PUT", &path).json(&json!({"role": role}))).expect(204);
}

pub(crate) fn new_user(engine: &Engine, organisation_id: OrganisationId, role: Role) -> UserId {
    let id = UserId::new();
    let email = format!("{id}@example.org");
    let new =
        NewUser { id, organisation_id, email: &email, display_name: "Somebody", role, password_hash: None };
    engine.db().transaction(Actor::System, |conn| users::insert(conn, &new)).unwrap().id
}

pub(crate) fn new_key(engine: &Engine, user: UserId, scopes: &[Scope]) -> String {
    let new = NewKey { user, name: "test", scopes, days: None };
    engine.make_key(Actor::user(user), &new).unwrap().secret
}

pub(super) fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

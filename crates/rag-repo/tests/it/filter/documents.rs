//! Documents with odd metadata, and which of them filters find.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Bool, Uuid as UuidSql},
};
use rag_repo::{
    RepoResult,
    filter::Filter,
    statement::{Bind, Statement},
};
use rag_schema::{
    ids::{CollectionId, DocumentId, UserId},
    schema::{documents, embedding_models},
};
use serde_json::Value;
use uuid::Uuid;

use crate::fixture::{connect, new_collection, new_user};

/// A collection in a test transaction. Its model has no partition for vectors, as making one keeps other tests waiting.
pub(super) struct Shelf {
    pub(super) conn: PgConnection,
    pub(super) user: UserId,
    collection: CollectionId,
}

impl Shelf {
    pub(super) fn new() -> Self {
        let mut conn = connect();
        let user = new_user(&mut conn);
        let model = format!("shelf-{}", CollectionId::new());
        let model_id: i32 = diesel::insert_into(embedding_models::table)
            .values((embedding_models::name.eq(model), embedding_models::dimensions.eq(3)))
            .returning(embedding_models::id)
            .get_result(&mut conn)
            .expect("a model");
        let collection = new_collection(&mut conn, user, model_id);
        Self { conn, user, collection }
    }
}

/// All that filters can ask of a document.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) id: DocumentId,
    pub(super) title: String,
    pub(super) source: Option<String>,
    pub(super) language: Option<String>,
    pub(super) media_type: String,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) metadata: Value,
}

impl Facts {
    /// A plain document with that metadata.
    pub(super) fn with(metadata: Value) -> Self {
        let time: DateTime<Utc> = "2024-01-01T00:00:00Z".parse().unwrap();
        Self {
            id: DocumentId::new(),
            title: "-".to_owned(),
            source: None,
            language: None,
            media_type: "text/plain".to_owned(),
            created_at: time,
            updated_at: time,
            metadata,
        }
    }
}

pub(super) fn insert(shelf: &mut Shelf, all: &[Facts]) {
    for facts in all {
        diesel::insert_into(documents::table)
            .values((
                documents::id.eq(facts.id),
                documents::collection_id.eq(shelf.collection),
                documents::title.eq(&facts.title),
                documents::source.eq(&facts.source),
                documents::language.eq(&facts.language),
                documents::media_type.eq(&facts.media_type),
                documents::metadata.eq(&facts.metadata),
                documents::created_at.eq(facts.created_at),
                documents::updated_at.eq(facts.updated_at),
            ))
            .execute(&mut shelf.conn)
            .unwrap();
    }
}

#[derive(QueryableByName)]
pub(super) struct Verdicts {
    #[diesel(sql_type = UuidSql)]
    pub(super) id: Uuid,
    #[diesel(sql_type = Array<Bool>)]
    pub(super) holds: Vec<bool>,
}

/// What each filter says of each document of the collection, in one query.
pub(super) fn verdicts(shelf: &mut Shelf, filters: &[Filter]) -> RepoResult<Vec<Verdicts>> {
    let list = vec!["{filter}"; filters.len()].join(", ");
    let query = Statement::new(format!(
        "SELECT d.id, ARRAY[{list}]::boolean[] AS holds FROM documents AS d WHERE d.collection_id = ANY($1)"
    ))
    .bind(Bind::Ids(vec![shelf.collection.uuid()]));
    filters
        .iter()
        .fold(query, |query, filter| query.splice("{filter}", |first| filter.compile(first)))
        .load(&mut shelf.conn)
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = UuidSql)]
    id: Uuid,
}

/// Documents of the collection for which the filter holds, by a WHERE clause, in order of id.
pub(super) fn found(shelf: &mut Shelf, filter: &Filter) -> RepoResult<Vec<Uuid>> {
    // As text, so that no index on collections is in the way of those that filters use.
    let query =
        Statement::new("SELECT d.id FROM documents AS d WHERE d.collection_id::text = $1 AND {filter}")
            .bind(Bind::Text(shelf.collection.to_string()))
            .splice("{filter}", |first| filter.compile(first));
    let found: Vec<Found> = query.load(&mut shelf.conn)?;
    let mut ids: Vec<Uuid> = found.into_iter().map(|found| found.id).collect();
    ids.sort();
    Ok(ids)
}

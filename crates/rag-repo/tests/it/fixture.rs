//! A connection in a test transaction, and the fewest rows that search needs.

use diesel::{Connection, PgConnection, connection::SimpleConnection};
use pgvector::HalfVector;
use rag_repo::{
    Actor, PassageWords, RepoError, RepoResult, collections, documents, embedding_models, index_words,
    migrations,
    search::{
        self, AskedPhrase, AskedWord, Corpus, DensePlan, Hit, LexicalQuery, QuestionWords, Scope, WordRule,
    },
    server, users, versions, write_chunks,
};
use rag_schema::{
    ids::{CollectionId, DocumentId, PassageId, UserId, VersionId},
    models::{
        EmbeddingModel, HeadingPath, NewChunk, NewCollection, NewDocument, NewDocumentVersion, NewEmbedding,
        VectorIndex,
    },
};

use rag_text::analyse::{Analyser, Languages};

/// A walk of the index that every model of a fixture has at first.
pub(crate) const APPROXIMATE: DensePlan = DensePlan::Hnsw { ef_search: 40 };

/// Everything a test needs; rolled back when it goes out of scope.
pub(crate) struct Fixture {
    pub(crate) conn: PgConnection,
    pub(crate) user: UserId,
    pub(crate) collection: CollectionId,
    pub(crate) model: EmbeddingModel,
    /// How the words of documents that are stored from now on are found.
    pub(crate) text_search_config: &'static str,
}

/// A document that was stored, with its chunks in order.
pub(crate) struct Stored {
    pub(crate) document: DocumentId,
    pub(crate) version: VersionId,
    pub(crate) chunks: Vec<PassageId>,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let mut conn = connect();
        // First of all: making a partition locks tables that the other rows need.
        let model = embedding_models::register(
            &mut conn,
            &format!("test-{}", VersionId::new()),
            3,
            &VectorIndex::default(),
        )
        .expect("a model");
        let user = new_user(&mut conn);
        let collection = new_collection(&mut conn, user, model.id);
        Self { conn, user, collection, model, text_search_config: "eng" }
    }

    /// Runs `work` as searches run: on behalf of the collection's owner, under row-level security.
    pub(crate) fn as_user<T>(&mut self, work: impl FnOnce(&mut PgConnection) -> T) -> T {
        as_user(&mut self.conn, self.user, work)
    }

    pub(crate) fn another_collection(&mut self) -> CollectionId {
        new_collection(&mut self.conn, self.user, self.model.id)
    }

    /// Stores a document whose chunks are the texts, published.
    pub(crate) fn store(&mut self, texts: &[&str]) -> Stored {
        let stored = self.build(texts);
        versions::publish(&mut self.conn, stored.version, None, None).expect("published");
        stored
    }

    /// As `store`, but leaves the version in state building.
    pub(crate) fn build(&mut self, texts: &[&str]) -> Stored {
        let collection = self.collection;
        self.build_in(collection, texts)
    }

    pub(crate) fn build_in(&mut self, collection: CollectionId, texts: &[&str]) -> Stored {
        let conn = &mut self.conn;
        let document = DocumentId::new();
        let mut sha256 = [0; 32];
        sha256[..16].copy_from_slice(document.uuid().as_bytes());
        let new = NewDocument {
            id: document,
            collection_id: collection,
            title: "-",
            has_given_title: true,
            source: None,
            media_type: "text/plain",
            metadata: &serde_json::json!({}),
        };
        documents::insert(conn, &new).expect("a document");
        let change = documents::DocumentChange {
            title: None,
            language: None,
            text_search_config: self.text_search_config,
        };
        documents::update(conn, document, &change).expect("a language");
        let version = VersionId::new();
        let new = NewDocumentVersion {
            id: version,
            document_id: document,
            collection_id: collection,
            number: 1,
            content_sha256: &sha256,
            media_type: "text/plain",
            size_bytes: 1,
        };
        versions::insert(conn, &[new]).expect("a version");
        versions::begin_build(conn, version, "test").expect("a build");
        let chunks: Vec<NewChunk> =
            (0..).zip(texts).map(|(ordinal, text)| chunk(version, collection, ordinal, text)).collect();
        let embeddings: Vec<NewEmbedding> =
            chunks.iter().map(|chunk| embedding(self.model.id, collection, chunk)).collect();
        write_chunks(conn, &chunks, &embeddings).expect("chunks are written");
        let words: Vec<PassageWords> = chunks
            .iter()
            .map(|chunk| passage_words(chunk.id, collection, self.text_search_config, &chunk.text))
            .collect();
        index_words(conn, &words).expect("words are written");
        Stored { document, version, chunks: chunks.iter().map(|chunk| chunk.id).collect() }
    }
}

/// The URL of the test server.
#[expect(clippy::disallowed_methods, reason = "the environment gives tests their server")]
pub(crate) fn database_url() -> String {
    std::env::var("DATABASE_URL").expect("DATABASE_URL names no server: run the tests with `make test`")
}

/// A connection to the test server, in a transaction that is never committed.
pub(crate) fn connect() -> PgConnection {
    let mut conn = server::connect(&database_url()).expect("the test server answers");
    migrations::run_pending(&mut conn).expect("migrations run");
    conn.begin_test_transaction().expect("a transaction begins");
    conn
}

pub(crate) fn new_user(conn: &mut PgConnection) -> UserId {
    users::ensure_admin(conn, &format!("{}@test", UserId::new()), "Tester").expect("a user").id
}

/// Runs `work` on behalf of `user`, under row-level security, and gives the connection its own role back.
pub(crate) fn as_user<T>(
    conn: &mut PgConnection,
    user: UserId,
    work: impl FnOnce(&mut PgConnection) -> T,
) -> T {
    conn.transaction(|conn| {
        Actor::user(user).enter(conn)?;
        let result = work(conn);
        // Of a test's own transaction this one is but a part.
        conn.batch_execute("SET LOCAL ROLE NONE")?;
        Ok::<_, RepoError>(result)
    })
    .expect("a transaction on behalf of somebody")
}

/// Whether PostgreSQL lets `user` run the statement; a refusal undoes nothing else of the test.
pub(crate) fn as_user_if_allowed(conn: &mut PgConnection, user: UserId, sql: &str) -> bool {
    let result = conn.transaction(|conn| {
        Actor::user(user).enter(conn)?;
        conn.batch_execute(sql)?;
        conn.batch_execute("SET LOCAL ROLE NONE")?;
        Ok::<_, RepoError>(())
    });
    result.is_ok()
}

pub(crate) fn new_collection(conn: &mut PgConnection, owner: UserId, model_id: i32) -> CollectionId {
    let id = CollectionId::new();
    let name = id.to_string();
    let organisation_id = users::find(conn, owner).expect("the owner").organisation_id;
    let new = NewCollection {
        id,
        organisation_id,
        owner_id: owner,
        name: &name,
        description: "",
        model_id,
        chunk_max_tokens: None,
        chunk_overlap_tokens: None,
    };
    collections::insert(conn, &new).expect("a collection");
    // What was entered before does not hold the new collection.
    as_user(conn, owner, |_| id)
}

fn chunk(version: VersionId, collection_id: CollectionId, ordinal: i32, text: &str) -> NewChunk {
    NewChunk {
        id: PassageId::new(),
        version_id: version,
        collection_id,
        ordinal,
        start_offset: 0,
        end_offset: i64::try_from(text.chars().count()).unwrap(),
        page: None,
        heading_path: HeadingPath::default(),
        token_count: 1,
        text: text.to_owned(),
    }
}

/// A vector that depends on the text alone: its first letter turns it around a circle.
pub(crate) fn vector_of(text: &str) -> HalfVector {
    let angle = f32::from(text.bytes().next().unwrap_or(0)) / 40.0;
    HalfVector::from_f32_slice(&[angle.cos(), angle.sin(), 0.1])
}

fn embedding(model_id: i32, collection_id: CollectionId, chunk: &NewChunk) -> NewEmbedding {
    NewEmbedding {
        model_id,
        passage_id: chunk.id,
        version_id: Some(chunk.version_id),
        collection_id,
        embedding: vector_of(&chunk.text),
    }
}

/// The words of a passage, its title "-" without any.
pub(crate) fn passage_words(
    passage: PassageId,
    collection: CollectionId,
    language: &str,
    text: &str,
) -> PassageWords {
    let words = Analyser::new(language).expect("an analyser").words(text);
    let words = words.into_iter().flat_map(|word| {
        let place = word.token.position;
        word.lexemes.into_iter().map(move |lexeme| (lexeme, place))
    });
    PassageWords { passage, collection, language: language.to_owned(), words: words.collect() }
}

fn languages(conn: &mut PgConnection, collections: &[CollectionId]) -> RepoResult<Languages> {
    match Corpus::find(conn, collections) {
        Ok(corpus) => Ok(Languages::new(corpus.languages)),
        Err(RepoError::NotFound) => Ok(Languages::default()),
        Err(error) => Err(error),
    }
}

/// The words of `question` as the collections know them.
pub(crate) fn parse_words(
    conn: &mut PgConnection,
    collections: &[CollectionId],
    question: &str,
) -> RepoResult<QuestionWords> {
    let asked = languages(conn, collections)?.ask(question);
    let asked: Vec<AskedWord> =
        asked.into_iter().map(|word| AskedWord { weight: 1.0, forms: word.forms }).collect();
    search::query_words(conn, collections, &asked)
}

/// The rule about phrases as the collections write them.
pub(crate) fn word_rule(
    conn: &mut PgConnection,
    collections: &[CollectionId],
    required: &[String],
    excluded: &[String],
) -> RepoResult<Option<WordRule>> {
    let languages = languages(conn, collections)?;
    let all =
        required.iter().map(|phrase| (true, phrase)).chain(excluded.iter().map(|phrase| (false, phrase)));
    let phrases: Vec<AskedPhrase> =
        all.map(|(required, phrase)| AskedPhrase { required, ways: languages.phrase(phrase) }).collect();
    search::word_rule(conn, collections, &phrases)
}

/// The lexical leg, with room for every word.
pub(crate) fn best_by_words(fixture: &mut Fixture, scope: &Scope, question: &str, limit: i64) -> Vec<Hit> {
    let collection = fixture.collection;
    fixture.as_user(|conn| {
        let words = parse_words(conn, &[collection], question).expect("words").words;
        let query = LexicalQuery::within_budget(words, f64::INFINITY);
        let leg = search::lexical_leg(scope, &query, limit);
        leg.map_or(Vec::new(), |leg| leg.load(conn).expect("hits"))
    })
}

/// The dense leg, asked with the vector of `text`.
pub(crate) fn nearest(
    fixture: &mut Fixture,
    scope: &Scope,
    text: &str,
    plan: DensePlan,
    limit: i64,
) -> Vec<Hit> {
    let leg = search::dense_leg(&fixture.model, scope, &vector_of(text), plan, limit);
    fixture.as_user(|conn| leg.load(conn).expect("hits"))
}

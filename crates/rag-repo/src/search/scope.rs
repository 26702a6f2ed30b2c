//! What a search may find: the passages of collections, narrowed by a filter on documents and by rules on words.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, Uuid as UuidSql},
};
use rag_schema::{
    enums::MemoryKind,
    ids::{CollectionId, SessionId},
    schema::lexical_statistics,
};
use uuid::Uuid;

use super::{
    corpus::{Corpus, ModelGroup, real},
    plan::{Breadth, DensePlan},
    planned::{BY_WORDS, Planned},
};
use crate::{
    RepoResult,
    filter::Filter,
    passage_words::quoted,
    statement::{Bind, Statement},
};

/// Chunks that a document is assumed to have, until it turns out to have fewer.
const USUAL_CHUNKS: i64 = 8;

/// Leaves out versions that are being built and those that a newer one has superseded. The list is read once and hashed. Passages without
/// a version are never hidden.
const HIDDEN_VERSIONS: &str = "(e.version_id IN (SELECT id FROM document_versions \
    WHERE state IN ('building', 'superseded') AND collection_id = ANY ({}))) IS NOT TRUE";

/// As `HIDDEN_VERSIONS`, but for the versions that were not the published ones at a time.
const HIDDEN_VERSIONS_AT: &str = "(e.version_id IN (SELECT v.id FROM document_versions AS v CROSS JOIN (SELECT {at} AS at) AS asked \
    WHERE v.collection_id = ANY ({}) \
        AND (v.state = 'building' OR v.published_at > asked.at OR v.superseded_at <= asked.at))) IS NOT TRUE";

/// Leaves out passages of documents that do not pass the filter.
const OF_FILTERED: &str =
    "EXISTS (SELECT FROM search.documents d WHERE d.current_version_id = e.version_id AND {filter})";

/// As `OF_FILTERED`, for passages of any version.
const OF_FILTERED_AT: &str = "EXISTS (SELECT FROM document_versions AS v JOIN search.documents AS d ON d.id = v.document_id \
    WHERE v.id = e.version_id AND {filter})";

/// Leaves out the memories of the asker that do not stand at a time, and the rounds that were said later. They are few: the list is read
/// once and hashed. Memories and rounds that begin later are only many in a recall as of an earlier time.
const FALLEN_MEMORIES: &str = "e.passage_id NOT IN (SELECT fallen.id FROM (SELECT ({})[1] AS at) AS asked CROSS JOIN LATERAL (\
    SELECT id FROM memories WHERE valid_from > asked.at UNION ALL \
    SELECT id FROM rounds WHERE said_at > asked.at UNION ALL \
    SELECT id FROM memories WHERE (state <> 'active' OR valid_until IS NOT NULL OR expires_at IS NOT NULL) \
        AND (state NOT IN ('active', 'superseded') OR valid_until <= asked.at OR expires_at <= asked.at)) AS fallen)";

/// Leaves out the rounds of a conversation.
const OTHER_ROUNDS: &str = "e.passage_id NOT IN (SELECT id FROM rounds WHERE session_id = ANY ({}))";

/// Leaves out the memories of other kinds.
const OTHER_KINDS: &str = "e.passage_id NOT IN (SELECT id FROM memories WHERE kind <> ALL ({}))";

/// What a search may find. Collections that the asker may not see hold nothing: the legs read views that say so.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    collections: Vec<Uuid>,
    filter: Option<Filter>,
    rule: Option<WordRule>,
    as_of: Option<DateTime<Utc>>,
    apart_from: Option<SessionId>,
    memory_kinds: Vec<MemoryKind>,
    listed: Option<Listed>,
    share: Option<f64>,
}

/// Words that every result has, and words that none has.
#[derive(Debug, Clone)]
pub struct WordRule {
    tsquery: String,
    /// Every result holds one of these lexemes; none are known when words are only excluded.
    anchors: Option<Vec<i32>>,
}

/// The few rows that are left once everything is applied, found before the legs run.
#[derive(Debug, Clone)]
enum Listed {
    Versions(Vec<Uuid>),
    Passages(Vec<Uuid>),
}

/// Which table a condition is about; it is named `e` in the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Embeddings,
    PassageLexemes,
}

impl Scope {
    /// Every passage of the collections.
    pub fn in_collections(collections: &[CollectionId]) -> Self {
        Self { collections: collections.iter().map(|id| id.uuid()).collect(), ..Self::default() }
    }

    /// Only passages of documents that pass the filter: a filter asks for facts about a document, which other passages lack.
    #[must_use]
    pub fn filtered(self, filter: Option<Filter>) -> Self {
        Self { filter, ..self }
    }

    /// Only passages that keep the rule.
    #[must_use]
    pub fn with_rule(self, rule: Option<WordRule>) -> Self {
        Self { rule, ..self }
    }

    /// Only rounds of other conversations; other passages are not concerned.
    #[must_use]
    pub fn apart_from(self, apart_from: Option<SessionId>) -> Self {
        Self { apart_from, ..self }
    }

    /// Only memories of these kinds, or of all if there is no kind; other passages are not concerned.
    #[must_use]
    pub fn with_memory_kinds(self, kinds: &[MemoryKind]) -> Self {
        Self { memory_kinds: kinds.to_vec(), ..self }
    }

    /// Only memories that stand at that time, rounds that were said by then, and versions of documents that were the published ones then.
    /// Without a time memories in every state, and the versions that are published now.
    #[must_use]
    pub fn as_of(self, as_of: Option<DateTime<Utc>>) -> Self {
        Self { as_of, ..self }
    }

    /// Whether a filter or a rule narrows it.
    pub fn is_narrowed(&self) -> bool {
        self.filter.is_some() || self.rule.is_some()
    }

    /// Looks how much is left to search. Few rows are listed now, so that the legs go straight to them.
    pub fn narrow(&mut self, conn: &mut PgConnection, corpus: &Corpus) -> RepoResult<()> {
        let max = corpus.max_exact();
        let left = match self.list_versions(conn, max)? {
            None => self.list_passages(conn, max)?,
            left => left,
        };
        let share = |left: i64| (real(left) / real(corpus.passages.max(1))).min(1.0);
        self.share = match left {
            Some(left) => Some(share(left)),
            // Between this share and all: the mean of the two, in proportion.
            None if self.filter.is_some() => Some(share(max).sqrt()),
            None => None,
        };
        Ok(())
    }

    /// The part of it that lies in the collections of one model.
    #[must_use]
    pub fn within(&self, group: &ModelGroup) -> Self {
        Self { collections: group.collections.iter().map(|id| id.uuid()).collect(), ..self.clone() }
    }

    /// How the dense leg of one model runs: exactly over few rows, else by the index that stands.
    pub fn dense_plan(&self, group: &ModelGroup, breadth: &Breadth) -> DensePlan {
        if self.listed.is_some() || group.is_small() { DensePlan::Exact } else { group.by_index(*breadth) }
    }

    /// About which part of the collections' passages is left to search, 0 to 1, as `narrow` saw: known where it listed them.
    pub fn share(&self) -> f64 {
        self.share.unwrap_or(1.0)
    }

    /// Passages in the collections, those of versions being built among them.
    pub fn passage_count(&self, conn: &mut PgConnection) -> RepoResult<i64> {
        let counts: Vec<i64> = lexical_statistics::table
            .filter(lexical_statistics::collection_id.eq_any(&self.collections))
            .select(lexical_statistics::passage_count)
            .load(conn)?;
        Ok(counts.into_iter().sum())
    }

    /// Lists the versions that pass the filter, unless they have more than `most` chunks, and returns how many. A filter that
    /// many pass is known by some of them: the others are not read.
    fn list_versions(&mut self, conn: &mut PgConnection, most: i64) -> RepoResult<Option<i64>> {
        let Some(filter) = &self.filter else { return Ok(None) };
        let mut limit = most / USUAL_CHUNKS;
        loop {
            let text = match self.as_of {
                None => include_str!("filtered_versions.sql"),
                Some(_) => include_str!("filtered_versions_at.sql"),
            };
            let statement =
                Statement::new(text).bind(Bind::Ids(self.collections.clone())).bind(Bind::BigInteger(limit));
            let statement = match self.as_of {
                None => statement,
                Some(time) => statement.bind(Bind::Times(vec![time])),
            };
            let statement = statement.splice("{filter}", |first| filter.compile(first));
            let versions: Vec<FilteredVersion> = statement.load(conn)?;
            let left = versions.iter().map(|version| version.chunk_count).sum();
            if left > most {
                return Ok(None);
            }
            if i64::try_from(versions.len()).is_ok_and(|count| count < limit) {
                self.listed =
                    Some(Listed::Versions(versions.into_iter().map(|version| version.id).collect()));
                return Ok(Some(left));
            }
            limit = limit.saturating_mul(4);
        }
    }

    /// Lists the passages that hold the required words, unless they are more than `most`, and returns how many.
    fn list_passages(&mut self, conn: &mut PgConnection, most: i64) -> RepoResult<Option<i64>> {
        let Some(anchors) = self.rule.as_ref().and_then(|rule| rule.anchors.clone()) else {
            return Ok(None);
        };
        let statement = Statement::new(include_str!("ruled_passages.sql"))
            .bind(Bind::Integers(anchors))
            .bind(Bind::BigInteger(most.saturating_add(1)))
            .splice("{scope}", |first| self.condition(Table::PassageLexemes, first));
        let passages: Vec<RuledPassage> = Planned::with_settings(BY_WORDS, statement).load(conn)?;
        let left = i64::try_from(passages.len()).ok().filter(|left| *left <= most);
        if left.is_some() {
            self.listed = Some(Listed::Passages(passages.into_iter().map(|passage| passage.id).collect()));
        }
        Ok(left)
    }

    /// The condition on `table AS e`, its placeholders counted from `first`. It asks nothing of a passage's kind; a search of some
    /// kinds only would add that here.
    pub(super) fn condition(&self, table: Table, first: usize) -> Statement {
        let condition =
            Statement::piece("e.collection_id = ANY ({})", Bind::Ids(self.collections.clone()), first);
        match &self.listed {
            Some(Listed::Passages(passages)) => {
                return condition.and("e.passage_id = ANY ({})", Bind::Ids(passages.clone()));
            }
            Some(Listed::Versions(versions)) => {
                return self
                    .ruled(table, condition.and("e.version_id = ANY ({})", Bind::Ids(versions.clone())));
            }
            None => {}
        }
        let condition = match self.as_of {
            None => condition.and(HIDDEN_VERSIONS, Bind::Ids(self.collections.clone())),
            Some(time) => condition
                .and(HIDDEN_VERSIONS_AT, Bind::Ids(self.collections.clone()))
                .splice("{at}", |first| Statement::piece("({})[1]", Bind::Times(vec![time]), first))
                .and(FALLEN_MEMORIES, Bind::Times(vec![time])),
        };
        let condition = match &self.filter {
            Some(filter) => {
                let test = if self.as_of.is_some() { OF_FILTERED_AT } else { OF_FILTERED };
                condition.and_text(test).splice("{filter}", |next| filter.compile(next))
            }
            None => condition,
        };
        let condition = match self.apart_from {
            Some(session) => condition.and(OTHER_ROUNDS, Bind::Ids(vec![session.uuid()])),
            None => condition,
        };
        let condition = if self.memory_kinds.is_empty() {
            condition
        } else {
            let kinds = self.memory_kinds.iter().map(ToString::to_string).collect();
            condition.and(OTHER_KINDS, Bind::Texts(kinds))
        };
        self.ruled(table, condition)
    }

    fn ruled(&self, table: Table, condition: Statement) -> Statement {
        let Some(rule) = &self.rule else { return condition };
        let test = match table {
            Table::PassageLexemes => "e.tsv @@ {}::tsquery",
            Table::Embeddings => {
                "EXISTS (SELECT FROM search.passage_lexemes x WHERE x.passage_id = e.passage_id AND x.tsv @@ {}::tsquery)"
            }
        };
        condition.and(test, Bind::Text(rule.tsquery.clone()))
    }
}

/// A phrase that results must hold, or must not: the ways to write it, each as lexemes with their places in the phrase. One without
/// ways is of words that search ignores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedPhrase {
    /// Whether results must hold it.
    pub required: bool,
    /// The ways to write it.
    pub ways: Vec<Vec<(String, u32)>>,
}

/// The rule that results keep about each of the phrases. None when there is nothing to ask for.
pub fn word_rule(
    conn: &mut PgConnection,
    collections: &[CollectionId],
    phrases: &[AskedPhrase],
) -> RepoResult<Option<WordRule>> {
    let queries: Vec<String> = phrases.iter().filter(|phrase| !phrase.ways.is_empty()).map(tsquery).collect();
    if queries.is_empty() {
        return Ok(None);
    }
    let anchored = phrases.iter().find(|phrase| phrase.required && !phrase.ways.is_empty());
    let anchors = anchored.map(|phrase| anchors(conn, collections, phrase)).transpose()?;
    Ok(Some(WordRule { tsquery: queries.join(" & "), anchors }))
}

/// Lexemes one of which every passage holds that holds the phrase.
fn anchors(
    conn: &mut PgConnection,
    collections: &[CollectionId],
    phrase: &AskedPhrase,
) -> RepoResult<Vec<i32>> {
    let words = (0_i32..)
        .zip(&phrase.ways)
        .flat_map(|(number, way)| way.iter().map(move |(lexeme, _)| (number, lexeme)));
    let (numbers, lexemes): (Vec<i32>, Vec<String>) =
        words.map(|(number, lexeme)| (number, lexeme.clone())).unzip();
    let found: Anchors = Statement::fixed(include_str!("word_rule.sql"))
        .bind(Bind::ids(collections))
        .bind(Bind::Integers(numbers))
        .bind(Bind::Texts(lexemes))
        .get_result(conn)?;
    Ok(found.anchors)
}

/// The phrase as PostgreSQL compares it with positions.
fn tsquery(phrase: &AskedPhrase) -> String {
    let ways: Vec<String> = phrase.ways.iter().map(|way| way_query(way)).collect();
    format!("{}({})", if phrase.required { "" } else { "!" }, ways.join(" | "))
}

fn way_query(way: &[(String, u32)]) -> String {
    let mut before = None;
    let word = |(lexeme, place): &(String, u32)| {
        let follows = before.replace(*place).map(|before| format!(" <{}> ", place.saturating_sub(before)));
        follows.unwrap_or_default() + &quoted(lexeme)
    };
    format!("({})", way.iter().map(word).collect::<String>())
}

#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Anchors {
    #[diesel(sql_type = Array<Integer>)]
    anchors: Vec<i32>,
}

#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct FilteredVersion {
    #[diesel(sql_type = UuidSql)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    chunk_count: i64,
}

#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct RuledPassage {
    #[diesel(sql_type = UuidSql)]
    id: Uuid,
}

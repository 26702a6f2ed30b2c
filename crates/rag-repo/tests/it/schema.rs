//! The migrations go up and down, and the schema they make keeps the house rules.

use std::collections::BTreeSet;

use diesel::{prelude::*, sql_types::Text};
use rag_repo::{embedding_models, migrations, server};
use rag_schema::models::VectorIndex;

use crate::own_database::OwnDatabase;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

fn texts(database: &mut OwnDatabase, sql: &str) -> BTreeSet<String> {
    let rows: Vec<Row> = diesel::sql_query(sql).load(database.conn()).expect(sql);
    rows.into_iter().map(|row| row.text).collect()
}

/// Everything in `public` that migrations make, as text.
const CATALOG: &str = "
    SELECT format('%s.%s %s %s %s', table_name, column_name, udt_name, is_nullable, column_default) AS text
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'
    UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND conrelid::regclass::text <> '__diesel_schema_migrations'
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '__diesel_schema_migrations'
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
        WHERE pronamespace = 'public'::regnamespace AND l.lanname = 'plpgsql'
          AND proname NOT LIKE 'diesel_%'
    UNION ALL SELECT table_name FROM information_schema.tables
        WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'";

#[test]
fn down_undoes_up() {
    let mut database = OwnDatabase::new();
    let empty = texts(&mut database, CATALOG);
    let ran = migrations::run_pending(database.conn()).unwrap();
    let full = texts(&mut database, CATALOG);
    assert!(full.len() > 100, "{full:?}");
    for _ in &ran {
        migrations::revert_last(database.conn()).unwrap().unwrap();
    }
    assert_eq!(texts(&mut database, CATALOG), empty);
    assert_eq!(migrations::revert_last(database.conn()).unwrap(), None);
    migrations::run_pending(database.conn()).unwrap();
    assert_eq!(texts(&mut database, CATALOG), full);
    assert!(migrations::pending(database.conn()).unwrap().is_empty());
}

#[test]
fn every_column_and_table_has_a_comment() {
    let mut database = OwnDatabase::new();
    migrations::run_pending(database.conn()).unwrap();
    let silent = texts(&mut database, "SELECT c.relname || coalesce('.' || a.attname, '') AS text FROM pg_class c
         LEFT JOIN LATERAL (SELECT attname, attnum FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                            UNION ALL SELECT NULL, 0) a ON true
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
           AND c.relname <> '__diesel_schema_migrations' AND col_description(c.oid, a.attnum) IS NULL
           AND (a.attnum > 0 OR obj_description(c.oid, 'pg_class') IS NULL)",
    );
    assert!(silent.is_empty(), "without a COMMENT: {silent:?}");
}

#[test]
fn every_foreign_key_has_an_index() {
    let mut database = OwnDatabase::new();
    migrations::run_pending(database.conn()).unwrap();
    // A partition key needs none: the partition is the index.
    let bare = texts(&mut database, "SELECT conrelid::regclass || '.' || conname AS text FROM pg_constraint k
         WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0
           AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indpred IS NULL AND i.indkey[0] = k.conkey[1])
           AND NOT EXISTS (SELECT FROM pg_partitioned_table p WHERE p.partrelid = k.conrelid AND p.partattrs[0] = k.conkey[1])",
    );
    assert!(bare.is_empty(), "without an index: {bare:?}");
}

#[test]
fn schema_rs_equals_the_database() {
    let mut database = OwnDatabase::new();
    migrations::run_pending(database.conn()).unwrap();
    embedding_models::register(database.conn(), "a partition must not show", 3, &VectorIndex::default())
        .unwrap();
    let in_database = texts(&mut database, "SELECT format('%s %s %s%s', c.relname, a.attname, t.typname, CASE WHEN a.attnotnull THEN '' ELSE ' nullable' END) AS text
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
           AND a.attnum > 0 AND NOT a.attisdropped AND c.relname <> '__diesel_schema_migrations'",
    );
    assert_eq!(columns_of(include_str!("../../../rag-schema/src/schema.rs")), in_database);
}

/// The Diesel CLI writes a line for a foreign key of one column to the whole key of another table, unless the two tables
/// have several foreign keys between them.
const JOINABLE: &str = "
    WITH keys AS (
        SELECT conrelid AS child, confrelid AS parent, conkey, confkey,
               count(*) OVER (PARTITION BY least(conrelid, confrelid), greatest(conrelid, confrelid)) AS count
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE contype = 'f' AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND confrelid IN
            (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND NOT relispartition))
    SELECT format('diesel::joinable!(%s -> %s (%s));', child::regclass, parent::regclass, a.attname) AS text
    FROM keys JOIN pg_attribute a ON a.attrelid = child AND a.attnum = conkey[1]
    JOIN pg_index i ON i.indrelid = parent AND i.indisprimary AND i.indnatts = 1 AND i.indkey[0] = confkey[1]
    WHERE count = 1 AND cardinality(conkey) = 1 AND child <> parent";

#[test]
fn schema_rs_joins_the_tables_that_the_diesel_cli_joins() {
    let mut database = OwnDatabase::new();
    migrations::run_pending(database.conn()).unwrap();
    let schema = include_str!("../../../rag-schema/src/schema.rs");
    let written: Vec<&str> = schema.lines().filter(|line| line.starts_with("diesel::joinable!")).collect();
    assert!(written.is_sorted(), "{written:?}");
    let written: BTreeSet<String> = written.into_iter().map(str::to_owned).collect();
    assert_eq!(written, texts(&mut database, JOINABLE));
    let tables = texts(&mut database, "SELECT relname::text AS text FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> '__diesel_schema_migrations'");
    let (_, together) = schema.split_once("diesel::allow_tables_to_appear_in_same_query!(\n").unwrap();
    let together: Vec<&str> = together.lines().filter_map(|line| line.trim().strip_suffix(',')).collect();
    assert_eq!(together, tables.iter().map(String::as_str).collect::<Vec<_>>());
}

/// `table column type[ nullable]` of every column in a generated schema.rs, with PostgreSQL's names of the types.
fn columns_of(schema: &str) -> BTreeSet<String> {
    let mut table = "";
    let mut columns = BTreeSet::new();
    for line in schema.lines().map(str::trim).filter(|line| !line.starts_with("diesel::")) {
        if let Some((name, key)) = line.split_once(" (")
            && key.ends_with(") {")
        {
            table = name;
        } else if let Some((column, sql_type)) = line.trim_end_matches(',').split_once(" -> ") {
            let inner = sql_type.strip_prefix("Nullable<").and_then(|inner| inner.strip_suffix('>'));
            let nullable = if inner.is_some() { " nullable" } else { "" };
            let name = match inner.unwrap_or(sql_type) {
                "Array<Nullable<Text>>" => "_text".to_owned(),
                "Array<Nullable<Uuid>>" => "_uuid".to_owned(),
                "Array<Nullable<Int4>>" => "_int4".to_owned(),
                plain => plain.to_lowercase(),
            };
            columns.insert(format!("{table} {column} {name}{nullable}"));
        }
    }
    columns
}

#[test]
fn two_starts_at_once_migrate_once() {
    let mut database = OwnDatabase::new();
    let own = database.url().to_owned();
    let all = migrations::pending(database.conn()).unwrap().len();
    let ran: usize = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| migrations::run_pending(&mut server::connect(&own).unwrap()).unwrap().len())
            })
            .collect();
        starts.into_iter().map(|start| start.join().unwrap()).sum()
    });
    assert_eq!(ran, all);
    assert!(migrations::pending(database.conn()).unwrap().is_empty());
}

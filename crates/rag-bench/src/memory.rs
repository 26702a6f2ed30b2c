//! `rag-bench memory`: storing and recalling memories without a model's time, each beside plain SQL or the round trip of this run.

use std::{
    ops::Range,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types::Integer};
use pgvector::{HalfVector, sql_types::HalfVector as HalfVectorSql};
use rag_embed::{EmbedError, Embedder, ModelInfo, vector};
use rag_engine::{
    Engine,
    memory::{Fact, MAX_FACTS, RecallRequest},
};
use rag_repo::{PoolSettings, server};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    BenchResult,
    measure::{Figure, median, ms, number, progress, table, timed},
};

/// Dimensions of the vectors, those of all-MiniLM-L6-v2.
const DIMENSIONS: usize = 384;
/// Topics that the memories are about: the vectors of one topic are near each other.
const TOPICS: u64 = 500;
/// Single calls of each kind.
const CALLS: usize = 200;
/// Clients that recall at the same time, and how long.
const CLIENTS: usize = 8;
const RUN_TIME: Duration = Duration::from_secs(10);

/// Arguments of `rag-bench memory`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// PostgreSQL to measure on; an empty database.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// Memories to store.
    #[arg(long, default_value_t = 10_000)]
    memories: usize,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// A model that takes no time: the vector of a text is that of its topic, moved a little.
struct TopicEmbedder(ModelInfo);

impl TopicEmbedder {
    fn embed(text: &str) -> Vec<f32> {
        let hash = |text: &str| {
            text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            })
        };
        let topic = text.split(' ').find(|word| word.starts_with("topic")).map_or(0, hash);
        let (mut around, mut own) = (StdRng::seed_from_u64(topic), StdRng::seed_from_u64(hash(text)));
        let mut found: Vec<f32> =
            (0..DIMENSIONS).map(|_| around.random_range(-1.0..1.0) + own.random_range(-0.7..0.7)).collect();
        if !vector::normalise(&mut found)
            && let Some(first) = found.first_mut()
        {
            *first = 1.0;
        }
        found
    }
}

impl Embedder for TopicEmbedder {
    fn model(&self) -> &ModelInfo {
        &self.0
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        Ok(Self::embed(text))
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        Ok(texts.iter().map(|text| Self::embed(text)).collect())
    }

    fn token_spans(&self, text: &str) -> Vec<Range<usize>> {
        rag_embed::spans::approximate(text)
    }
}

/// Runs all measurements; returns the result as text.
pub(crate) fn run(args: &Args) -> BenchResult<String> {
    let scratch = tempfile::tempdir()?;
    let model = ModelInfo { name: "topics".to_owned(), dimensions: DIMENSIONS, max_tokens: 256 };
    let engine = crate::engine_on(
        &args.database_url,
        Arc::new(TopicEmbedder(model)),
        &PoolSettings::default(),
        scratch.path(),
    )?;
    let mut conn = server::connect(&args.database_url)?;
    let round_trip = round_trip(&mut conn)?;
    let begun = Instant::now();
    store(&engine, args.memories)?;
    let batched = ms(begun.elapsed()) / number(args.memories);
    progress(&format!("{} memories stored in {:.1} s", args.memories, begun.elapsed().as_secs_f64()));
    sql_query("ANALYZE").execute(&mut conn)?;
    let mut figures = vec![
        Figure::new("a memory of a batch of 100", "ms", batched, "a round trip", round_trip),
        Figure::new(
            "one memory, p50",
            "ms",
            store_singly(&engine, args.memories)?,
            "a round trip",
            round_trip,
        ),
    ];
    figures.extend(recall(&engine, &mut conn)?);
    figures.push(Figure::new("recalls, 8 clients", "1/s", throughput(&engine), "wanted", 50.0));
    Ok(if args.json { serde_json::json!(figures).to_string() } else { table(&figures) })
}

/// The median of an empty round trip, in milliseconds.
fn round_trip(conn: &mut PgConnection) -> BenchResult<f64> {
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let (done, took) = timed(|| sql_query("SELECT 1").execute(conn));
        done?;
        times.push(ms(took));
    }
    Ok(median(&mut times))
}

/// A statement of its own about a topic.
fn statement(place: usize) -> String {
    let mut random = StdRng::seed_from_u64(u64::try_from(place).unwrap_or(u64::MAX));
    let topic = random.random_range(0..TOPICS);
    let words: Vec<String> = (0..12).map(|_| format!("word{}", random.random_range(0..5_000))).collect();
    format!("Note {place} about topic{topic} says {}", words.join(" "))
}

fn store(engine: &Engine, count: usize) -> BenchResult<()> {
    let user = engine.local_user().id;
    let facts: Vec<Fact> = (0..count).map(|place| Fact::new(statement(place))).collect();
    for batch in facts.chunks(MAX_FACTS) {
        engine.remember(engine.local_actor(), user, batch)?;
    }
    Ok(())
}

/// The median of storing one memory, in milliseconds.
fn store_singly(engine: &Engine, after: usize) -> BenchResult<f64> {
    let mut times = Vec::new();
    for place in after..after + CALLS {
        let fact = [Fact::new(statement(place))];
        let (done, took) = timed(|| engine.remember(engine.local_actor(), engine.local_user().id, &fact));
        done?;
        times.push(ms(took));
    }
    Ok(median(&mut times))
}

fn question(place: usize) -> String {
    let topic = u64::try_from(place).unwrap_or(0) % TOPICS;
    format!("word{} about topic{topic}", place % 5_000)
}

/// The database's part of a recall, beside the nearest ten by plain SQL on a connection without any policy.
fn recall(engine: &Engine, conn: &mut PgConnection) -> BenchResult<Vec<Figure>> {
    let model = engine.models().for_new_collections().id();
    let plain = format!(
        "SELECT passage_id FROM embeddings WHERE model_id = $2 ORDER BY embedding::halfvec({DIMENSIONS}) <=> $1::halfvec({DIMENSIONS}) LIMIT 10"
    );
    let (mut database, mut whole, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for place in 0..CALLS {
        let query = question(place * 7);
        let (found, took) = timed(|| {
            engine.recall(engine.local_actor(), engine.local_user().id, &RecallRequest::new(&query))
        });
        database.push(found?.search.map_or(0.0, |search| search.timings.database_ms));
        whole.push(ms(took));
        let vector = HalfVector::from_f32_slice(&TopicEmbedder::embed(&query));
        let (done, took) = timed(|| {
            sql_query(&plain).bind::<HalfVectorSql, _>(&vector).bind::<Integer, _>(model).execute(conn)
        });
        done?;
        bare.push(ms(took));
    }
    let reference = median(&mut bare);
    Ok(vec![
        Figure::new(
            "a recall in the database, p50",
            "ms",
            median(&mut database),
            "the nearest ten by SQL",
            reference,
        ),
        Figure::new("a whole recall, p50", "ms", median(&mut whole), "the nearest ten by SQL", reference),
    ])
}

/// Recalls a second of all clients together.
fn throughput(engine: &Engine) -> f64 {
    let end = Instant::now() + RUN_TIME;
    let client = &|number: usize| {
        let mut count = 0_usize;
        while Instant::now() < end {
            let query = question(number * 1_000 + count);
            let user = engine.local_user().id;
            if engine.recall(engine.local_actor(), user, &RecallRequest::new(&query)).is_ok() {
                count += 1;
            }
        }
        count
    };
    let counts: usize = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || client(number))).collect();
        clients.into_iter().filter_map(|client| client.join().ok()).sum()
    });
    number(counts) / RUN_TIME.as_secs_f64()
}

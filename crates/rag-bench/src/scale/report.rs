//! Everything that was seen, as JSON and as tables for people.

use std::fmt;

use rag_engine::SearchSettings;
use serde::Serialize;

use super::{
    build::{Built, Setting, bytes},
    filtered::Filtered,
    lifelike::Pair,
    load::LoadTimes,
    quality::Quality,
    serve::Served,
};
use crate::measure::{Figure, table};

const MB: f64 = 1_048_576.0;

/// One run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) server: Vec<Setting>,
    pub(crate) rows: usize,
    pub(crate) seed: u64,
    pub(crate) search: SearchDefaults,
    pub(crate) lifelike: Vec<Pair>,
    pub(crate) load: LoadTimes,
    pub(crate) build: Built,
    pub(crate) served: Vec<Served>,
    pub(crate) quality: Quality,
    pub(crate) filtered: Vec<Filtered>,
    /// The API against the same SQL on a bare connection, both without embedding.
    pub(crate) api: Figure,
}

/// Settings of search in this run.
#[derive(Debug, Serialize)]
pub(crate) struct SearchDefaults {
    candidates: i64,
    ef_search: u16,
    lexical_budget: i64,
}

impl From<SearchSettings> for SearchDefaults {
    fn from(settings: SearchSettings) -> Self {
        let SearchSettings { candidates, ef_search, lexical_budget, .. } = settings;
        Self { candidates, ef_search, lexical_budget }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server: Vec<String> =
            self.server.iter().map(|setting| format!("{} {}", setting.name, setting.value)).collect();
        writeln!(f, "{} chunks, seed {}; {}", self.rows, self.seed, server.join(", "))?;
        let SearchDefaults { candidates, ef_search, lexical_budget } = self.search;
        writeln!(
            f,
            "candidates {candidates} a leg, ef_search {ef_search}, lexical budget {lexical_budget} chunks\n"
        )?;
        self.write_rows(f)?;
        self.write_build(f)?;
        self.write_served(f)?;
        self.write_quality(f)?;
        self.write_filtered(f)?;
        f.write_str(&table(std::slice::from_ref(&self.api)))
    }
}

impl Report {
    fn write_rows(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<46} {:>10} {:>10}", "the rows (as many of each kind)", "real", "synthetic")?;
        for pair in &self.lifelike {
            writeln!(f, "{:<46} {:>10.3} {:>10.3}", pair.name, pair.real, pair.synthetic)?;
        }
        writeln!(f)
    }

    fn write_build(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { load, build, .. } = self;
        writeln!(
            f,
            "rows drawn, copied and stemmed in {:.1} s, words written in {:.1} s",
            load.copy_s, load.words_s
        )?;
        writeln!(
            f,
            "HNSW built in {:.1} s within {} MB (maintenance_work_mem), inverted index in {:.1} s",
            build.hnsw_s, build.memory_mb, build.inverted_s
        )?;
        for size in &build.sizes {
            writeln!(f, "  {:<30} {:>10.1} MB", size.name, bytes(size.bytes) / MB)?;
        }
        let float = &build.float32;
        let scaled = if float.rows == self.rows { "" } else { ", scaled" };
        writeln!(
            f,
            "  {:<30} {:>10.1} MB (built of {} rows in {:.1} s{scaled}); half over float32: {:.2}\n",
            "HNSW index, float32",
            float.bytes / MB,
            float.rows,
            float.build_s,
            float.half_over_float
        )
    }

    fn write_served(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<24} {:>7} {:>8} {:>9} {:>9} {:>9} {:>9}",
            "in the database", "clients", "answers", "p50 ms", "p95 ms", "p99 ms", "answers/s"
        )?;
        for row in &self.served {
            writeln!(
                f,
                "{:<24} {:>7} {:>8} {:>9.2} {:>9.2} {:>9.2} {:>9.1}",
                row.name, row.clients, row.answers, row.p50_ms, row.p95_ms, row.p99_ms, row.per_second
            )?;
        }
        for (naive, ours) in [("naive: ts_rank_cd, OR", "lexical"), ("naive: both", "fused")] {
            if let (Some(naive), Some(ours)) = (self.alone(naive), self.alone(ours)) {
                let (p50, p95) = (naive.p50_ms / ours.p50_ms, naive.p95_ms / ours.p95_ms);
                writeln!(f, "{} over {}: {p50:.1} times at p50, {p95:.1} at p95", naive.name, ours.name)?;
            }
        }
        writeln!(f)
    }

    /// What one client alone saw.
    fn alone(&self, name: &str) -> Option<&Served> {
        self.served.iter().find(|row| row.name == name && row.clients == 1)
    }

    fn write_quality(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quality = &self.quality;
        writeln!(
            f,
            "{} questions: dense recall@10 {:.3} ({}; an exact scan takes {:.1} ms)",
            quality.questions, quality.dense_recall_at_10, quality.dense_plan, quality.exact_p50_ms
        )?;
        writeln!(
            f,
            "pruned against unpruned BM25, top ten: {:.3} ({:.0} % of questions pruned; unpruned p50 {:.1} ms, p95 {:.1} ms)\n",
            quality.pruned_agreement_at_10,
            quality.pruned_questions * 100.0,
            quality.unpruned_p50_ms,
            quality.unpruned_p95_ms
        )
    }

    fn write_filtered(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<26} {:>8} {:>8} {:>7} {:>9} {:>9} {:>9} {:>9} {:>9}",
            "filtered",
            "chunks %",
            "exact %",
            "found",
            "recall@10",
            "dense p50",
            "p95 ms",
            "fused p50",
            "p95 ms"
        )?;
        for row in &self.filtered {
            writeln!(
                f,
                "{:<26} {:>8.2} {:>8.0} {:>7.1} {:>9.3} {:>9.2} {:>9.2} {:>9.2} {:>9.2}",
                row.name,
                row.share * 100.0,
                row.exact * 100.0,
                row.found,
                row.dense_recall_at_10,
                row.dense_p50_ms,
                row.dense_p95_ms,
                row.fused_p50_ms,
                row.fused_p95_ms
            )?;
        }
        writeln!(f)
    }
}

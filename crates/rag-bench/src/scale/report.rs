//! The results by section: each as text when it is complete, and all as one JSON object at the end.

use std::fmt;

use rag_engine::SearchSettings;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Args,
    build::{Built, Setting, bytes},
    filtered::AllFiltered,
    indexes::{Float32, Indexed},
    lifelike::Pairs,
    load::LoadTimes,
    quality::Quality,
    serve::{AllServed, Served},
};
use crate::{BenchResult, measure::progress, print};

const MB: f64 = 1_048_576.0;

/// Shows each section when it is complete, so that an interrupted run has shown its results.
pub(crate) struct Report {
    as_json: bool,
    sections: Map<String, Value>,
}

impl Report {
    /// Creates an empty report.
    pub(crate) fn new(as_json: bool) -> Self {
        Self { as_json, sections: Map::new() }
    }

    /// Shows and stores a section.
    pub(crate) fn section(
        &mut self,
        name: &str,
        section: &(impl Serialize + fmt::Display),
    ) -> BenchResult<()> {
        if self.as_json {
            progress(&format!("{name}\n{section}"));
        } else {
            print(&section.to_string());
        }
        self.sections.insert(name.to_owned(), serde_json::to_value(section)?);
        Ok(())
    }

    /// Returns the output for the end of the run.
    pub(crate) fn end(self) -> String {
        if self.as_json { Value::Object(self.sections).to_string() } else { String::new() }
    }
}

/// The arguments of the run, and the machine.
#[derive(Debug, Serialize)]
pub(crate) struct Run {
    server: Vec<Setting>,
    rows: usize,
    seed: u64,
    candidates: i64,
    ef_search: u16,
    lexical_budget: u32,
}

impl Run {
    pub(crate) fn new(server: Vec<Setting>, args: &Args, settings: &SearchSettings) -> Self {
        let SearchSettings { candidates, breadth, lexical_budget, .. } = *settings;
        Self {
            server,
            rows: args.rows,
            seed: args.seed,
            candidates,
            ef_search: breadth.ef_search,
            lexical_budget,
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server: Vec<String> =
            self.server.iter().map(|setting| format!("{} {}", setting.name, setting.value)).collect();
        writeln!(f, "{} chunks, seed {}; {}", self.rows, self.seed, server.join(", "))?;
        let Self { candidates, ef_search, lexical_budget, .. } = self;
        writeln!(
            f,
            "candidates {candidates} a leg, ef_search {ef_search}, lexical budget {lexical_budget} chunks"
        )
    }
}

impl fmt::Display for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<46} {:>10} {:>10}", "the rows (as many of each kind)", "real", "synthetic")?;
        for pair in &self.0 {
            writeln!(f, "{:<46} {:>10.3} {:>10.3}", pair.name, pair.real, pair.synthetic)?;
        }
        Ok(())
    }
}

impl fmt::Display for LoadTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "rows drawn, copied and stemmed in {:.1} s, words written in {:.1} s",
            self.copy_s, self.words_s
        )
    }
}

impl fmt::Display for Built {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "inverted index built in {:.1} s within {} MB (maintenance_work_mem)",
            self.inverted_s, self.memory_mb
        )?;
        for size in &self.sizes {
            writeln!(f, "  {:<30} {:>10.1} MB", size.name, bytes(size.bytes) / MB)?;
        }
        Ok(())
    }
}

impl fmt::Display for Float32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, is_sample, bytes, build_s } = self;
        let scaled = if *is_sample { ", size scaled" } else { "" };
        write!(
            f,
            "hnsw in float32, the reference: built of {rows} rows in {build_s:.1} s{scaled}; {:.1} MB",
            bytes / MB
        )
    }
}

impl fmt::Display for Indexed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            index, memory_mb, build_s, bytes, over_float32, plan, recall_at_10, p50_ms, p95_ms, ..
        } = self;
        let peak = self.peak_rss_mb.map(|mb| format!(", peak RSS {mb:.0} MB")).unwrap_or_default();
        writeln!(f, "{index}: built in {build_s:.1} s within {memory_mb} MB{peak}")?;
        write!(
            f,
            "  {:.1} MB, {over_float32:.2} of float32's; {plan}: recall@10 {recall_at_10:.3}, p50 {p50_ms:.2} ms, p95 {p95_ms:.2} ms",
            bytes / MB
        )
    }
}

/// Memory of this process.
#[derive(Debug, Serialize)]
pub(crate) struct Memory {
    /// Peak memory, in MB.
    pub(crate) bench_peak_rss_mb: Option<f64>,
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bench_peak_rss_mb {
            Some(mb) => write!(f, "peak RSS of this program, its model included: {mb:.0} MB"),
            None => f.write_str("peak RSS of this program: unknown on this system"),
        }
    }
}

impl AllServed {
    /// The measurements with one client.
    fn alone(&self, name: &str) -> Option<&Served> {
        self.0.iter().find(|row| row.name == name && row.clients == 1)
    }
}

impl fmt::Display for AllServed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<24} {:>7} {:>8} {:>9} {:>9} {:>9} {:>9}",
            "in the database", "clients", "answers", "p50 ms", "p95 ms", "p99 ms", "answers/s"
        )?;
        for row in &self.0 {
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
        Ok(())
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quality = self;
        writeln!(
            f,
            "{} questions: dense recall@10 {:.3} ({}; an exact scan takes {:.1} ms)",
            quality.questions, quality.dense_recall_at_10, quality.dense_plan, quality.exact_p50_ms
        )?;
        writeln!(
            f,
            "pruned against unpruned BM25, top ten: {:.3} ({:.0} % of questions pruned; unpruned p50 {:.1} ms, p95 {:.1} ms)",
            quality.pruned_agreement_at_10,
            quality.pruned_questions * 100.0,
            quality.unpruned_p50_ms,
            quality.unpruned_p95_ms
        )
    }
}

impl fmt::Display for AllFiltered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<26} {:>8} {:>8} {:<8} {:>6} {:>6} {:>9} {:>6} {:>8} {:>8}",
            "filtered",
            "chunks %",
            "exact %",
            "leg",
            "found",
            "short",
            "recall@10",
            "worst",
            "p50 ms",
            "p95 ms"
        )?;
        for row in &self.0 {
            write!(f, "{:<26} {:>8.2} {:>8.0} ", row.name, row.share * 100.0, row.exact * 100.0)?;
            for (name, leg) in [("dense", &row.dense), ("lexical", &row.lexical)] {
                writeln!(
                    f,
                    "{name:<8} {:>6.1} {:>6} {:>9.3} {:>6.2} {:>8.2} {:>8.2}",
                    leg.found, leg.short, leg.recall_at_10, leg.worst_recall_at_10, leg.p50_ms, leg.p95_ms
                )?;
                write!(f, "{:45}", "")?;
            }
            writeln!(f, "{:<38} {:>8.2} {:>8.2}", "fused", row.fused_p50_ms, row.fused_p95_ms)?;
        }
        Ok(())
    }
}

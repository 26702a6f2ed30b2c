//! The settings of the engine and of its database, converted from those of the configuration.

use std::{path::PathBuf, time::Duration};

use rag_engine::{
    AccountSettings, AnalyticsSettings, AnswerSettings, FetchJobSettings, IngestSettings, JobSettings,
    MemorySettings, SearchSettings, Settings,
    retrieve::{Feedback, Fusion, Ranking, Understanding},
};
use rag_fetch::FetchSettings;
use rag_repo::{PoolSettings, ReplicaSettings, search::Breadth};
use rag_schema::models::VectorIndex;
use rag_text::{ChunkSettings, OcrSettings, ReadLimits, ReadSettings, ocr};

use super::{
    Config, ms,
    pools::{PoolSizes, pool_sizes},
    sections::{FusionKind, OcrUse, Registration, RerankKind, Sections},
};
use crate::{failure::Outcome, paths};

/// The folder of the models of OCR, below that of all models.
pub(crate) const OCR_MODELS: &str = "ppocr-v6-small";

impl Config {
    /// Returns the settings of the connection pools.
    pub(crate) fn pool(&self) -> PoolSettings {
        let database = &self.sections.database;
        let PoolSizes { read, write, work } = pool_sizes(&self.sections);
        PoolSettings {
            read_connections: read,
            write_connections: write,
            work_connections: work,
            wait_timeout_ms: database.wait_timeout_ms,
            statement_timeout_ms: database.statement_timeout_ms,
            read_timeout_ms: database.read_timeout_ms,
            slow_statement_ms: self.sections.log.slow_statement_ms,
        }
    }

    /// Returns the replicas that serve reads.
    pub(crate) fn replicas(&self) -> ReplicaSettings {
        let database = &self.sections.database;
        let urls = database.replicas.iter().filter_map(|url| Some(url.given()?.to_owned()));
        ReplicaSettings { urls: urls.collect(), max_lag: ms(database.max_replica_lag_ms) }
    }

    /// Returns the limits on the resources for reading one document.
    fn limits(&self) -> ReadLimits {
        let ingest = &self.sections.ingest;
        ReadLimits {
            wall_ms: ingest.wall_ms,
            memory_bytes: ingest.memory_bytes,
            input_bytes: ingest.max_document_bytes,
            ..ReadLimits::default()
        }
    }

    /// Returns how documents are read; `program` is the path of this program.
    pub(crate) fn reading(&self, program: PathBuf) -> ReadSettings {
        ReadSettings { program, scratch: self.scratch_dir(), limits: self.limits(), ocr: self.ocr() }
    }

    /// Returns how pages without text are read; `None` if OCR is off or not installed.
    fn ocr(&self) -> Option<OcrSettings> {
        let ingest = &self.sections.ingest;
        let dir = paths::model_dir(OCR_MODELS);
        (ingest.ocr == OcrUse::Auto && ocr::is_installed(&dir)).then_some(OcrSettings {
            dir,
            page_ms: ingest.ocr_page_ms,
            max_pages: ingest.ocr_max_pages,
        })
    }

    /// Returns the settings of the vector index.
    pub(crate) fn index(&self) -> VectorIndex {
        let index = &self.sections.index;
        VectorIndex {
            kind: index.kind,
            hnsw_m: index.hnsw_m,
            hnsw_ef_construction: index.hnsw_ef_construction,
            ivfflat_lists: (index.ivfflat_lists > 0).then_some(index.ivfflat_lists),
        }
    }

    /// Returns the settings of fetching documents from addresses; `None` if that is switched off.
    fn fetch(&self) -> Option<FetchJobSettings> {
        let fetch = &self.sections.fetch;
        let pages = FetchSettings {
            allow: fetch.allow.clone(),
            ports: fetch.ports.clone(),
            timeout: Duration::from_secs(fetch.timeout_s),
            max_bytes: fetch.max_page_bytes,
            max_redirects: fetch.max_redirects,
            delay: ms(fetch.delay_ms),
            contact: fetch.contact.clone(),
        };
        fetch.enabled.then_some(FetchJobSettings {
            pages,
            workers: fetch.workers,
            max_pages: fetch.max_pages,
        })
    }

    /// Returns the settings of the engine; `program` is the path of this program.
    pub(crate) fn engine(&self, program: PathBuf) -> Outcome<Settings> {
        let Sections { ingest, search, query, answer, memory, rerank, accounts, analytics, .. } =
            &self.sections;
        let reranks = rerank.kind != RerankKind::Off && rerank.always;
        Ok(Settings {
            ingest: IngestSettings {
                chunks: ChunkSettings {
                    max_tokens: ingest.max_tokens,
                    overlap_tokens: ingest.overlap_tokens,
                    reserve_tokens: ingest.reserve_tokens,
                },
                reading: self.reading(program),
                default_language: ingest.default_language.clone(),
                lease_s: ingest.lease_s,
                max_failures: ingest.max_failures,
                max_lost_leases: ingest.max_lost_leases,
                kept_versions: ingest.kept_versions,
            },
            fetch: self.fetch(),
            jobs: JobSettings { keep_days: self.sections.jobs.keep_days },
            index: self.index(),
            search: SearchSettings {
                candidates: search.candidates,
                breadth: Breadth {
                    ef_search: search.ef_search,
                    probes: search.probes,
                    overfetch: search.overfetch,
                },
                recall_target: search.recall_target,
                tunes_breadth: search.tune_breadth,
                lexical_budget: search.lexical_budget,
                rerank_window: rerank.window,
                ranking: Ranking {
                    fusion: match search.fusion {
                        FusionKind::Convex => Fusion::Convex { dense_weight: search.dense_weight },
                        FusionKind::Rrf => Fusion::ReciprocalRank { k: search.rrf_k },
                    },
                    feedback: Feedback { passages: search.feedback_passages, weight: search.feedback_weight },
                    learned: search.learned_weight,
                    rerank: reranks.then_some(rerank.window),
                    ..Ranking::default()
                },
                understanding: Understanding {
                    context: query.context,
                    rewrite: query.rewrite,
                    multi_query: query.multi_query,
                    hyde: query.hyde,
                    synonyms: query.synonyms,
                },
                context_weight: query.context_weight,
                help_time: ms(query.timeout_ms),
            },
            answer: AnswerSettings {
                passages: answer.passages,
                sentences: answer.sentences,
                min_support: answer.min_support,
                unsupported: answer.unsupported,
                max_question_chars: answer.max_question_chars,
                max_answer_chars: answer.max_answer_chars,
                link_hosts: answer.link_hosts.clone(),
                max_time: Duration::from_secs(answer.max_time_s),
                history_messages: answer.history_messages,
                max_history_tokens: answer.max_history_tokens,
                max_passage_tokens: answer.max_passage_tokens,
                templates: self.templates()?,
            },
            memory: MemorySettings {
                index_rounds: memory.index_rounds,
                in_chat: memory.in_chat,
                max_model_tokens_per_day: memory.max_model_tokens_per_day,
                consolidate_after_days: memory.consolidate_after_days,
            },
            accounts: AccountSettings {
                open_registration: accounts.registration == Registration::Open,
                access_token_minutes: accounts.access_token_minutes,
                login_days: accounts.login_days,
                max_documents: accounts.max_documents,
                max_bytes: accounts.max_bytes,
                max_tokens_per_day: accounts.max_tokens_per_day,
            },
            analytics: AnalyticsSettings {
                keep_months: analytics.keep_months,
                store_queries: analytics.store_queries,
            },
        })
    }
}

//! The allowed ranges of the configuration's values.

use rag_engine::retrieve::MAX_WORDINGS;

use super::{
    local_model,
    pools::pool_sizes,
    sections::{EmbeddingKind, RerankKind, Sections},
};

/// A rule: whether it holds, its key, and the allowed values.
type Rule = (bool, &'static str, &'static str);

/// Returns the first value that is out of range: its key, and the allowed range.
pub(crate) fn first_fault(s: &Sections) -> Option<(&'static str, &'static str)> {
    rules(s).find(|(holds, ..)| !holds).map(|(_, key, allowed)| (key, allowed))
}

/// Returns the allowed values of a key, if a rule has them. They do not depend on `s`.
pub(crate) fn allowed(s: &Sections, key: &str) -> Option<&'static str> {
    rules(s).find(|(_, of, _)| *of == key).map(|(.., allowed)| allowed)
}

fn rules(s: &Sections) -> impl Iterator<Item = Rule> {
    let rules: [Rule; 39] = [
        ((3..=1000).contains(&s.database.max_connections), "database.max_connections", "3 to 1000"),
        (
            pool_sizes(s).write >= 1,
            "database.read_connections",
            "with database.work_connections less than database.max_connections",
        ),
        (
            (100..=3_600_000).contains(&s.database.max_replica_lag_ms),
            "database.max_replica_lag_ms",
            "100 to 3600000",
        ),
        (
            s.database.replicas.is_empty()
                || s.database.replicas.len() <= 32 && s.database.url.given().is_some(),
            "database.replicas",
            "at most 32, and only with database.url",
        ),
        (s.database.wait_timeout_ms >= 1, "database.wait_timeout_ms", "at least 1"),
        (s.postgres.min_free_mb <= 1 << 20, "postgres.min_free_mb", "0 (no reserve) to 1048576"),
        (s.embedding.threads <= 1024, "embedding.threads", "0 (one a processor) to 1024"),
        ((1..=4000).contains(&s.embedding.dimensions), "embedding.dimensions", "1 to 4000"),
        (s.embedding.max_tokens >= 16, "embedding.max_tokens", "at least 16"),
        ((1..=2048).contains(&s.embedding.batch_size), "embedding.batch_size", "1 to 2048"),
        (s.embedding.timeout_ms >= 1, "embedding.timeout_ms", "at least 1"),
        (
            (1..=200).contains(&s.librechat.organisation.chars().count()),
            "librechat.organisation",
            "1 to 200 characters",
        ),
        ((1..=64).contains(&s.ingest.workers), "ingest.workers", "1 to 64"),
        ((32..=8192).contains(&s.ingest.max_tokens), "ingest.max_tokens", "32 to 8192"),
        (
            s.ingest.overlap_tokens * 2 <= s.ingest.max_tokens,
            "ingest.overlap_tokens",
            "at most half of ingest.max_tokens",
        ),
        (
            s.ingest.reserve_tokens * 2 <= s.ingest.max_tokens,
            "ingest.reserve_tokens",
            "at most half of ingest.max_tokens",
        ),
        (
            s.ingest.default_language.len() == 3,
            "ingest.default_language",
            "three letters (ISO 639-3), such as \"eng\"",
        ),
        ((3..=3600).contains(&s.ingest.lease_s), "ingest.lease_s", "3 to 3600"),
        ((1..=100).contains(&s.ingest.max_failures), "ingest.max_failures", "1 to 100"),
        ((1..=100).contains(&s.ingest.max_lost_leases), "ingest.max_lost_leases", "1 to 100"),
        ((0..=1000).contains(&s.ingest.kept_versions), "ingest.kept_versions", "0 to 1000"),
        ((1..=3650).contains(&s.jobs.keep_days), "jobs.keep_days", "1 to 3650"),
        ((100..=3_600_000).contains(&s.ingest.wall_ms), "ingest.wall_ms", "100 to 3600000"),
        (s.ingest.memory_bytes >= 64 << 20, "ingest.memory_bytes", "at least 67108864 (64 MB)"),
        ((1_000..=3_600_000).contains(&s.ingest.ocr_page_ms), "ingest.ocr_page_ms", "1000 to 3600000"),
        ((1..=10_000).contains(&s.ingest.ocr_max_pages), "ingest.ocr_max_pages", "1 to 10000"),
        (s.ingest.max_document_bytes >= 1, "ingest.max_document_bytes", "at least 1"),
        ((1..=10_000).contains(&s.search.candidates), "search.candidates", "1 to 10000"),
        ((0.0..=1.0).contains(&s.search.dense_weight), "search.dense_weight", "0 to 1"),
        (s.search.rrf_k > 0.0 && s.search.rrf_k.is_finite(), "search.rrf_k", "more than 0"),
        ((1..=1000).contains(&s.search.ef_search), "search.ef_search", "1 to 1000"),
        ((0.0..=1.0).contains(&s.search.recall_target), "search.recall_target", "0 (not measured) to 1"),
        (s.search.feedback_passages <= 100, "search.feedback_passages", "0 to 100"),
        ((0.0..=1.0).contains(&s.search.feedback_weight), "search.feedback_weight", "0 to 1"),
        ((0.0..=1.0).contains(&s.search.learned_weight), "search.learned_weight", "0 to 1"),
        (s.search.lexical_budget >= 1, "search.lexical_budget", "at least 1"),
        ((0.0..=1.0).contains(&s.answer.min_support), "answer.min_support", "0 to 1"),
        (s.memory.max_model_tokens_per_day >= 0, "memory.max_model_tokens_per_day", "at least 0"),
        (
            (0..=36_500).contains(&s.memory.consolidate_after_days),
            "memory.consolidate_after_days",
            "0 (never) to 36500",
        ),
    ];
    rules
        .into_iter()
        .chain(counts(s))
        .chain(index(s))
        .chain(server(s))
        .chain(accounts(s))
        .chain(fetch(s))
        .chain(models(s))
        .chain(chat(s))
        .chain(rerank(s))
        .chain(query(s))
        .chain(log(s))
}

/// A word that is no level would be taken for the name of a part of the program, and switch all other lines off.
fn log(s: &Sections) -> [Rule; 3] {
    let levels = ["off", "error", "warn", "info", "debug", "trace"];
    let is_known = |part: &str| part.contains('=') || levels.contains(&part.trim().to_lowercase().as_str());
    [
        ((0.0..=1.0).contains(&s.traces.sample), "traces.sample", "0 to 1"),
        (s.log.slow_statement_ms <= 3_600_000, "log.slow_statement_ms", "0 (none is logged) to 3600000"),
        (
            s.log.level.split(',').all(is_known),
            "log.level",
            "\"error\", \"warn\", \"info\", \"debug\", \"trace\", \"off\", or a filter such as \"info,rag_engine=debug\"",
        ),
    ]
}

fn accounts(s: &Sections) -> [Rule; 5] {
    [
        ((1..=1440).contains(&s.accounts.access_token_minutes), "accounts.access_token_minutes", "1 to 1440"),
        ((1..=3650).contains(&s.accounts.login_days), "accounts.login_days", "1 to 3650"),
        (s.accounts.max_documents >= 0, "accounts.max_documents", "0 (no limit) or more"),
        (s.accounts.max_bytes >= 0, "accounts.max_bytes", "0 (no limit) or more"),
        (s.accounts.max_tokens_per_day >= 0, "accounts.max_tokens_per_day", "0 (no limit) or more"),
    ]
}

fn fetch(s: &Sections) -> [Rule; 8] {
    let fetch = &s.fetch;
    [
        (
            !fetch.ports.is_empty() && !fetch.ports.contains(&0),
            "fetch.ports",
            "at least one port from 1 to 65535",
        ),
        ((1..=64).contains(&fetch.workers), "fetch.workers", "1 to 64"),
        ((1..=3600).contains(&fetch.timeout_s), "fetch.timeout_s", "1 to 3600"),
        (fetch.max_page_bytes >= 1, "fetch.max_page_bytes", "at least 1"),
        (fetch.max_redirects <= 20, "fetch.max_redirects", "0 to 20"),
        ((1..=100_000).contains(&fetch.max_pages), "fetch.max_pages", "1 to 100000"),
        (fetch.delay_ms <= 60_000, "fetch.delay_ms", "0 to 60000"),
        (
            fetch.contact.len() <= 200 && fetch.contact.bytes().all(|byte| byte.is_ascii_graphic()),
            "fetch.contact",
            "at most 200 visible ASCII characters, such as \"https://example.org/contact\"",
        ),
    ]
}

fn counts(s: &Sections) -> [Rule; 9] {
    [
        ((1..=1200).contains(&s.analytics.keep_months), "analytics.keep_months", "1 to 1200"),
        ((1..=100).contains(&s.answer.passages), "answer.passages", "1 to 100"),
        ((1..=50).contains(&s.answer.sentences), "answer.sentences", "1 to 50"),
        ((1..=100_000).contains(&s.answer.max_question_chars), "answer.max_question_chars", "1 to 100000"),
        ((1..=1_000_000).contains(&s.answer.max_answer_chars), "answer.max_answer_chars", "1 to 1000000"),
        ((1..=86_400).contains(&s.answer.max_time_s), "answer.max_time_s", "1 to 86400"),
        ((0..=200).contains(&s.answer.history_messages), "answer.history_messages", "0 to 200"),
        ((0..=1_000_000).contains(&s.answer.max_history_tokens), "answer.max_history_tokens", "0 to 1000000"),
        ((0..=1_000_000).contains(&s.answer.max_passage_tokens), "answer.max_passage_tokens", "0 to 1000000"),
    ]
}

fn index(s: &Sections) -> [Rule; 6] {
    let index = &s.index;
    [
        ((2..=100).contains(&index.hnsw_m), "index.hnsw_m", "2 to 100"),
        (
            (2 * index.hnsw_m..=1000).contains(&index.hnsw_ef_construction),
            "index.hnsw_ef_construction",
            "twice index.hnsw_m to 1000",
        ),
        (
            (0..=32_768).contains(&index.ivfflat_lists),
            "index.ivfflat_lists",
            "0 (as many as the rows ask for) to 32768",
        ),
        ((64..=1 << 20).contains(&index.build_memory_mb), "index.build_memory_mb", "64 to 1048576"),
        (s.search.probes <= 32_768, "search.probes", "0 (the square root of the lists) to 32768"),
        ((1..=100).contains(&s.search.overfetch), "search.overfetch", "1 to 100"),
    ]
}

fn server(s: &Sections) -> [Rule; 9] {
    let server = &s.server;
    let is_redis =
        |url: &str| ["redis://", "rediss://", "redis+unix://"].iter().any(|scheme| url.starts_with(scheme));
    [
        (server.max_scratch_bytes > 0, "server.max_scratch_bytes", "1 or more"),
        ((1024..=1 << 30).contains(&server.max_body_bytes), "server.max_body_bytes", "1024 to 1073741824"),
        (server.request_timeout_ms >= 100, "server.request_timeout_ms", "at least 100"),
        (server.body_timeout_ms >= 100, "server.body_timeout_ms", "at least 100"),
        ((100..=20_000).contains(&server.heartbeat_ms), "server.heartbeat_ms", "100 to 20000"),
        ((1..=256).contains(&server.threads), "server.threads", "1 to 256"),
        (server.admission_timeout_ms >= 1, "server.admission_timeout_ms", "at least 1"),
        (
            server.redis_url.given().is_none_or(is_redis),
            "server.redis_url",
            "an address such as \"redis://localhost:6379/0\"",
        ),
        ((1..=3600).contains(&server.shutdown_timeout_s), "server.shutdown_timeout_s", "1 to 3600"),
    ]
}

fn is_url(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

fn rerank(s: &Sections) -> [Rule; 6] {
    let rerank = &s.rerank;
    let (local, remote) = (rerank.kind == RerankKind::CrossEncoder, rerank.kind == RerankKind::Remote);
    [
        ((1..=500).contains(&rerank.window), "rerank.window", "1 to 500"),
        (rerank.threads <= 1024, "rerank.threads", "0 (one a processor) to 1024"),
        (rerank.timeout_ms >= 1, "rerank.timeout_ms", "at least 1"),
        (
            !local || !rerank.model_dir.as_os_str().is_empty(),
            "rerank.model_dir",
            "the folder with model.onnx and tokenizer.json when rerank.kind is \"cross-encoder\"",
        ),
        (
            !remote || is_url(&rerank.base_url),
            "rerank.base_url",
            "an address such as \"http://localhost:8000/v1\" when rerank.kind is \"remote\"",
        ),
        (
            !remote || !rerank.model.is_empty(),
            "rerank.model",
            "the model's name when rerank.kind is \"remote\"",
        ),
    ]
}

fn query(s: &Sections) -> [Rule; 4] {
    let query = &s.query;
    let has_chat = !s.chat.base_url.is_empty();
    [
        (
            query.multi_query <= if has_chat { MAX_WORDINGS } else { 0 },
            "query.multi_query",
            "0 to 5, and 0 without a chat model (chat.base_url)",
        ),
        (!query.hyde || has_chat, "query.hyde", "false without a chat model (chat.base_url)"),
        ((0.0..=1.0).contains(&query.context_weight), "query.context_weight", "0 to 1"),
        ((1..=600_000).contains(&query.timeout_ms), "query.timeout_ms", "1 to 600000"),
    ]
}

fn chat(s: &Sections) -> [Rule; 6] {
    let chat = &s.chat;
    let is_price = |price: f64| (0.0..=1e6).contains(&price);
    let fallbacks = || chat.fallbacks.iter();
    [
        (chat.first_token_timeout_ms > 0, "chat.first_token_timeout_ms", "at least 1"),
        (is_price(chat.prompt_price), "chat.prompt_price", "0 (free or unknown) to 1000000"),
        (is_price(chat.completion_price), "chat.completion_price", "0 (free or unknown) to 1000000"),
        (
            chat.fallbacks.is_empty() || !chat.base_url.is_empty(),
            "chat.fallbacks",
            "an empty list without chat.base_url, which is asked first",
        ),
        (
            fallbacks().all(|server| is_url(&server.base_url) && !server.model.is_empty()),
            "chat.fallbacks",
            "a base_url such as \"http://localhost:11434/v1\" and a model's name in each",
        ),
        (
            fallbacks().all(|server| is_price(server.prompt_price) && is_price(server.completion_price)),
            "chat.fallbacks",
            "prices of 0 (free or unknown) to 1000000",
        ),
    ]
}

fn models(s: &Sections) -> [Rule; 6] {
    let remote = s.embedding.kind == EmbeddingKind::Openai;
    let chat = &s.chat;
    [
        (
            !remote || is_url(&s.embedding.base_url),
            "embedding.base_url",
            "an address such as \"http://localhost:11434/v1\" when embedding.kind is \"openai\"",
        ),
        (
            !remote || !s.embedding.model.is_empty(),
            "embedding.model",
            "the model's name when embedding.kind is \"openai\"",
        ),
        (
            remote || local_model(&s.embedding.model).is_some(),
            "embedding.model",
            "\"all-MiniLM-L6-v2\" or \"multilingual-e5-small\" when embedding.kind is \"local\"",
        ),
        (
            chat.base_url.is_empty() || is_url(&chat.base_url),
            "chat.base_url",
            "empty, or an address such as \"http://localhost:11434/v1\"",
        ),
        (
            chat.base_url.is_empty() || !chat.model.is_empty(),
            "chat.model",
            "the model's name when chat.base_url is set",
        ),
        (
            s.server.key.given().is_none() || s.server.key_file.as_os_str().is_empty(),
            "server.key_file",
            "either server.key or server.key_file, not both",
        ),
    ]
}

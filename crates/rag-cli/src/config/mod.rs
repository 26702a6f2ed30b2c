//! The configuration: layers of raw values, parsed into typed sections and validated before anything starts.

pub(crate) mod engine;
mod environment;
mod fetch;
pub(crate) mod layers;
pub(crate) mod pools;
mod ranges;
pub(crate) mod sections;
pub(crate) mod traces;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rag_api::LibreChatSettings;
use rag_embed::{LOCAL_MODELS, LocalModel, MINILM};
use rag_engine::answer::Templates;
use serde::Deserialize;

use self::{
    layers::Layers,
    sections::{EmbeddingKind, LibreChat, Sections},
};
use crate::{
    args::Global,
    failure::{Exit, Failure, Outcome},
    paths,
};

/// Minimum number of characters of the server's key, and of different ones among them.
const MIN_KEY_CHARS: usize = 20;
const MIN_DIFFERENT_CHARS: usize = 8;
/// Name of our folder within `ingest.scratch_dir`.
const SCRATCH_DIR: &str = "rag-scratch";

/// All settings, with their origins.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Typed and validated values.
    pub(crate) sections: Sections,
    /// Raw values with their origins.
    pub(crate) layers: Layers,
}

impl Config {
    /// Reads and validates all settings; `flags` are `(key, text)` pairs of a command's own flags.
    pub(crate) fn load(global: &Global, flags: &[(&str, String)]) -> Outcome<Self> {
        Self::check(Layers::read(global, flags)?)
    }

    fn check(layers: Layers) -> Outcome<Self> {
        let sections: Sections = serde_path_to_error::deserialize(layers.table()).map_err(|error| {
            // An element of a list has the origin of the list.
            let path = error.path().to_string();
            let key = path.split('[').next().unwrap_or_default();
            Failure::new(
                Exit::Usage,
                format!("{}: {}", layers.describe(key), allowed(key, error.inner().message())),
            )
        })?;
        match ranges::first_fault(&sections) {
            Some((key, allowed)) => {
                Err(Failure::new(Exit::Usage, format!("{}: allowed is {allowed}", layers.describe(key))))
            }
            None => Ok(Self { sections, layers }),
        }
    }

    /// Returns the name of the embedding model.
    pub(crate) fn embedding_model(&self) -> &str {
        match self.sections.embedding.kind {
            EmbeddingKind::Local => self.local_model().name,
            EmbeddingKind::Openai => &self.sections.embedding.model,
        }
    }

    /// Returns the embedding model that this process loads.
    pub(crate) fn local_model(&self) -> &'static LocalModel {
        local_model(&self.sections.embedding.model).unwrap_or(&MINILM)
    }

    /// Returns whether a process with these settings has the model of that name: the configured one, or an installed local one.
    pub(crate) fn has_model(&self, name: &str) -> bool {
        name == self.embedding_model()
            || find_local_model(name).is_some_and(|model| paths::model_dir(model.folder).is_dir())
    }

    /// Returns the data folder.
    pub(crate) fn data_dir(&self) -> PathBuf {
        or_default(&self.sections.postgres.data_dir, paths::data_dir)
    }

    /// Returns the folder below which PostgreSQL is installed.
    pub(crate) fn install_dir(&self) -> PathBuf {
        or_default(&self.sections.postgres.install_dir, paths::rag_home)
    }

    /// Returns the folder of the embedding model.
    pub(crate) fn model_dir(&self) -> PathBuf {
        or_default(&self.sections.embedding.model_dir, || paths::model_dir(self.local_model().folder))
    }

    /// Returns the folder of OpenVINO's libraries.
    pub(crate) fn openvino_dir(&self) -> PathBuf {
        or_default(&self.sections.embedding.openvino_dir, paths::openvino_dir)
    }

    /// Returns the folder for temporary files of jobs and requests.
    pub(crate) fn scratch_dir(&self) -> PathBuf {
        let given = &self.sections.ingest.scratch_dir;
        // A folder of its own: old files in it are deleted, and the one that is named may have others.
        if given.as_os_str().is_empty() {
            self.data_dir().join(rag_pg::SCRATCH_DIR)
        } else {
            given.join(SCRATCH_DIR)
        }
    }

    /// Returns the settings of the LibreChat that can use this server; `None` if its interface is off.
    pub(crate) fn librechat(&self) -> Outcome<Option<LibreChatSettings>> {
        let LibreChat { jwt_secret, organisation } = &self.sections.librechat;
        let Some(secret) = jwt_secret.given() else { return Ok(None) };
        let jwt_secret = strong(secret, &self.layers.describe("librechat.jwt_secret"))?;
        Ok(Some(LibreChatSettings { jwt_secret, organisation: organisation.clone() }))
    }

    /// Returns the templates of the chat model's prompt: those of the folder, or those that are built in.
    pub(crate) fn templates(&self) -> Outcome<Templates> {
        let folder = &self.sections.answer.templates;
        if folder.as_os_str().is_empty() {
            return Ok(Templates::default());
        }
        Templates::read(folder).map_err(|error| {
            let shown = self.layers.describe("answer.templates");
            Failure::new(Exit::Usage, format!("{shown}: cannot use the templates: {error}"))
                .hint("`rag config templates FOLDER` writes those that are built in, to start from")
        })
    }

    /// Returns the key that clients must send, from its value or its file: that of the layer that wins.
    pub(crate) fn server_key(&self) -> Outcome<Option<String>> {
        let server = &self.sections.server;
        let has_both = server.key.given().is_some() && !server.key_file.as_os_str().is_empty();
        let (of_key, of_file) = (self.layers.rank("server.key"), self.layers.rank("server.key_file"));
        if has_both && of_key == of_file {
            let (key, file) = (self.layers.describe("server.key"), self.layers.describe("server.key_file"));
            return Err(Failure::new(Exit::Usage, format!("two keys are given: {key} and {file}"))
                .hint("remove one of them"));
        }
        if server.key_file.as_os_str().is_empty() || (has_both && of_key > of_file) {
            let shown = self.layers.describe("server.key");
            return server.key.given().map(|key| strong(key, &shown)).transpose();
        }
        let shown = self.layers.describe("server.key_file");
        let text = fs::read_to_string(&server.key_file)
            .map_err(|error| Failure::new(Exit::Usage, format!("{shown}: cannot read the file: {error}")))?;
        match text.trim() {
            "" => Err(Failure::new(Exit::Usage, format!("{shown}: the file is empty"))),
            key => strong(key, &shown).map(Some),
        }
    }
}

/// Returns the key, or an error if it can be guessed: too short, or of too few different characters, as example keys are.
fn strong(key: &str, shown: &str) -> Outcome<String> {
    let different: BTreeSet<char> = key.to_lowercase().chars().collect();
    if key.chars().count() >= MIN_KEY_CHARS && different.len() >= MIN_DIFFERENT_CHARS {
        return Ok(key.to_owned());
    }
    Err(Failure::new(Exit::Usage, format!("{shown}: the key can be guessed: it needs {MIN_KEY_CHARS} characters, {MIN_DIFFERENT_CHARS} of them different"))
        .hint("make one with: openssl rand -hex 32"))
}

/// Returns the local model of that name; the default one if the name is empty.
fn local_model(name: &str) -> Option<&'static LocalModel> {
    if name.is_empty() { LOCAL_MODELS.first().copied() } else { find_local_model(name) }
}

/// Returns the local model of that name.
pub(crate) fn find_local_model(name: &str) -> Option<&'static LocalModel> {
    LOCAL_MODELS.into_iter().find(|model| model.name == name)
}

/// Converts milliseconds to a duration.
pub(crate) fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn or_default(path: &Path, default: impl Fn() -> PathBuf) -> PathBuf {
    if path.as_os_str().is_empty() { default() } else { path.to_owned() }
}

/// Returns the parser's message, or a clearer one for some keys.
fn allowed(key: &str, message: &str) -> String {
    match key {
        "server.bind" => {
            "allowed is an IP address with a port, such as \"127.0.0.1:8420\" or \"[::1]:8420\"".to_owned()
        }
        "server.trusted_proxies" | "fetch.allow" => {
            "allowed are networks, such as [\"10.0.0.0/8\", \"192.0.2.1/32\"]".to_owned()
        }
        // The reader's words can quote a key.
        "chat.fallbacks" => {
            "allowed is a list of servers, such as [{ base_url = \"http://localhost:11434/v1\", model = \"m\" }]; each can also \
             have api_key, prompt_price and completion_price"
                .to_owned()
        }
        _ => match message.trim().split_once(", expected ") {
            Some((cause, values)) if cause.starts_with("unknown variant") => {
                format!("allowed is {}", values.replace('`', "\""))
            }
            // A number that its type cannot hold.
            Some((cause, _)) if cause.starts_with("invalid value") => {
                range(key).map_or_else(|| message.trim().to_owned(), |range| format!("allowed is {range}"))
            }
            _ => message.trim().to_owned(),
        },
    }
}

/// Returns the allowed range of a setting, if it has one.
fn range(key: &str) -> Option<&'static str> {
    let defaults = Sections::deserialize(Layers::defaults().ok()?.table()).ok()?;
    ranges::allowed(&defaults, key)
}

#[cfg(test)]
mod tests {
    use rag_embed::{ModelInfo, RemoteConfig, RerankConfig};
    use rag_engine::{
        AccountSettings, AnalyticsSettings, AnswerSettings, FetchJobSettings, MemorySettings, SearchSettings,
    };
    use rag_llm::OpenAiConfig;
    use rag_repo::PoolSettings;
    use rag_schema::models::VectorIndex;
    use rag_text::{ChunkSettings, ReadLimits};

    use super::*;

    fn with(name: &str, text: &str) -> Outcome<Config> {
        let mut layers = Layers::defaults()?;
        layers.add_environment([(name.to_owned(), text.to_owned())])?;
        Config::check(layers)
    }

    #[test]
    fn the_sample_is_a_complete_and_valid_configuration() {
        let config = with("UNRELATED", "").unwrap();
        assert_eq!(config.sections.server.bind.port(), 8420);
    }

    #[test]
    fn the_defaults_in_the_code_are_those_of_the_sample() {
        let config = with("UNRELATED", "").unwrap();
        let settings = config.engine(PathBuf::new()).unwrap();
        assert_eq!(settings.ingest.chunks, ChunkSettings::default());
        assert_eq!(settings.ingest.reading.limits, ReadLimits::default());
        assert_eq!(settings.fetch, Some(FetchJobSettings::default()));
        assert_eq!(settings.index, VectorIndex::default());
        assert_eq!(settings.search, SearchSettings::default());
        assert_eq!(settings.answer, AnswerSettings::default());
        assert_eq!(settings.memory, MemorySettings::default());
        assert_eq!(settings.accounts, AccountSettings::default());
        assert_eq!(settings.analytics, AnalyticsSettings::default());
        assert_eq!(config.pool(), PoolSettings::default());
        let Sections { chat, embedding, rerank, .. } = &config.sections;
        let client = OpenAiConfig::new("", "");
        assert_eq!(client.connect_timeout, ms(chat.connect_timeout_ms));
        assert_eq!(client.first_byte_timeout, ms(chat.first_byte_timeout_ms));
        assert_eq!(client.idle_timeout, ms(chat.idle_timeout_ms));
        assert_eq!(client.retries, chat.retries);
        let model = ModelInfo { name: String::new(), dimensions: 1, max_tokens: 1 };
        let remote = RemoteConfig::new("", model);
        assert_eq!(remote.request_dimensions, embedding.request_dimensions);
        assert_eq!(
            (&remote.query_prefix, &remote.document_prefix),
            (&embedding.query_prefix, &embedding.document_prefix)
        );
        assert_eq!(remote.batch_size, embedding.batch_size);
        assert_eq!((remote.timeout, remote.retries), (ms(embedding.timeout_ms), embedding.retries));
        assert_eq!(RerankConfig::new("", "").timeout, ms(rerank.timeout_ms));
    }

    #[test]
    fn the_container_listens_where_the_sample_says() {
        let port = with("UNRELATED", "").unwrap().sections.server.bind.port();
        let dockerfile = include_str!("../../../../docker/Dockerfile");
        for line in [
            format!("RAG_SERVER__BIND=0.0.0.0:{port}\n"),
            format!("EXPOSE {port}\n"),
            format!("127.0.0.1:{port}/ready"),
        ] {
            assert!(dockerfile.contains(&line), "{line}");
        }
        let compose = include_str!("../../../../docker/compose.yaml");
        assert!(compose.contains(&format!("127.0.0.1:${{RAG_PORT:-{port}}}:{port}\n")));
    }

    #[test]
    fn a_reranker_is_off_until_all_of_it_is_told() {
        let ranking = |config: &Config| config.engine(PathBuf::new()).unwrap().search.ranking;
        assert_eq!(ranking(&with("UNRELATED", "").unwrap()).rerank, None);
        let failure = with("RAG_RERANK__KIND", "cross-encoder").unwrap_err();
        assert!(failure.message.starts_with("rerank.model_dir"), "{}", failure.message);
        let failure = with("RAG_RERANK__KIND", "remote").unwrap_err();
        assert!(failure.message.starts_with("rerank.base_url"), "{}", failure.message);
        let failure = with("RAG_RERANK__WINDOW", "0").unwrap_err();
        assert!(failure.message.ends_with("allowed is 1 to 500"), "{}", failure.message);
        let mut layers = Layers::defaults().unwrap();
        let given = [("KIND", "cross-encoder"), ("MODEL_DIR", "/m"), ("WINDOW", "20")];
        layers.add_environment(given.map(|(k, v)| (format!("RAG_RERANK__{k}"), v.to_owned()))).unwrap();
        assert_eq!(ranking(&Config::check(layers.clone()).unwrap()).rerank, Some(20));
        layers.add_environment([("RAG_RERANK__ALWAYS".to_owned(), "false".to_owned())]).unwrap();
        assert_eq!(ranking(&Config::check(layers).unwrap()).rerank, None);
    }

    #[test]
    fn wordings_and_passages_of_a_chat_model_need_one() {
        for (name, text, key) in [
            ("RAG_QUERY__MULTI_QUERY", "2", "query.multi_query"),
            ("RAG_QUERY__MULTI_QUERY", "6", "query.multi_query"),
            ("RAG_QUERY__HYDE", "true", "query.hyde"),
        ] {
            let failure = with(name, text).unwrap_err();
            assert!(failure.message.starts_with(key), "{}", failure.message);
        }
        let mut layers = Layers::defaults().unwrap();
        let given = [
            ("CHAT__BASE_URL", "http://m"),
            ("CHAT__MODEL", "m"),
            ("QUERY__MULTI_QUERY", "5"),
            ("QUERY__HYDE", "true"),
        ];
        layers.add_environment(given.map(|(k, v)| (format!("RAG_{k}"), v.to_owned()))).unwrap();
        let search = Config::check(layers).unwrap().engine(PathBuf::new()).unwrap().search;
        assert_eq!((search.understanding.multi_query, search.understanding.hyde), (5, true));
    }

    #[test]
    fn a_fallback_server_needs_a_first_one_an_address_a_model_and_a_price() {
        for (servers, base_url) in [
            (r#"[{ base_url = "http://m/v1", model = "m" }]"#, ""),
            (r#"[{ base_url = "m", model = "m" }]"#, "http://m/v1"),
            (r#"[{ base_url = "http://m/v1", model = "" }]"#, "http://m/v1"),
            (r#"[{ base_url = "http://m/v1", model = "m", prompt_price = -1 }]"#, "http://m/v1"),
            (r#"[{ base_url = "http://m/v1", model = "m", api_kye = "sk-secret" }]"#, "http://m/v1"),
            (r#"[{ base_url = "http://m/v1", api_key = "sk-secret" }]"#, "http://m/v1"),
            ("sk-secret, http://m/v1", "http://m/v1"),
        ] {
            let mut layers = Layers::defaults().unwrap();
            let given = [("BASE_URL", base_url), ("MODEL", "m"), ("FALLBACKS", servers)];
            layers.add_environment(given.map(|(k, v)| (format!("RAG_CHAT__{k}"), v.to_owned()))).unwrap();
            let message = Config::check(layers).unwrap_err().message;
            assert!(message.starts_with("chat.fallbacks"), "{message}");
            assert!(message.contains("allowed is "), "{message}");
        }
        let servers = r#"[{ base_url = "http://m/v1", model = "m", prompt_price = 2 }]"#;
        let mut layers = Layers::defaults().unwrap();
        let given = [("BASE_URL", "http://m"), ("MODEL", "m"), ("FALLBACKS", servers)];
        layers.add_environment(given.map(|(k, v)| (format!("RAG_CHAT__{k}"), v.to_owned()))).unwrap();
        let fallbacks = Config::check(layers).unwrap().sections.chat.fallbacks;
        assert!(fallbacks.iter().map(|server| server.prompt_price).eq([2.0]));
    }

    #[test]
    fn a_value_out_of_range_names_key_value_origin_and_range() {
        let failure = with("RAG_SEARCH__EF_SEARCH", "5000").unwrap_err();
        assert_eq!(failure.message, "search.ef_search = 5000 ($RAG_SEARCH__EF_SEARCH): allowed is 1 to 1000");
        let failure = with("RAG_SEARCH__FUSION", "sum").unwrap_err();
        assert_eq!(
            failure.message,
            "search.fusion = \"sum\" ($RAG_SEARCH__FUSION): allowed is \"convex\" or \"rrf\""
        );
        let failure = with("RAG_SEARCH__EF_SEARCH", "999999").unwrap_err();
        assert_eq!(
            failure.message,
            "search.ef_search = 999999 ($RAG_SEARCH__EF_SEARCH): allowed is 1 to 1000"
        );
        let failure = with("RAG_LOG__LEVEL", "verbose").unwrap_err();
        assert!(failure.message.contains("allowed is \"error\", \"warn\""), "{}", failure.message);
        assert!(with("RAG_LOG__LEVEL", "warn,rag_engine=debug").is_ok());
        let failure = with("RAG_SERVER__BIND", "localhost").unwrap_err();
        assert!(failure.message.contains("127.0.0.1:8420"), "{}", failure.message);
    }
}

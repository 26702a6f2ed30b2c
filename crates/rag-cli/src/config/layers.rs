//! Layers of raw values: defaults, file, environment, flags. The last layer that contains a key wins and is recorded.

use std::{
    collections::BTreeMap,
    env, fmt, fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use crate::{
    args::Global,
    config::environment,
    failure::{Exit, Failure, Outcome},
    paths,
};

/// The commented sample file, which contains the defaults.
const DEFAULTS: &str = include_str!("../../../../config/rag.toml");
/// The origin of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The built-in `config/rag.toml`.
    Default,
    /// The configuration file at this path.
    File(PathBuf),
    /// The environment variable of this name.
    Environment(String),
    /// The command-line flag of this name.
    Flag(String),
}

impl Origin {
    /// Place of the layer: a value of a higher one wins.
    fn rank(&self) -> u8 {
        match self {
            Self::Default => 0,
            Self::File(_) => 1,
            Self::Environment(_) => 2,
            Self::Flag(_) => 3,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => write!(f, "${name}"),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// Every key (`section.key`) with its value and origin.
#[derive(Debug, Clone)]
pub(crate) struct Layers {
    values: BTreeMap<String, (Value, Origin)>,
}

impl Layers {
    /// Reads all layers.
    pub(crate) fn read(global: &Global, flags: &[(&str, String)]) -> Outcome<Self> {
        let mut layers = Self::defaults()?;
        if let Some(path) = file(global) {
            layers.add_file(&path)?;
        }
        layers.add_environment(environment::variables()?)?;
        for pair in &global.set {
            let (key, text) = pair.split_once('=').ok_or_else(|| {
                Failure::new(Exit::Usage, format!("--set {pair}: write it as KEY=VALUE"))
                    .hint("such as --set search.ef_search=200")
            })?;
            layers.set_text(key.trim(), text.trim(), Origin::Flag("--set".to_owned()))?;
        }
        if let Some(dir) = &global.data_dir {
            layers.set_text(
                "postgres.data_dir",
                &dir.to_string_lossy(),
                Origin::Flag("--data-dir".to_owned()),
            )?;
        }
        for (flag, key, text) in flags
            .iter()
            .map(|(key, text)| (format!("--{}", key.rsplit('.').next().unwrap_or(key)), key, text))
        {
            layers.set_text(key, text, Origin::Flag(flag))?;
        }
        Ok(layers)
    }

    /// Returns the defaults alone.
    pub(crate) fn defaults() -> Outcome<Self> {
        let table: Table = DEFAULTS.parse().map_err(|error| {
            Failure::new(Exit::Usage, format!("the built-in defaults are broken: {error}"))
        })?;
        Ok(Self { values: flatten(table).map(|(key, value)| (key, (value, Origin::Default))).collect() })
    }

    /// Adds a file's values.
    pub(crate) fn add_file(&mut self, path: &Path) -> Outcome<()> {
        let text = fs::read_to_string(path).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("cannot read the configuration file {}: {error}", path.display()),
            )
        })?;
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error
                .span()
                .map_or(1, |span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
            Failure::new(Exit::Usage, format!("{}, line {line}: {}", path.display(), error.message()))
                .hint("see config/rag.toml for a commented sample")
        })?;
        for (key, value) in flatten(table) {
            self.set(&key, value, Origin::File(path.to_owned()))?;
        }
        Ok(())
    }

    /// Adds the environment variables that are settings.
    pub(crate) fn add_environment(
        &mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Outcome<()> {
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        // The most specific variable comes last and wins: DB_HOST, DATABASE_URL, RAG_DATABASE__URL.
        if let Some(address) = environment::database_address(&variables) {
            self.set_text("database.url", &address, Origin::Environment("DB_HOST".to_owned()))?;
        }
        for (name, text) in variables {
            if name == environment::RAG_DATABASE_URL && text.is_empty() {
                continue;
            }
            let key = match name.strip_prefix(environment::PREFIX).and_then(|rest| rest.split_once("__")) {
                Some((section, key)) => format!("{}.{}", section.to_lowercase(), key.to_lowercase()),
                None if name == environment::DATABASE_URL && !text.is_empty() => "database.url".to_owned(),
                None if name == environment::OTLP_ENDPOINT && !text.is_empty() => {
                    "traces.endpoint".to_owned()
                }
                None => continue,
            };
            self.set_text(&key, &text, Origin::Environment(name))?;
        }
        Ok(())
    }

    /// Sets a key from text, parsed as the type of its value.
    fn set_text(&mut self, key: &str, text: &str, origin: Origin) -> Outcome<()> {
        let value = match self.values.get(key) {
            Some((Value::String(_), _)) | None => Value::String(text.to_owned()),
            Some((Value::Array(_), _)) if !text.starts_with('[') => Value::Array(
                text.split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .map(|part| Value::String(part.to_owned()))
                    .collect(),
            ),
            Some(_) => format!("value = {text}")
                .parse::<Table>()
                .ok()
                .and_then(|mut table| table.remove("value"))
                .unwrap_or_else(|| Value::String(text.to_owned())),
        };
        self.set(key, value, origin)
    }

    fn set(&mut self, key: &str, value: Value, origin: Origin) -> Outcome<()> {
        let Some((known, from)) = self.values.get_mut(key) else { return Err(self.unknown(key, &origin)) };
        let value = match (&known, value) {
            (Value::Float(_), Value::Integer(number)) => {
                Value::Float(i32::try_from(number).map_or(f64::INFINITY, f64::from))
            }
            (_, value) => value,
        };
        if known.type_str() != value.type_str() {
            let shown = if is_secret(key) { "a secret".to_owned() } else { masked(key, &value).to_string() };
            return Err(Failure::new(
                Exit::Usage,
                format!("{key} = {shown} ({origin}): {} is wanted, not {}", kind(known), kind(&value)),
            )
            .hint(format!("the default is {known}")));
        }
        (*known, *from) = (value, origin);
        Ok(())
    }

    fn unknown(&self, key: &str, origin: &Origin) -> Failure {
        let section = key.split('.').next().unwrap_or_default();
        let failure = Failure::new(Exit::Usage, format!("unknown setting {key} ({origin})"));
        let keys: Vec<&str> =
            self.values.keys().filter_map(|known| known.strip_prefix(section)?.strip_prefix('.')).collect();
        if keys.is_empty() {
            let mut sections: Vec<&str> =
                self.values.keys().filter_map(|known| known.split('.').next()).collect();
            sections.dedup();
            return failure.hint(format!("the sections are: {}", sections.join(", ")));
        }
        failure.hint(format!("[{section}] has: {}", keys.join(", ")))
    }

    /// Returns every key with its value and origin, sorted by key.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &Value, &Origin)> {
        self.values.iter().map(|(key, (value, origin))| (key.as_str(), value, origin))
    }

    /// Returns a value for display, masked if it is secret, with its origin.
    pub(crate) fn describe(&self, key: &str) -> String {
        match self.values.get(key) {
            Some((value, origin)) => format!("{key} = {} ({origin})", masked(key, value)),
            None => key.to_owned(),
        }
    }

    /// Returns the place of the layer that a value comes from: 0 is the lowest.
    pub(crate) fn rank(&self, key: &str) -> u8 {
        self.values.get(key).map_or(0, |(_, origin)| origin.rank())
    }

    /// Returns all values as one table of sections.
    pub(crate) fn table(&self) -> Table {
        let mut table = Table::new();
        for (key, value, _) in self.entries() {
            let Some((section, name)) = key.split_once('.') else { continue };
            let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(section) = section {
                section.insert(name.to_owned(), value.clone());
            }
        }
        table
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Array(_) => "a list",
        Value::Datetime(_) => "a date",
        Value::Table(_) => "a section",
    }
}

/// Returns the value, masked if it is secret.
pub(crate) fn masked(key: &str, value: &Value) -> Value {
    match value {
        Value::String(text) if (is_secret(key) || has_secrets(key)) && !text.is_empty() => {
            Value::String("********".to_owned())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| masked(key, item)).collect()),
        Value::Table(table) => {
            let fields =
                table.iter().map(|(name, value)| (name.clone(), masked(&format!("{key}.{name}"), value)));
            Value::Table(fields.collect())
        }
        _ => value.clone(),
    }
}

/// Returns whether the setting is a secret.
pub(crate) fn is_secret(key: &str) -> bool {
    ["server.key", "server.redis_url", "database.url", "database.replicas"].contains(&key)
        || [".api_key", "_secret", "password"].iter().any(|end| key.ends_with(end))
}

/// Returns whether the setting is a list of sections with secrets. A text in their place is a list that cannot be read.
fn has_secrets(key: &str) -> bool {
    key == "chat.fallbacks"
}

fn file(global: &Global) -> Option<PathBuf> {
    let named = global
        .config
        .clone()
        .or_else(|| env::var_os("RAG_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from));
    named
        .or_else(|| [PathBuf::from("rag.toml"), paths::user_config()].into_iter().find(|path| path.is_file()))
}

/// Returns all values as `section.key`; a key outside of sections keeps its bare name, which is not a known setting.
fn flatten(table: Table) -> impl Iterator<Item = (String, Value)> {
    table.into_iter().flat_map(|(section, value)| match value {
        Value::Table(keys) => {
            keys.into_iter().map(|(key, value)| (format!("{section}.{key}"), value)).collect()
        }
        other => vec![(section, other)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Outcome<Layers> {
        let mut layers = Layers::defaults()?;
        layers
            .add_environment(variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))?;
        Ok(layers)
    }

    #[test]
    fn the_environment_beats_the_defaults_and_keeps_the_kind_of_value() {
        let layers = with(&[
            ("RAG_SEARCH__EF_SEARCH", "200"),
            ("RAG_SERVER__KEY", "12345"),
            ("RAG_SEARCH__DENSE_WEIGHT", "1"),
        ])
        .unwrap();
        assert_eq!(layers.describe("search.ef_search"), "search.ef_search = 200 ($RAG_SEARCH__EF_SEARCH)");
        assert_eq!(layers.describe("server.key"), "server.key = \"********\" ($RAG_SERVER__KEY)");
        assert_eq!(layers.table()["search"]["dense_weight"], Value::Float(1.0));
    }

    #[test]
    fn every_key_secret_and_password_of_the_sample_is_masked() {
        let keys: Vec<String> = flatten(Layers::defaults().unwrap().table()).map(|(key, _)| key).collect();
        let secrets: Vec<&String> = keys
            .iter()
            .filter(|key| ["key", "secret", "password"].iter().any(|end| key.ends_with(end)))
            .collect();
        assert!(secrets.len() >= 5, "{secrets:?}");
        for key in secrets {
            let shown = masked(key, &Value::String("hunter2".to_owned()));
            assert_eq!(shown.as_str(), Some("********"), "{key}");
        }
    }

    #[test]
    fn the_addresses_of_replicas_are_never_shown() {
        let replicas = r#"["postgresql://rag:hunter2@a,b/rag", "postgresql://rag:hunter2@c/rag"]"#;
        let layers = with(&[("RAG_DATABASE__REPLICAS", replicas)]).unwrap();
        let shown = layers.describe("database.replicas");
        assert!(shown.contains("********") && !shown.contains("hunter2"), "{shown}");
        assert_eq!(layers.table()["database"]["replicas"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn keys_of_fallback_servers_are_never_shown() {
        let servers = r#"[{ base_url = "http://m/v1", api_key = "sk-secret", model = "m" }]"#;
        let layers = with(&[("RAG_CHAT__FALLBACKS", servers)]).unwrap();
        let shown = layers.describe("chat.fallbacks");
        assert!(shown.contains("********") && !shown.contains("sk-secret"), "{shown}");
        assert_eq!(layers.table()["chat"]["fallbacks"][0]["api_key"].as_str(), Some("sk-secret"));
    }

    #[test]
    fn our_own_variable_beats_the_alias() {
        let layers = with(&[("RAG_DATABASE__URL", "ours"), ("DATABASE_URL", "alias")]).unwrap();
        assert_eq!(layers.table()["database"]["url"].as_str(), Some("ours"));
    }

    #[test]
    fn an_unknown_key_is_refused_with_those_that_exist() {
        let failure = with(&[("RAG_LOG__LEVLE", "info")]).unwrap_err();
        assert_eq!(failure.message, "unknown setting log.levle ($RAG_LOG__LEVLE)");
        assert_eq!(failure.hint.as_deref(), Some("[log] has: format, level, slow_statement_ms"));
    }

    #[test]
    fn a_value_of_another_kind_is_refused() {
        let failure = with(&[("RAG_INGEST__WORKERS", "two")]).unwrap_err();
        assert_eq!(
            failure.message,
            "ingest.workers = \"two\" ($RAG_INGEST__WORKERS): a whole number is wanted, not text"
        );
    }
}

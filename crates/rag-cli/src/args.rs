//! The command line: its commands, flags and help. The commands are implemented in `commands`.

mod accounts;
mod backup;
mod config;
mod doctor;
mod documents;
mod indexing;
mod jobs;
mod memory;
mod model;
mod pg;
mod tool;
mod values;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use rag_repo::filter::Filter;

pub(crate) use self::{
    accounts::{KeyCommand, OrganisationCommand, UsageArgs, UserCommand},
    backup::{Backup, BackupCommand, Restore},
    config::{ConfigCommand, Migrate},
    doctor::Doctor,
    documents::{
        ChunkArgs, CollectionCommand, DocumentCommand, DocumentDelete, DocumentList, DocumentRestore,
        DocumentShow, Import, Ingest,
    },
    indexing::{BreadthAction, Index, Reindex, Synonyms},
    jobs::{JobChosen, JobCommand, JobList, JobRedrive, JobWatch},
    memory::{MemoryCommand, RecallArgs},
    model::{ModelCommand, Switch},
    pg::{PgCommand, StatementColumn, StatementsArgs},
    tool::{ToolArgs, ToolCommand},
};

/// Ask questions about your own documents, on PostgreSQL.
#[derive(Debug, Parser)]
#[command(
    name = "rag",
    version,
    arg_required_else_help = true,
    after_help = "Begin with:\n  rag ingest docs/           store the documents of a folder\n  rag ask \"How do I ..?\"      answer with citations\n  \
                  rag serve                  the HTTP API\n\n\
                  Exit codes: 0 done, 1 refused, failed or not found, 2 wrong usage or configuration,\n            3 database or model cannot be reached"
)]
pub(crate) struct Cli {
    /// Flags of all commands.
    #[command(flatten)]
    pub(crate) global: Global,
    /// Command to run.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Configuration file [default: $`RAG_CONFIG`, ./rag.toml or ~/.config/rag/rag.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Data folder, as `postgres.data_dir`
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Override a setting, such as --set `search.ef_search=200` (see `rag config show`)
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the HTTP API until Ctrl-C
    #[command(after_help = "Examples:\n  rag serve\n  rag serve --bind 127.0.0.1:9000")]
    Serve(Serve),
    /// Store documents so that they can be searched
    #[command(
        after_help = "Examples:\n  rag ingest handbook.pdf notes/\n  rag ingest --collection law statutes/ --json\n  rag ingest --sync --dry-run notes/\n  \
                            rag ingest --watch notes/\n  rag ingest https://example.org/handbook/ --depth 2\n\n\
                            PDF, Office, HTML, Markdown, mail, tables, program text, archives and more are read; docs/FORMATS.md lists them.\n\
                            A document is known by its source: the path as it is given here, or the last name of an absolute path.\n\
                            A file with other bytes than before becomes a new version of its document.\n\
                            The same bytes are not stored again.\n\
                            Another folder of the same name is refused while the first one exists; --as NAME gives it a name of its own."
    )]
    Ingest(Ingest),
    /// Store the records of an export of another store as documents
    #[command(
        after_help = "Examples:\n  rag import chunks.jsonl --dry-run\n  rag import chroma.json --collection law\n  mongoexport -d shop -c articles | rag import - --text body --title name\n\n\
                            JSON lines, JSON arrays, and the answers of Chroma (collection.get()) and Qdrant (points/scroll) are read.\n\
                            The text of a record is its field text, document, page_content, content, body or chunk.\n\
                            Other fields but vectors become metadata.\n\
                            A record with an id is known as NAME/ID, after the file's name.\n\
                            Importing it again stores a new version only if its text changed.\n\
                            docs/OPERATIONS.md has the commands that export from other stores."
    )]
    Import(Import),
    /// List, show and delete documents
    #[command(
        subcommand,
        after_help = "Examples:\n  rag document list --source-prefix notes/\n  rag document show notes/todo.md --text\n  rag document delete notes/old.md"
    )]
    Document(DocumentCommand),
    /// List, watch, cancel, pause, resume and retry jobs, such as those that read documents
    #[command(
        subcommand,
        after_help = "Examples:\n  rag job list --state dead\n  rag job watch\n  rag job pause --collection law\n  rag job redrive --collection law"
    )]
    Job(JobCommand),
    /// List, show, create, change, transfer and delete collections
    #[command(
        subcommand,
        after_help = "Examples:\n  rag collection list\n  rag collection create law --description \"Statutes\"\n  rag collection transfer law bob@example.org\n  rag collection delete law"
    )]
    Collection(CollectionCommand),
    /// Answer a question from the documents, with citations
    #[command(
        after_help = "Examples:\n  rag ask \"How long is the notice period?\"\n  rag ask --collection law --json \"..\""
    )]
    Ask(Ask),
    /// Serve the Model Context Protocol on standard input and output, for a desktop assistant
    #[command(
        after_help = "Example, in the settings of an assistant:\n  {\"mcpServers\": {\"rag\": {\"command\": \"rag\", \"args\": [\"mcp\"]}}}"
    )]
    Mcp,
    /// Find the passages that fit a query
    #[command(
        after_help = "Examples:\n  rag search notice period\n  rag search --mode lexical --limit 20 \"§ 622\""
    )]
    Search(Search),
    /// Judge retrieval on a test collection in the BEIR format, or judge answers
    #[command(
        after_help = "Examples:\n  rag eval scifact/\n  rag eval --keep-as scifact scifact/ --json\n  rag eval --answers xquad/\n\n\
                            The folder holds corpus.jsonl, queries.jsonl and qrels.tsv. A query with `context` (the question before) is a follow-up.\n\
                            With --answers it holds corpus.jsonl and questions.jsonl: {\"_id\", \"text\", \"answers\": [strings], \"documents\": [ids of \
                            the corpus], \"group\"}; a question without `answers` must be refused."
    )]
    Eval(Eval),
    /// Index the words of stored documents again, with the current rules and counts
    #[command(
        after_help = "Examples:\n  rag reindex\n  rag reindex --collection law\n\nWorth it after an upgrade that says so, and after a \
                            collection has grown or shrunk much. Searches go on meanwhile."
    )]
    Reindex(Reindex),
    /// Show the vector index, or rebuild it with the current settings
    #[command(
        after_help = "Examples:\n  rag index\n  rag index --rebuild\n  rag index --rebuild --kind hnsw_binary\n\nSearches go on while it is \
                            built, by the old index; documents that are taken in meanwhile wait."
    )]
    Index(Index),
    /// List, add and remove embedding models, and move collections from one to another
    #[command(
        subcommand,
        after_help = "Examples:\n  rag model list\n  rag model add multilingual-e5-small\n  rag model switch multilingual-e5-small --collection law"
    )]
    Model(ModelCommand),
    /// Show or set the words and phrases with the same meaning in a collection
    #[command(after_help = "Examples:\n  rag synonyms law\n  rag synonyms law synonyms.txt\n\n\
                            The file holds a group a line, its terms with commas between them: notice period, term of notice")]
    Synonyms(Synonyms),
    /// Remember statements; list, correct and forget them
    #[command(
        subcommand,
        after_help = "Examples:\n  rag memory add \"I live in Berlin\"\n  rag memory list --state active"
    )]
    Memory(MemoryCommand),
    /// Find remembered statements
    #[command(
        after_help = "Examples:\n  rag recall \"Where do I live?\"\n  rag recall --documents \"What did I say about pumps last week?\""
    )]
    Recall(RecallArgs),
    /// Describe tools, find them for a request, and record their uses
    #[command(
        subcommand,
        after_help = "Examples:\n  rag tool set get_weather \"Returns the weather forecast of a city\" --parameters weather.json\n  \
                      rag tool find \"Will it rain tomorrow?\"\n  rag tool use get_weather success --duration-ms 140\n  rag tool usage"
    )]
    Tool(ToolCommand),
    /// Show the state of the database and the stored data
    Status(Json),
    /// Check everything that `rag` needs and stores, and print the cure of each problem
    #[command(
        after_help = "Examples:\n  rag doctor\n  rag doctor --repair --dry-run\n  rag doctor --repair\n\nRepairs can run while a server \
                            runs, and again. Nothing else is changed."
    )]
    Doctor(Doctor),
    /// Bring the tables up to date
    #[command(after_help = "Examples:\n  rag migrate\n  rag migrate --pending\n  rag migrate --revert")]
    Migrate(Migrate),
    /// Back up everything into a folder while the server runs, or verify a backup
    #[command(
        after_help = "Examples:\n  rag backup\n  rag backup /backups/monday\n  rag backup verify /backups/monday"
    )]
    Backup(Backup),
    /// Restore a backup into an empty database
    #[command(after_help = "Example:\n  rag --data-dir NEW restore /backups/monday")]
    Restore(Restore),
    /// Invite, list, suspend and erase users, and reset their passwords
    #[command(
        subcommand,
        after_help = "Examples:\n  rag user add ada@example.org --admin\n  rag user suspend bob@example.org\n  rag user reset-password bob@example.org"
    )]
    User(UserCommand),
    /// Create, list and revoke API keys
    #[command(
        subcommand,
        after_help = "Examples:\n  rag key add \"the website\" --scope read --scope ask --user ada@example.org\n  rag key revoke rag_4fGh2K"
    )]
    Key(KeyCommand),
    /// List organisations with their usage, and set their limits
    #[command(subcommand)]
    Organisation(OrganisationCommand),
    /// Show the tokens and costs of chat models by day, model and user
    #[command(after_help = "Examples:\n  rag usage\n  rag usage --from 2026-11-01 --to 2026-11-30 --json")]
    Usage(UsageArgs),
    /// Show what was searched and asked, and the questions without an answer
    #[command(
        after_help = "Examples:\n  rag activity\n  rag activity --from 2026-11-01 --to 2026-11-30 --json"
    )]
    Activity(UsageArgs),
    /// Show or check the settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Manage the embedded PostgreSQL
    #[command(subcommand)]
    Pg(PgCommand),
}

/// Arguments of `rag serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port to listen on, as server.bind
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) bind: Option<String>,
}

/// Arguments of `rag ask`.
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// Question to answer
    #[arg(required = true)]
    pub(crate) question: Vec<String>,
    /// Search only this collection [default: all]
    #[arg(long, value_name = "NAME")]
    pub(crate) collection: Option<String>,
    /// Search only documents that meet this condition, such as '{"year": {"$gte": 2020}}' (docs/API-DESIGN.md has the grammar)
    #[arg(long, value_name = "JSON", value_parser = filter)]
    pub(crate) filter: Option<Filter>,
    /// Search the documents as they were at this time, such as 2026-01-31T12:00:00Z, as far as their versions are kept
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub(crate) as_of: Option<DateTime<Utc>>,
    /// Instructions for the chat model, such as "Answer in one sentence"; without a chat model they have no effect
    #[arg(long, value_name = "TEXT")]
    pub(crate) instructions: Option<String>,
    /// Session to continue, by the id that an earlier answer printed
    #[arg(long, value_name = "ID", value_parser = values::id)]
    pub(crate) session: Option<uuid::Uuid>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

fn filter(text: &str) -> Result<Filter, String> {
    let value = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
    Filter::parse(&value).map_err(|error| error.to_string())
}

/// Arguments of `rag search`.
#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Question or words
    #[arg(required = true)]
    pub(crate) query: Vec<String>,
    /// Search only this collection [default: all]
    #[arg(long, value_name = "NAME")]
    pub(crate) collection: Option<String>,
    /// Maximum number of results: passages, or documents with --group-by document
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000), value_name = "N")]
    pub(crate) limit: u16,
    /// What --limit counts
    #[arg(long, value_enum, default_value_t = GroupName::Passage)]
    pub(crate) group_by: GroupName,
    /// Maximum number of passages of each document, with --group-by document
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=10), value_name = "N")]
    pub(crate) group_size: u16,
    /// Legs of the search
    #[arg(long, value_enum, default_value_t = SearchMode::Hybrid)]
    pub(crate) mode: SearchMode,
    /// Search only documents that meet this condition, such as '{"year": {"$gte": 2020}}' (docs/API-DESIGN.md has the grammar)
    #[arg(long, value_name = "JSON", value_parser = filter)]
    pub(crate) filter: Option<Filter>,
    /// Search the documents as they were at this time, such as 2026-01-31T12:00:00Z, as far as their versions are kept
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub(crate) as_of: Option<DateTime<Utc>>,
    /// Rerank the best results, or do not with --rerank=false [default: rerank.always]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) rerank: Option<bool>,
    /// Show a trace of the search: steps, times and PostgreSQL's plans
    #[arg(long)]
    pub(crate) explain: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `rag eval`.
#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// Folder with corpus.jsonl, queries.jsonl and qrels.tsv, or questions.jsonl (--answers); or conversations.jsonl and questions.jsonl
    pub(crate) dir: PathBuf,
    /// Ask the folder's questions and judge the answers
    #[arg(long, conflicts_with_all = ["sweep", "compare"])]
    pub(crate) answers: bool,
    /// What is judged: the list of documents, or the documents of the list of passages, in which a document may stand several times
    #[arg(long, value_enum, default_value_t = GroupName::Document, conflicts_with = "answers")]
    pub(crate) group_by: GroupName,
    /// Collection to load into and keep, so that it can be judged again without loading [default: a fresh one, then deleted]
    #[arg(long, value_name = "NAME")]
    pub(crate) keep_as: Option<String>,
    /// Also judge variants of understanding and ranking (fusions, feedback, diversity, steps of `query`): all, or those whose
    /// name contains NAME
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) sweep: Option<String>,
    /// Compare with the JSON of an earlier run; exit code 1 if quality is lost
    #[arg(long, value_name = "FILE")]
    pub(crate) compare: Option<PathBuf>,
    /// Loss of nDCG@10 or recall@100 that is tolerated
    #[arg(long, default_value_t = 0.005, requires = "compare", value_name = "PART")]
    pub(crate) tolerance: f64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the limit of a search counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GroupName {
    /// Passages, each by itself
    Passage,
    /// Documents, each with its best passages
    Document,
}

/// The legs of a search.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SearchMode {
    /// Both legs, fused
    Hybrid,
    /// Dense leg only: vectors
    Dense,
    /// Lexical leg only: words
    Lexical,
}

/// Arguments of commands that only print information.
#[derive(Debug, Args)]
pub(crate) struct Json {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

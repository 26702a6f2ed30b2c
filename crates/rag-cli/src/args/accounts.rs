//! Arguments of `rag user`, `rag key`, `rag organisation` and `rag usage`.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use rag_schema::enums::Scope;

use super::{Json, values};

/// `rag user ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Invite a user, and print the token with which they accept
    Add {
        /// E-mail address
        email: String,
        /// Make the user an admin of the organisation
        #[arg(long)]
        admin: bool,
        /// Organisation, created if there is none of that name [default: the operator's own]
        #[arg(long, value_name = "NAME")]
        organisation: Option<String>,
    },
    /// List all users
    List(Json),
    /// Suspend a user: all their requests are refused, and their open streams end within seconds
    Suspend {
        /// E-mail address
        email: String,
    },
    /// Activate a suspended user
    Activate {
        /// E-mail address
        email: String,
    },
    /// Print a token with which a user who has forgotten their password sets a new one
    ///
    /// It is valid for 24 hours, works once and replaces an earlier one. All logins of the user end when it is used.
    ResetPassword {
        /// E-mail address
        email: String,
    },
    /// Erase a user with everything that they own, and print a receipt
    ///
    /// Collections that others use are kept if `rag collection transfer` gives them another owner before.
    Erase {
        /// E-mail address
        email: String,
        /// Erase without a question
        #[arg(long)]
        yes: bool,
    },
}

/// `rag key ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Create a key and print it; it is shown only once
    Add {
        /// Name of the key
        name: String,
        /// Scope of the key: read, ask, write or manage; repeat for several
        #[arg(long = "scope", required = true, value_name = "SCOPE", value_parser = scope)]
        scopes: Vec<Scope>,
        /// Owner of the key, by e-mail address [default: the operator]
        #[arg(long, value_name = "EMAIL")]
        user: Option<String>,
        /// Validity in days [default: until it is revoked]
        #[arg(long, value_parser = clap::value_parser!(i32).range(1..=3650))]
        days: Option<i32>,
    },
    /// List keys
    List {
        /// Owner of the keys, by e-mail address [default: the operator]
        #[arg(long, value_name = "EMAIL")]
        user: Option<String>,
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Revoke a key
    Revoke {
        /// First characters of the key, as `rag key list` shows them
        prefix: String,
        /// Owner of the key, by e-mail address [default: the operator]
        #[arg(long, value_name = "EMAIL")]
        user: Option<String>,
    },
}

/// `rag organisation ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum OrganisationCommand {
    /// List organisations with their usage
    List,
    /// Set the limits of an organisation; omitted ones are reset to the server's
    Limit {
        /// Name of the organisation
        name: String,
        /// Maximum number of documents; 0 is no limit
        #[arg(long, value_parser = clap::value_parser!(i64).range(0..))]
        max_documents: Option<i64>,
        /// Maximum size of the originals, in bytes; 0 is no limit
        #[arg(long, value_parser = clap::value_parser!(i64).range(0..))]
        max_bytes: Option<i64>,
        /// Maximum number of tokens of chat models in a day (UTC); 0 is no limit
        #[arg(long, value_parser = clap::value_parser!(i64).range(0..))]
        max_tokens_per_day: Option<i64>,
    },
}

/// Parses a scope.
fn scope(word: &str) -> Result<Scope, String> {
    let known = Scope::ALL.iter().copied().find(|scope| scope.as_str() == word);
    known.ok_or_else(|| "allowed are read, ask, write and manage".to_owned())
}

/// Arguments of `rag usage` and `rag activity`.
#[derive(Debug, Args)]
pub(crate) struct UsageArgs {
    /// First day (UTC) [default: 29 days before the last one]
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    pub(crate) from: Option<NaiveDate>,
    /// Last day (UTC) [default: today]
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    pub(crate) to: Option<NaiveDate>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

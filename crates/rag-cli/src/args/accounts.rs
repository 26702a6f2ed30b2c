//! Arguments of `rag user`, `rag key` and `rag organisation`.

use clap::Subcommand;
use rag_schema::enums::Scope;

use super::Json;

/// `rag user ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Invite somebody, and print the token that they accept with
    Add {
        /// E-mail address
        email: String,
        /// Make them an admin of the organisation
        #[arg(long)]
        admin: bool,
        /// Organisation, made when there is none of that name [default: the operator's own]
        #[arg(long, value_name = "NAME")]
        organisation: Option<String>,
    },
    /// List everybody
    List(Json),
    /// Answer nothing to somebody any more; their open streams end within seconds
    Suspend {
        /// E-mail address
        email: String,
    },
    /// Let somebody in again
    Activate {
        /// E-mail address
        email: String,
    },
    /// Erase somebody with all they own, and print a receipt
    Erase {
        /// E-mail address
        email: String,
    },
}

/// `rag key ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and print it, this once
    Add {
        /// What it is for
        name: String,
        /// What it may do: read, ask, write or manage; several times for several
        #[arg(long = "scope", required = true, value_name = "SCOPE", value_parser = scope)]
        scopes: Vec<Scope>,
        /// Whose key, by e-mail address [default: the operator's]
        #[arg(long, value_name = "EMAIL")]
        user: Option<String>,
        /// How long it is good [default: until it is revoked]
        #[arg(long, value_parser = clap::value_parser!(i32).range(1..=3650))]
        days: Option<i32>,
    },
    /// List keys
    List {
        /// Whose keys, by e-mail address [default: the operator's]
        #[arg(long, value_name = "EMAIL")]
        user: Option<String>,
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Revoke a key
    Revoke {
        /// How it begins, as `rag key list` shows it
        prefix: String,
        /// Whose key, by e-mail address [default: the operator's]
        #[arg(long, value_name = "EMAIL")]
        user: Option<String>,
    },
}

/// `rag organisation ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum OrganisationCommand {
    /// List organisations with what they store
    List,
    /// Set the limits of one; what is left out is the server's again
    Limit {
        /// Name
        name: String,
        /// Most documents; 0 is no limit
        #[arg(long, value_parser = clap::value_parser!(i64).range(0..))]
        max_documents: Option<i64>,
        /// Most bytes of originals; 0 is no limit
        #[arg(long, value_parser = clap::value_parser!(i64).range(0..))]
        max_bytes: Option<i64>,
        /// Most tokens of chat models in a day (UTC); 0 is no limit
        #[arg(long, value_parser = clap::value_parser!(i64).range(0..))]
        max_tokens_per_day: Option<i64>,
    },
}

/// A scope by its word.
fn scope(word: &str) -> Result<Scope, String> {
    let known = Scope::ALL.iter().copied().find(|scope| scope.as_str() == word);
    known.ok_or_else(|| "allowed are read, ask, write and manage".to_owned())
}

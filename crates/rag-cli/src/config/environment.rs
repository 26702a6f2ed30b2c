//! Settings from the environment: our own variables, those of other tools for the database, and the file `.env`.

use std::{collections::BTreeMap, env, io};

use crate::failure::{Exit, Failure, Outcome};

/// Prefix of our own variables.
pub(crate) const PREFIX: &str = "RAG_";
/// Variable with the database URL that the Diesel CLI and most hosting providers use.
pub(crate) const DATABASE_URL: &str = "DATABASE_URL";
/// Our own variable with the database URL, which wins over `DATABASE_URL`.
pub(crate) const RAG_DATABASE_URL: &str = "RAG_DATABASE__URL";
/// Standard variable with the URL of an OpenTelemetry collector.
pub(crate) const OTLP_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// Variables with the parts of a database's address, and their keywords in libpq.
const PARTS: [(&str, &str); 5] = [
    ("DB_HOST", "host"),
    ("DB_PORT", "port"),
    ("DB_NAME", "dbname"),
    ("DB_USER", "user"),
    ("DB_PASSWORD", "password"),
];

/// Returns the variables of this process that can be settings, and those of the file `.env` in the current folder that the
/// process lacks.
pub(crate) fn variables() -> Outcome<BTreeMap<String, String>> {
    let mut variables = BTreeMap::new();
    match dotenvy::from_path_iter(".env") {
        Err(dotenvy::Error::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(unreadable(&error)),
        Ok(entries) => {
            for entry in entries {
                let (name, value) = entry.map_err(|error| unreadable(&error))?;
                variables.insert(name, value);
            }
        }
    }
    let of_process = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    variables.extend(of_process);
    variables.retain(|name, _| {
        name.starts_with(PREFIX)
            || name.starts_with("DB_")
            || [DATABASE_URL, OTLP_ENDPOINT].contains(&name.as_str())
    });
    Ok(variables)
}

fn unreadable(error: &dotenvy::Error) -> Failure {
    // The library's message contains the line, which may be a password.
    let cause = match error {
        dotenvy::Error::LineParse(line, _) => match line.split_once('=') {
            Some((name, _)) => format!("the value of {} is malformed", name.trim()),
            None => "a line has no `=`".to_owned(),
        },
        other => other.to_string(),
    };
    Failure::new(Exit::Usage, format!("cannot read the file .env in this folder: {cause}"))
        .hint("each line is NAME=value; a value with spaces or # stands in quotes")
}

/// Returns libpq's keywords and values for the parts of an address, if they include a host.
pub(crate) fn database_address(variables: &BTreeMap<String, String>) -> Option<String> {
    variables.get("DB_HOST").filter(|host| !host.is_empty())?;
    let given = PARTS.iter().filter_map(|(name, keyword)| {
        let value = variables.get(*name).filter(|value| !value.is_empty())?;
        Some(format!("{keyword}='{}'", value.replace('\\', "\\\\").replace('\'', "\\'")))
    });
    Some(given.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_an_address_are_quoted_as_libpq_reads_them() {
        let parts =
            [("DB_HOST", "db"), ("DB_PASSWORD", "it's \\ secret"), ("DB_PORT", ""), ("DB_NAME", "rag")];
        let variables = parts.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let address = database_address(&variables).unwrap();
        assert_eq!(address, "host='db' dbname='rag' password='it\\'s \\\\ secret'");
        assert_eq!(database_address(&[("DB_NAME".to_owned(), "rag".to_owned())].into()), None);
    }
}

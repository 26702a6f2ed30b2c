//! Facts about the PostgreSQL server itself.

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{Bool, Integer, Nullable, Text},
};

use crate::{RepoError, RepoResult, address, db::UNTRANSLATED, refusal};

/// Minimum version of PostgreSQL, as `server_version_num`.
pub const MIN_SERVER_VERSION: i32 = 150_000;
/// Minimum version of pgvector.
pub const MIN_VECTOR_VERSION: [u32; 3] = [0, 8, 4];

/// The one role that may bypass row-level security.
const WORKER_ROLE: &str = "rag_worker";

/// What `server_facts.sql` tells.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ServerFacts {
    /// Version as a number: 180006 is 18.6.
    #[diesel(sql_type = Integer)]
    pub version_number: i32,
    /// Version of pgvector installed in the database.
    #[diesel(sql_type = Nullable<Text>)]
    pub vector_installed: Option<String>,
    /// Version of pgvector that the server could install.
    #[diesel(sql_type = Nullable<Text>)]
    pub vector_available: Option<String>,
    /// Setting `fsync`.
    #[diesel(sql_type = Text)]
    pub fsync: String,
    /// Setting `synchronous_commit`.
    #[diesel(sql_type = Text)]
    pub synchronous_commit: String,
    /// Setting `full_page_writes`.
    #[diesel(sql_type = Text)]
    pub full_page_writes: String,
    /// Setting `data_checksums`.
    #[diesel(sql_type = Text)]
    pub data_checksums: String,
    /// Encoding of the database.
    #[diesel(sql_type = Text)]
    pub server_encoding: String,
    /// Locale of the server's messages in this connection.
    #[diesel(sql_type = Text)]
    pub lc_messages: String,
    /// User that `rag` is logged in as, quoted as SQL needs it.
    #[diesel(sql_type = Text)]
    pub user_name: String,
    /// Size of the database, for people.
    #[diesel(sql_type = Text)]
    pub database_size: String,
    /// Whether this connection is encrypted.
    #[diesel(sql_type = Bool)]
    pub is_encrypted: bool,
    /// Whether this connection stays on one machine.
    #[diesel(sql_type = Bool)]
    pub is_local: bool,
    /// Whether the server is a replica.
    #[diesel(sql_type = Bool)]
    pub in_recovery: bool,
}

impl ServerFacts {
    /// The version as people write it.
    pub fn version(&self) -> String {
        format!("{}.{}", self.version_number / 10_000, self.version_number % 10_000)
    }

    /// What keeps the server from serving, in plain words with the cure; none when it can.
    pub fn shortcoming(&self) -> Option<String> {
        let needed = MIN_VECTOR_VERSION.map(|part| part.to_string()).join(".");
        if self.version_number < MIN_SERVER_VERSION {
            return Some(format!("PostgreSQL {} is too old: 15 or newer is needed", self.version()));
        }
        if self.server_encoding != "UTF8" {
            return Some(format!(
                "the database is encoded in {}: create one with ENCODING 'UTF8'",
                self.server_encoding
            ));
        }
        if is_translated(&self.lc_messages) {
            let user = &self.user_name;
            return Some(format!(
                "the server translates its messages (lc_messages is {}), so errors cannot be told apart, and the user {user} may \
                 not change that: let an administrator run ALTER ROLE {user} SET lc_messages = 'C'",
                self.lc_messages
            ));
        }
        match (&self.vector_installed, &self.vector_available) {
            (Some(version), _) if parse_version(version) >= MIN_VECTOR_VERSION => None,
            (Some(version), Some(available)) if parse_version(available) >= MIN_VECTOR_VERSION => {
                Some(format!("pgvector {version} is too old: run ALTER EXTENSION vector UPDATE"))
            }
            (None, Some(available)) if parse_version(available) >= MIN_VECTOR_VERSION => None,
            (Some(version), _) | (None, Some(version)) => {
                Some(format!("pgvector {version} is too old: install {needed} or newer on the server"))
            }
            (None, None) => {
                Some(format!("the extension pgvector is missing: install {needed} or newer on the server"))
            }
        }
    }
}

/// Whether messages in that locale differ from those in the source code of PostgreSQL.
fn is_translated(locale: &str) -> bool {
    let language = locale.split(['_', '.', '@']).next().unwrap_or_default();
    !["", "C", "POSIX", "en", "English"].contains(&language)
}

fn parse_version(text: &str) -> [u32; 3] {
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

/// Asks the server.
pub fn facts(conn: &mut PgConnection) -> RepoResult<ServerFacts> {
    Ok(diesel::sql_query(include_str!("server_facts.sql")).get_result(conn)?)
}

/// A role that transactions run as.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct RoleFacts {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Whether it is a superuser or may log in, which none of them should.
    #[diesel(sql_type = Bool)]
    pub is_lax: bool,
    /// Whether row-level security does not hold it.
    #[diesel(sql_type = Bool)]
    pub bypasses: bool,
    /// Whether the connected user may take it.
    #[diesel(sql_type = Bool)]
    pub is_ours: bool,
}

impl RoleFacts {
    /// What is wrong with it, in plain words; none when nothing is.
    pub fn fault(&self) -> Option<String> {
        let name = &self.name;
        if self.is_lax || (self.bypasses && name != WORKER_ROLE) {
            Some(format!("{name} may do too much: ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS NOLOGIN"))
        } else if self.is_ours {
            None
        } else {
            Some(format!("{name} cannot be taken: GRANT it to the user that rag logs in as"))
        }
    }

    /// Whether it is the worker's and policies hold it: then chunks are stored by INSERT, not by COPY.
    pub fn is_held_worker(&self) -> bool {
        self.name == WORKER_ROLE && !self.bypasses
    }
}

/// The roles that row-level security needs, as far as they are there.
pub fn roles(conn: &mut PgConnection) -> RepoResult<Vec<RoleFacts>> {
    Ok(diesel::sql_query(include_str!("role_facts.sql")).load(conn)?)
}

/// Connects outside of any pool and says in plain words why not, for a start or a check-up.
/// The error never holds the URL, which may hold a password.
pub fn connect(url: &str) -> RepoResult<PgConnection> {
    let mut conn = PgConnection::establish(&address::complete(url))
        .map_err(|error| RepoError::Unavailable(refusal::explain(&error.to_string())))?;
    conn.batch_execute(UNTRANSLATED)?;
    Ok(conn)
}

/// Whether the database answers at all.
pub fn ping(conn: &mut PgConnection) -> RepoResult<()> {
    diesel::sql_query("SELECT 1").execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_translates_its_messages_cannot_serve() {
        let facts = |lc_messages: &str| ServerFacts {
            version_number: 180_006,
            vector_installed: Some("0.8.6".to_owned()),
            vector_available: None,
            fsync: "on".to_owned(),
            synchronous_commit: "on".to_owned(),
            full_page_writes: "on".to_owned(),
            data_checksums: "on".to_owned(),
            server_encoding: "UTF8".to_owned(),
            lc_messages: lc_messages.to_owned(),
            user_name: "tenant".to_owned(),
            database_size: "8 MB".to_owned(),
            is_encrypted: false,
            is_local: true,
            in_recovery: false,
        };
        for locale in ["C", "POSIX", "C.UTF-8", "en_US.UTF-8", "en_GB", "English_United States.1252", ""] {
            assert_eq!(facts(locale).shortcoming(), None, "{locale}");
        }
        for locale in ["de_DE.UTF-8", "fr_FR", "German_Germany.1252", "ja", "pt_BR@x"] {
            let shortcoming = facts(locale).shortcoming().unwrap();
            assert!(shortcoming.contains("ALTER ROLE tenant SET lc_messages = 'C'"), "{shortcoming}");
        }
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(parse_version("0.8.10") >= MIN_VECTOR_VERSION);
        assert!(parse_version("0.8.3") < MIN_VECTOR_VERSION);
        assert!(parse_version("1.0") >= MIN_VECTOR_VERSION);
    }
}

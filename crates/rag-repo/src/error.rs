//! What can go wrong in the database, told apart by what a caller can do about it.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Result of every query.
pub type RepoResult<T> = Result<T, RepoError>;

/// An error that a transaction may end with.
pub trait TransactionError: From<RepoError> {
    /// Whether the transaction may succeed when it runs again at once.
    fn is_collision(&self) -> bool;

    /// Whether the server accepts no writes, so that the transaction may succeed on another one.
    fn is_read_only(&self) -> bool;
}

impl TransactionError for RepoError {
    fn is_collision(&self) -> bool {
        matches!(self, Self::Collision)
    }

    fn is_read_only(&self) -> bool {
        matches!(self, Self::ReadOnly)
    }
}

/// Why a query gave no result.
#[derive(Debug, thiserror::Error)]
pub enum RepoError {
    /// No such row, or none that the asker may see.
    #[error("not found")]
    NotFound,
    /// The row would break a unique or foreign key; holds the name of the constraint.
    #[error("conflicts with {0}")]
    Conflict(String),
    /// The row would break a CHECK; holds the name of the constraint.
    #[error("violates {0}")]
    Invalid(String),
    /// A date or a time is one that PostgreSQL cannot store.
    #[error("a date or a time is out of range")]
    TimeOutOfRange,
    /// The row is there, and the asker may see it, but not change it.
    #[error("not the asker's to change")]
    Forbidden,
    /// A limit is used up; the text says which, for the asker.
    #[error("{0}")]
    Exhausted(String),
    /// The database cannot answer now; the same call may work later.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The server accepts no writes: it is a replica, or an administrator has forbidden them.
    #[error("the database accepts no writes at present")]
    ReadOnly,
    /// The statement ran longer than it may.
    #[error("a statement took too long")]
    TooSlow,
    /// A disk of the database is full.
    #[error("the database's disk is full")]
    StorageFull,
    /// Two transactions were in each other's way; the same transaction may work at once.
    #[error("transactions collided")]
    Collision,
    /// A migration failed; the text is PostgreSQL's, for the operator who runs it.
    #[error("migration failed: {0}")]
    Migration(String),
    /// A mistake of ours. The source is for the log, never for a user.
    #[error("unexpected database error")]
    Bug(#[source] DieselError),
}

impl From<DieselError> for RepoError {
    fn from(error: DieselError) -> Self {
        let DieselError::DatabaseError(kind, information) = &error else {
            return match error {
                DieselError::NotFound => Self::NotFound,
                DieselError::BrokenTransactionManager => Self::Unavailable("connection lost".to_owned()),
                DieselError::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
                other => Self::Bug(other),
            };
        };
        let constraint = || information.constraint_name().unwrap_or("a constraint").to_owned();
        match kind {
            DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation => {
                Self::Conflict(constraint())
            }
            DatabaseErrorKind::CheckViolation | DatabaseErrorKind::NotNullViolation => {
                Self::Invalid(constraint())
            }
            DatabaseErrorKind::SerializationFailure => Self::Collision,
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                Self::Unavailable("connection lost".to_owned())
            }
            DatabaseErrorKind::ReadOnlyTransaction => Self::ReadOnly,
            _ => by_message(information.message()).unwrap_or(Self::Bug(error)),
        }
    }
}

/// `RepoError::NotFound` when a statement that should have changed a row changed none.
pub(crate) fn changed(rows: usize) -> RepoResult<()> {
    if rows == 0 { Err(RepoError::NotFound) } else { Ok(()) }
}

/// Diesel has no kind for these and does not pass on the SQLSTATE. `Db` has the server write its messages untranslated.
fn by_message(message: &str) -> Option<RepoError> {
    const UNAVAILABLE: [&str; 9] = [
        "terminating connection",
        "server closed the connection",
        "the database system is",
        "connection to server",
        "could not receive data from server",
        "SSL connection has been closed",
        "canceling statement due to",
        "remaining connection slots are reserved",
        "too many clients",
    ];
    const STORAGE_FULL: [&str; 2] = ["No space left on device", "Disk quota exceeded"];
    if message.contains("violates row-level security policy") {
        return Some(RepoError::Forbidden);
    }
    if message.contains("date out of range") || message.contains("timestamp out of range") {
        return Some(RepoError::TimeOutOfRange);
    }
    if message.contains("deadlock detected") || message.contains("could not serialize") {
        return Some(RepoError::Collision);
    }
    if message.contains("canceling statement due to statement timeout") {
        return Some(RepoError::TooSlow);
    }
    if STORAGE_FULL.iter().any(|sign| message.contains(sign)) {
        return Some(RepoError::StorageFull);
    }
    UNAVAILABLE
        .iter()
        .find(|sign| message.contains(*sign))
        .map(|sign| RepoError::Unavailable(format!("{sign} ..")))
}

impl RepoError {
    /// Whether the constraint of that name was hit.
    pub fn hits(&self, constraint: &str) -> bool {
        matches!(self, Self::Conflict(name) | Self::Invalid(name) if name == constraint)
    }
}

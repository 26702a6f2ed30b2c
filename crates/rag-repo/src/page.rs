//! Pages of a list, by key: stable while rows come and go, and as fast on the last page as on the first.

use uuid::Uuid;

/// Which part of a list is wanted. Lists are newest first unless they say otherwise.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Most rows, at least 1.
    pub limit: i64,
    /// Only rows after this one, when given.
    pub after: Option<Uuid>,
}

impl Page {
    /// The first `limit` rows.
    pub fn first(limit: i64) -> Self {
        Self { limit, after: None }
    }
}

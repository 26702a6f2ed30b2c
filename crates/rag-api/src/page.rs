//! Pages of lists: what clients ask for and what they get.

use rag_repo::Page;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

/// Most items of a page when the client does not say.
const DEFAULT_LIMIT: i64 = 50;

/// As a default of serde's.
pub(crate) fn default_limit() -> i64 {
    DEFAULT_LIMIT
}

/// Which part of a list, newest first.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// Most items, 1 to 200.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: i64,
    /// Only items after the one of this id.
    pub(crate) after: Option<Uuid>,
}

impl PageParams {
    /// One more than asked for, which tells whether there is more.
    pub(crate) fn page(&self) -> Page {
        Page { limit: self.limit + 1, after: self.after }
    }
}

/// Which part of a list, in order of the ordinals.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrdinalParams {
    /// Most items, 1 to 200.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: i64,
    /// Only items after the one of this ordinal.
    #[validate(range(min = 0))]
    pub(crate) after: Option<i32>,
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListView<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// What to pass as `after` for the next part; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

impl<T> ListView<T> {
    /// A list that is never long: all of it.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// At most `limit` of the items, and the key of the last one when there are more.
    pub(crate) fn new(mut items: Vec<T>, limit: i64, key: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| has_more).map(key);
        Self { items, next }
    }
}

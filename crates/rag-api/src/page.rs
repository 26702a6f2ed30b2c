//! Pages of lists: their parameters and their views.

use rag_repo::Page;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

/// Default maximum number of items of a page.
const DEFAULT_LIMIT: i64 = 50;

/// Returns `DEFAULT_LIMIT`, for serde's `default`.
pub(crate) fn default_limit() -> i64 {
    DEFAULT_LIMIT
}

/// The part of a list to return, newest first.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// Maximum number of items, 1 to 200.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: i64,
    /// Only items after the one with this id.
    pub(crate) after: Option<Uuid>,
}

impl PageParams {
    /// Returns a page of one item more than requested, which shows whether there are more.
    pub(crate) fn page(&self) -> Page {
        Page { limit: self.limit + 1, after: self.after }
    }
}

/// The part of a list to return, ordered by ordinal.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrdinalParams {
    /// Maximum number of items, 1 to 200.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: i64,
    /// Only items after the one with this ordinal.
    #[validate(range(min = 0))]
    #[param(minimum = 0)]
    pub(crate) after: Option<i32>,
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListView<T> {
    /// Items of the part.
    pub(crate) items: Vec<T>,
    /// Value of `after` for the next part; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

impl<T> ListView<T> {
    /// Returns a list as a whole, for lists that are always short.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// Returns at most `limit` of the items, and the key of the last one if there are more.
    pub(crate) fn new(mut items: Vec<T>, limit: i64, key: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| has_more).map(key);
        Self { items, next }
    }
}

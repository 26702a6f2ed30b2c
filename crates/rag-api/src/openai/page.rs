//! Pages of lists in OpenAI's format: newest first, after the id of the last item.

use rag_repo::Page;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::ids::parse_id;
use crate::problem::{ApiError, ApiResult};

fn default_limit() -> i64 {
    20
}

/// The part of a list to return.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OpenAiPageParams {
    /// Maximum number of items, 1 to 100.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: i64,
    /// Only items after the one with this id.
    after: Option<String>,
    /// Order; only `desc`, newest first, is supported.
    #[param(pattern = "^desc$")]
    order: Option<String>,
}

impl OpenAiPageParams {
    /// Returns a page of one item more than requested, which shows whether there are more.
    pub(super) fn page(&self, prefix: &str) -> ApiResult<Page> {
        if self.order.as_deref().is_some_and(|order| order != "desc") {
            return Err(ApiError::field("order", "must be desc: lists are newest first"));
        }
        let after = self.after.as_deref().map(|id| parse_id::<Uuid>(prefix, id, "item to list after"));
        Ok(Page { limit: self.limit + 1, after: after.transpose()? })
    }

    /// Returns the list of at most as many items as requested.
    pub(super) fn view<T>(&self, mut data: Vec<T>, id: impl Fn(&T) -> String) -> OpenAiListView<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_more = data.len() > limit;
        data.truncate(limit);
        let (first_id, last_id) = (data.first().map(&id), data.last().map(&id));
        OpenAiListView { object: "list", data, first_id, last_id, has_more }
    }
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenAiListView<T> {
    /// Always `list`.
    pub(crate) object: &'static str,
    /// Items of the part.
    pub(crate) data: Vec<T>,
    /// Id of the first item.
    pub(crate) first_id: Option<String>,
    /// Id of the last item: pass it as `after` to get the next part.
    pub(crate) last_id: Option<String>,
    /// Whether there is a next part.
    pub(crate) has_more: bool,
}

impl<T> OpenAiListView<T> {
    /// Returns a list as a whole, for lists that are always short.
    pub(super) fn whole(data: Vec<T>) -> Self {
        Self { object: "list", data, first_id: None, last_id: None, has_more: false }
    }
}

/// The deletion of an object.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeletedView {
    /// Id.
    pub(crate) id: String,
    /// Kind of object, with `.deleted` for vector stores and their files.
    pub(crate) object: &'static str,
    /// Always true.
    pub(crate) deleted: bool,
}

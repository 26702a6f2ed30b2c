//! The defaults of questions that a session or a collection holds, in JSON.

use rag_engine::answer::{QuestionDefaults, QuestionDefaultsChange};
use rag_repo::filter::Filter;
use rag_schema::ids::CollectionId;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    problem::{ApiError, ApiResult},
    search::collection_ids,
    understanding::UnderstandingBody,
};

/// Changes of the defaults of questions to a collection; absent fields stay unchanged, and null clears a field.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "null and absence differ")]
pub(crate) struct CollectionDefaultsBody {
    /// Instructions for the form of a chat model's answers, 1 to 4,000 characters. Without a chat model they have no effect.
    #[serde(default, deserialize_with = "null_is_some")]
    #[validate(length(min = 1, max = 4000))]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 4000)]
    instructions: Option<Option<String>>,
    /// Condition that documents must meet; as for `/v1/search`.
    #[serde(default, deserialize_with = "null_is_some")]
    #[schema(value_type = Option<Object>)]
    filter: Option<Option<Value>>,
    /// Steps of understanding a question; absent steps keep the server's settings.
    #[serde(default, deserialize_with = "null_is_some")]
    #[schema(value_type = Option<UnderstandingBody>)]
    understanding: Option<Option<UnderstandingBody>>,
}

/// Changes of the defaults of a session's questions; absent fields stay unchanged, and null clears a field.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "null and absence differ")]
pub(crate) struct SessionDefaultsBody {
    /// Instructions for the form of a chat model's answers, 1 to 4,000 characters. Without a chat model they have no effect.
    #[serde(default, deserialize_with = "null_is_some")]
    #[validate(length(min = 1, max = 4000))]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 4000)]
    instructions: Option<Option<String>>,
    /// Ids of collections to search, at most 100; all if null or empty.
    #[serde(default, deserialize_with = "null_is_some")]
    #[validate(length(max = 100))]
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 100)]
    collection_ids: Option<Option<Vec<Uuid>>>,
    /// Condition that documents must meet; as for `/v1/search`.
    #[serde(default, deserialize_with = "null_is_some")]
    #[schema(value_type = Option<Object>)]
    filter: Option<Option<Value>>,
    /// Steps of understanding a question; absent steps keep the defaults of the collection or the server.
    #[serde(default, deserialize_with = "null_is_some")]
    #[schema(value_type = Option<UnderstandingBody>)]
    understanding: Option<Option<UnderstandingBody>>,
}

impl SessionDefaultsBody {
    /// Returns the change in the engine's form.
    pub(crate) fn change(self) -> ApiResult<QuestionDefaultsChange> {
        let Self { instructions, collection_ids: ids, filter, understanding } = self;
        let change = CollectionDefaultsBody { instructions, filter, understanding }.change()?;
        Ok(QuestionDefaultsChange { collection_ids: ids.map(|ids| ids.map(collection_ids)), ..change })
    }
}

impl CollectionDefaultsBody {
    /// Returns the change in the engine's form.
    pub(crate) fn change(self) -> ApiResult<QuestionDefaultsChange> {
        if let Some(Some(filter)) = &self.filter {
            Filter::parse(filter).map_err(|error| ApiError::field("defaults.filter", error.to_string()))?;
        }
        let change = |body: UnderstandingBody| body.change("defaults.understanding");
        Ok(QuestionDefaultsChange {
            instructions: self.instructions,
            collection_ids: None,
            understanding: self.understanding.map(|body| body.map(change).transpose()).transpose()?,
            filter: self.filter,
        })
    }
}

/// Distinguishes null from an absent field.
#[expect(clippy::option_option, reason = "null and absence differ")]
pub(crate) fn null_is_some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// The defaults of questions; fields without a default are absent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuestionDefaultsView {
    /// Instructions for the form of a chat model's answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<String>,
    /// Ids of collections to search; only of a session.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    collection_ids: Vec<Uuid>,
    /// Condition that documents must meet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    filter: Option<Value>,
    /// Steps of understanding a question.
    #[serde(skip_serializing_if = "Option::is_none")]
    understanding: Option<UnderstandingBody>,
}

impl From<&Value> for QuestionDefaultsView {
    /// Shows stored defaults; none if they cannot be read.
    fn from(stored: &Value) -> Self {
        let defaults = QuestionDefaults::read(stored).unwrap_or_default();
        Self {
            instructions: defaults.instructions,
            collection_ids: defaults.collection_ids.into_iter().map(CollectionId::uuid).collect(),
            filter: defaults.filter,
            understanding: defaults.understanding.map(UnderstandingBody::from),
        }
    }
}

//! `POST /dify/retrieval`: a collection as an external knowledge base of Dify.

use actix_web::web::{self, Json};
use rag_engine::retrieve::{Found, SearchRequest};
use rag_repo::search::Origin;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use validator::Validate;

use super::check_is_on;
use crate::{
    app::App,
    auth::{May, Read},
    extract::Body,
    openai::find_collection_by_name,
    problem::{ApiError, ApiResult},
    search::parse_filter,
};

/// A search request of Dify.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub(crate) struct RetrievalBody {
    /// Name or id of a collection.
    pub(crate) knowledge_id: String,
    /// Question, 1 to 10,000 characters.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub(crate) query: String,
    /// Number and quality of the results.
    #[validate(nested)]
    pub(crate) retrieval_setting: RetrievalSettingBody,
    /// Conditions that the metadata of documents must meet.
    #[serde(default)]
    pub(crate) metadata_condition: Option<MetadataConditionBody>,
}

/// Number and quality of the results.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub(crate) struct RetrievalSettingBody {
    /// Maximum number of results, 1 to 100.
    #[validate(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100)]
    pub(crate) top_k: u32,
    /// Minimum score, 0 to 1; results with a lower score are dropped.
    #[serde(default)]
    #[validate(range(min = 0.0, max = 1.0))]
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub(crate) score_threshold: Option<f64>,
}

/// Conditions on the metadata.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MetadataConditionBody {
    /// `and`, the default, or `or`.
    #[serde(default)]
    pub(crate) logical_operator: Option<String>,
    /// Conditions.
    pub(crate) conditions: Vec<ConditionBody>,
}

/// One condition.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ConditionBody {
    /// Name of the metadata field; of several fields, one must match.
    pub(crate) name: NamesBody,
    /// `is`, `is not`, `in`, `not in`, `=`, `≠`, `>`, `<`, `≥`, `≤`, `before` or `after`.
    pub(crate) comparison_operator: String,
    /// Value to compare with.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) value: Value,
}

/// One name or several.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum NamesBody {
    /// One name.
    One(String),
    /// Several names.
    Several(Vec<String>),
}

/// The results.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RetrievalView {
    /// Passages, best first.
    pub(crate) records: Vec<RecordView>,
}

/// A passage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordView {
    /// Text of the passage.
    pub(crate) content: String,
    /// Score, 0 to 1, comparable within one result list only.
    pub(crate) score: f64,
    /// Title of the document.
    pub(crate) title: String,
    /// Metadata of the document, with `document_id`, `source` and `page`; never null.
    #[schema(value_type = Object)]
    pub(crate) metadata: Map<String, Value>,
}

impl RecordView {
    /// Converts a passage; `None` if it does not belong to a document.
    fn new(Found { ranked, passage, .. }: Found) -> Option<Self> {
        let Origin::Chunk(chunk) = passage.origin else { return None };
        let mut metadata = match passage.metadata {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        metadata.insert("document_id".to_owned(), json!(chunk.document_id));
        metadata.insert("source".to_owned(), json!(chunk.source));
        metadata.insert("page".to_owned(), json!(chunk.page));
        let score = ranked.score.clamp(0.0, 1.0);
        Some(Self { content: passage.text, score, title: passage.title, metadata })
    }
}

impl MetadataConditionBody {
    /// Returns the same conditions as one of our filters; `None` if there are no conditions.
    fn filter(&self) -> ApiResult<Option<Value>> {
        let kind = match self.logical_operator.as_deref() {
            None | Some("and") => "and",
            Some("or") => "or",
            Some(_) => {
                return Err(ApiError::field("metadata_condition.logical_operator", "must be and, or or"));
            }
        };
        let filters = self.conditions.iter().map(ConditionBody::filter).collect::<ApiResult<Vec<Value>>>()?;
        Ok((!filters.is_empty()).then(|| json!({"type": kind, "filters": filters})))
    }
}

impl ConditionBody {
    fn filter(&self) -> ApiResult<Value> {
        let (kind, is_of_numbers) = match self.comparison_operator.as_str() {
            "is" => ("eq", false),
            "is not" => ("ne", false),
            "in" => ("in", false),
            "not in" => ("nin", false),
            "=" => ("eq", true),
            "≠" => ("ne", true),
            ">" | "after" => ("gt", true),
            "<" | "before" => ("lt", true),
            "≥" => ("gte", true),
            "≤" => ("lte", true),
            other => {
                let rule = format!(
                    "\"{other}\" is not supported; use is, is not, in, not in, =, ≠, >, <, ≥, ≤, before or after"
                );
                return Err(ApiError::field("metadata_condition.conditions.comparison_operator", rule));
            }
        };
        // Dify sends numbers as text.
        let number = self.value.as_str().filter(|_| is_of_numbers).and_then(|text| text.parse::<f64>().ok());
        let value = number.map_or_else(|| self.value.clone(), |number| json!(number));
        let one = |name: &String| json!({"type": kind, "key": name, "value": value});
        Ok(match &self.name {
            NamesBody::One(name) => one(name),
            NamesBody::Several(names) => {
                json!({"type": "or", "filters": names.iter().map(one).collect::<Vec<Value>>()})
            }
        })
    }
}

/// Finds passages for Dify, as an external knowledge base.
#[utoipa::path(post, path = "/dify/retrieval", tag = "dify", request_body = RetrievalBody, responses(
    (status = 200, body = RetrievalView)))]
pub(crate) async fn retrieve_for_dify(
    app: web::Data<App>,
    caller: May<Read>,
    Body(body): Body<RetrievalBody>,
) -> ApiResult<Json<RetrievalView>> {
    check_is_on(app.settings.dify, "dify.enabled")?;
    let condition =
        body.metadata_condition.as_ref().map(MetadataConditionBody::filter).transpose()?.flatten();
    let filter = parse_filter(condition.as_ref())?;
    let collections = [find_collection_by_name(&app, &caller, &body.knowledge_id).await?];
    let limit = usize::try_from(body.retrieval_setting.top_k).unwrap_or(1);
    let threshold = body.retrieval_setting.score_threshold.unwrap_or(0.0);
    let actor = caller.actor;
    let result = app
        .with_models(move |engine| {
            let request = SearchRequest {
                query: &body.query,
                collections: &collections,
                filter: filter.as_ref(),
                limit,
                ..SearchRequest::default()
            };
            Ok(engine.search(actor, &request)?)
        })
        .await
        .map_err(|error| error.naming("collection"))?;
    let records = result.found.into_iter().filter_map(RecordView::new);
    Ok(Json(RetrievalView { records: records.filter(|record| record.score >= threshold).collect() }))
}

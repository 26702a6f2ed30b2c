//! `POST /v1/answer`: an answer of which nothing is stored, also for the bearer of a link.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use rag_engine::answer::{Conversation, Question};
use rag_schema::{enums::Scope, ids::UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    answers::{AnswerView, CitationView, SentenceView, SourceView, SourcesView},
    app::App,
    ask::{AskBody, question, start_turn, unless_left},
    auth::{May, Read},
    extract::Body,
    openai::chat::finish_turn,
    problem::{ApiError, ApiResult, Problem},
    ranking::RankingBody,
    understanding::{SaidBody, UnderstandingBody},
};

/// A question of which nothing is stored.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerBody {
    /// Question, 1 to 10,000 characters; the server's settings may allow fewer.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    question: String,
    /// The conversation before the question, oldest first, at most 8 messages.
    #[serde(default)]
    #[schema(max_items = 8)]
    context: Vec<SaidBody>,
    /// Ids of collections to search, at most 100; all if absent or empty.
    #[serde(default)]
    #[validate(length(max = 100))]
    collection_ids: Vec<Uuid>,
    /// Condition that documents must meet, as for `/v1/search`.
    #[schema(value_type = Option<Object>)]
    filter: Option<serde_json::Value>,
    /// Steps of understanding the question, as for `/v1/search`.
    understanding: Option<UnderstandingBody>,
    /// Ranking of the evidence, as for `/v1/search`.
    ranking: Option<RankingBody>,
    /// Time as of which is searched: the versions of documents that were the newest then, as far as they are kept.
    as_of: Option<DateTime<Utc>>,
}

/// An answer of which nothing is stored.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GivenAnswerView {
    /// The question as it was searched.
    searched: String,
    /// Warnings about collections that could not be searched in full.
    warnings: Vec<String>,
    /// Passages that the answer is written from, best first.
    sources: Vec<SourceView>,
    /// Text of the answer.
    text: String,
    /// `answered`, `unsupported` by the passages that it cites, `not_found` or `stopped`.
    outcome: &'static str,
    /// A sentence to show below the text of an unsupported answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'static str>,
    /// Checked citations, in order of appearance.
    citations: Vec<CitationView>,
    /// The sentences of the text, in order, with their support.
    sentences: Vec<SentenceView>,
    /// Name of the model, or `extractive`.
    answered_by: String,
}

/// Answers a question and stores nothing of it: no session, no message, no memory. The bearer of a link can ask, too; their answers are
/// made of sentences of the documents, without a chat model. A key needs the scope `ask`.
#[utoipa::path(post, path = "/v1/answer", tag = "answers", request_body = AnswerBody, responses(
    (status = 200, body = GivenAnswerView),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
    (status = 502, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn answer_once(
    app: web::Data<App>,
    caller: May<Read>,
    req: HttpRequest,
    Body(body): Body<AnswerBody>,
) -> ApiResult<HttpResponse> {
    let person = caller.person().ok();
    if person.is_some() {
        caller.check_scopes(&[Scope::Ask])?;
    }
    if body.question.trim().is_empty() {
        return Err(ApiError::field("question", "must not be blank"));
    }
    SaidBody::check(&body.context)?;
    let AnswerBody { question: text, context, collection_ids, filter, understanding, ranking, as_of } = body;
    let messages =
        context.iter().map(SaidBody::said).map(|said| (said.sender, said.text.to_owned())).collect();
    let body = AskBody {
        question: text,
        instructions: None,
        collection_ids,
        filter,
        understanding,
        ranking,
        as_of,
        replaces: None,
    };
    // No session begins, which would be this user's.
    let user = person.map_or(UserId::from(Uuid::nil()), |person| person.id);
    let conversation = Some(Conversation { messages, max_tokens: None });
    let question = Question { conversation, ..question(&app, caller.actor, user, body)? };
    let mut reader = start_turn(&app, question);
    unless_left(&req, async move {
        let (found, answer) = finish_turn(&mut reader).await?;
        let found = found.as_ref().map(SourcesView::from);
        let AnswerView { text, outcome, notice, citations, sentences, answered_by, .. } =
            AnswerView::from(&answer);
        let (searched, warnings, sources) =
            found.map_or_else(Default::default, |found| (found.searched, found.warnings, found.sources));
        let view = GivenAnswerView {
            searched,
            warnings,
            sources,
            text,
            outcome,
            notice,
            citations,
            sentences,
            answered_by,
        };
        Ok(HttpResponse::Ok().json(view))
    })
    .await
}

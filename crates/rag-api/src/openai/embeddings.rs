//! `POST /openai/v1/embeddings`: vectors of texts by the embedding models of this server.

use actix_web::web::{self, Json};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    app::App,
    auth::{May, Own},
    extract::Body,
    problem::{ApiError, ApiResult, Code},
};

/// Maximum number of texts of one request, the same as OpenAI's.
const MAX_TEXTS: usize = 2_048;

/// Texts to embed.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub(crate) struct EmbeddingsBody {
    /// Name of an embedding model.
    pub(crate) model: String,
    /// A text, or 1 to 2,048 texts.
    pub(crate) input: TextsBody,
    /// `float` or `base64` (32-bit floats, little-endian).
    #[serde(default)]
    pub(crate) encoding_format: Option<EncodingFormat>,
    /// Number of dimensions; must be the model's own if present.
    #[serde(default)]
    pub(crate) dimensions: Option<usize>,
}

/// One text or several.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged, expecting = "must be a text or a list of texts, not numbers of tokens")]
pub(crate) enum TextsBody {
    /// One text.
    One(String),
    /// Several texts.
    Several(Vec<String>),
}

/// The encoding of a vector.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EncodingFormat {
    /// A list of numbers.
    #[default]
    Float,
    /// Base64 of 32-bit floats, little-endian.
    Base64,
}

/// Vectors of texts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EmbeddingsView {
    /// Always `list`.
    pub(crate) object: &'static str,
    /// Vectors, one for each text, in the order of the texts.
    pub(crate) data: Vec<EmbeddingView>,
    /// Name of the model.
    pub(crate) model: String,
    /// Number of tokens embedded.
    pub(crate) usage: EmbeddingUsageView,
}

/// A vector.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EmbeddingView {
    /// Always `embedding`.
    pub(crate) object: &'static str,
    /// Position of the text, from 0.
    pub(crate) index: usize,
    /// The vector.
    pub(crate) embedding: VectorView,
}

/// A vector in the requested encoding.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum VectorView {
    /// Numbers.
    Float(Vec<f32>),
    /// Base64.
    Base64(String),
}

/// The number of tokens embedded.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EmbeddingUsageView {
    /// Number of tokens of the texts.
    pub(crate) prompt_tokens: usize,
    /// The same number.
    pub(crate) total_tokens: usize,
}

impl VectorView {
    fn new(vector: Vec<f32>, format: EncodingFormat) -> Self {
        match format {
            EncodingFormat::Float => Self::Float(vector),
            EncodingFormat::Base64 => {
                let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
                Self::Base64(STANDARD.encode(bytes))
            }
        }
    }
}

/// Embeds texts.
#[utoipa::path(post, path = "/openai/v1/embeddings", tag = "openai", request_body = EmbeddingsBody, responses(
    (status = 200, body = EmbeddingsView), (status = 404, description = "There is no such model", body = super::OpenAiErrorView)))]
pub(crate) async fn create_embeddings(
    app: web::Data<App>,
    _caller: May<Own>,
    Body(body): Body<EmbeddingsBody>,
) -> ApiResult<Json<EmbeddingsView>> {
    let texts = texts(body.input)?;
    let format = body.encoding_format.unwrap_or_default();
    let model = body.model;
    let view = app
        .with_models(move |engine| {
            let models = engine.models();
            let found = models.iter().find(|known| known.name() == model).ok_or_else(|| {
                let names: Vec<&str> = models.iter().map(rag_engine::Model::name).collect();
                let detail =
                    format!("There is no such embedding model. This server has {}.", names.join(", "));
                ApiError::new(Code::NotFound, detail)
            })?;
            let embedder = found.embedder();
            let own = embedder.model().dimensions;
            if body.dimensions.is_some_and(|wanted| wanted != own) {
                return Err(ApiError::field("dimensions", format!("must be {own}, the model's own")));
            }
            let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
            let vectors = embedder.embed_documents(&borrowed).map_err(rag_engine::EngineError::from)?;
            let tokens = borrowed.iter().map(|text| embedder.token_spans(text).len()).sum();
            let data = vectors.into_iter().enumerate().map(|(index, vector)| EmbeddingView {
                object: "embedding",
                index,
                embedding: VectorView::new(vector, format),
            });
            let usage = EmbeddingUsageView { prompt_tokens: tokens, total_tokens: tokens };
            Ok(EmbeddingsView { object: "list", data: data.collect(), model, usage })
        })
        .await?;
    Ok(Json(view))
}

fn texts(input: TextsBody) -> ApiResult<Vec<String>> {
    let texts = match input {
        TextsBody::One(text) => vec![text],
        TextsBody::Several(texts) => texts,
    };
    if texts.is_empty() || texts.len() > MAX_TEXTS {
        return Err(ApiError::field("input", format!("must hold 1 to {MAX_TEXTS} texts")));
    }
    match texts.iter().position(|text| text.trim().is_empty()) {
        Some(place) => Err(ApiError::field(format!("input[{place}]"), "must not be blank")),
        None => Ok(texts),
    }
}

//! How a request may want its results ranked, as JSON.

use rag_engine::{
    SearchSettings,
    retrieve::{Boost, Cutoff, Fusion, Ranking},
};
use serde::Deserialize;
use utoipa::ToSchema;

/// How the legs are put together.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum FusionBody {
    /// `dense_weight` * cosine + (1 - `dense_weight`) * BM25 / best BM25, or 0.3 of the idf of the question's words if that is more.
    Convex {
        /// 0 to 1.
        #[schema(minimum = 0, maximum = 1)]
        dense_weight: f64,
    },
    /// Reciprocal rank fusion: the sum of 1 / (k + rank).
    Rrf {
        /// 0 or more.
        #[schema(minimum = 0)]
        k: f64,
    },
}

/// What counts beside relevance.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum BoostBody {
    /// `weight` for a document stored now, half of it for one stored `half_life_days` ago.
    Recency {
        /// Above 0.
        #[schema(exclusive_minimum = 0)]
        half_life_days: f64,
        /// Added to the score.
        weight: f64,
    },
    /// Half of `weight` for a document that answers have cited `half_citations` times, ever more of it for more.
    Popularity {
        /// Above 0.
        #[schema(exclusive_minimum = 0)]
        half_citations: f64,
        /// Added to the score.
        weight: f64,
    },
    /// `weight` times a number from 0 to 1 in the document's metadata.
    Metadata {
        /// Name of the field.
        key: String,
        /// Added to the score.
        weight: f64,
    },
}

/// Where the list ends before its limit.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum CutoffBody {
    /// Drops results whose cosine is less.
    Similarity {
        /// -1 to 1.
        #[schema(minimum = -1, maximum = 1)]
        value: f64,
    },
    /// Ends before the first fall of the score by more than this part of the best score.
    Gap {
        /// 0 to 1.
        #[schema(minimum = 0, maximum = 1)]
        value: f64,
    },
    /// Drops results that score less than this part of all candidates does.
    Percentile {
        /// 0 to 1.
        #[schema(minimum = 0, maximum = 1)]
        value: f64,
    },
}

/// How results are ranked; what is absent is as the server has it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RankingBody {
    /// How the legs are put together.
    fusion: Option<FusionBody>,
    /// Whether the question learns from its best passages (pseudo-relevance feedback).
    feedback: Option<bool>,
    /// Whether the server's reranker judges the best results; refused if the server has none.
    rerank: Option<bool>,
    /// Maximal marginal relevance: 0 ranks by relevance alone, 1 by difference alone.
    #[schema(minimum = 0, maximum = 1)]
    diversity: Option<f64>,
    /// What counts beside relevance, at most 8.
    #[serde(default)]
    #[schema(max_items = 8)]
    boosts: Vec<BoostBody>,
    /// Where the list ends before its limit.
    cutoff: Option<CutoffBody>,
}

/// Boosts taken at most.
const MAX_BOOSTS: usize = 8;

impl RankingBody {
    /// The server's ranking, changed as asked; the text names the value that cannot be used.
    pub(crate) fn applied_to(self, server: &SearchSettings) -> Result<Ranking, &'static str> {
        if self.boosts.len() > MAX_BOOSTS {
            return Err("at most 8 boosts");
        }
        let mut ranking = server.ranking.clone();
        if let Some(fusion) = self.fusion {
            ranking.fusion = match fusion {
                FusionBody::Convex { dense_weight } => Fusion::Convex { dense_weight },
                FusionBody::Rrf { k } => Fusion::ReciprocalRank { k },
            };
        }
        if self.feedback == Some(false) {
            ranking.feedback.passages = 0;
        }
        if let Some(wanted) = self.rerank {
            ranking.rerank = wanted.then_some(server.rerank_window);
        }
        if let Some(diversity) = self.diversity {
            ranking.diversity = diversity;
        }
        ranking.boosts.extend(self.boosts.into_iter().map(|boost| match boost {
            BoostBody::Recency { half_life_days, weight } => Boost::Recency { half_life_days, weight },
            BoostBody::Popularity { half_citations, weight } => Boost::Popularity { half_citations, weight },
            BoostBody::Metadata { key, weight } => Boost::Metadata { key, weight },
        }));
        if let Some(cutoff) = self.cutoff {
            ranking.cutoff = match cutoff {
                CutoffBody::Similarity { value: least } => Cutoff::Similarity(least),
                CutoffBody::Gap { value: part } => Cutoff::Gap(part),
                CutoffBody::Percentile { value: part } => Cutoff::Percentile(part),
            };
        }
        ranking.check()?;
        Ok(ranking)
    }
}

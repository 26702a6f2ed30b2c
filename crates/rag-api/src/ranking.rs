//! The ranking options of a request, in JSON.

use rag_engine::{
    SearchSettings,
    retrieve::{Boost, Cutoff, Fusion, Ranking},
};
use serde::Deserialize;
use utoipa::ToSchema;

/// The method of fusing the legs.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum FusionBody {
    /// `dense_weight` * cosine + (1 - `dense_weight`) * BM25 / best BM25; the divisor is at least 0.3 of the idf of the
    /// question's words.
    Convex {
        /// Weight of the dense leg, 0 to 1.
        #[schema(minimum = 0, maximum = 1)]
        dense_weight: f64,
    },
    /// Reciprocal rank fusion: the sum of 1 / (k + rank).
    Rrf {
        /// Constant k, 0 or more.
        #[schema(minimum = 0)]
        k: f64,
    },
}

/// An amount that is added to a result's score.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum BoostBody {
    /// `weight` for a document whose version was published now, half of it for one published `half_life_days` ago.
    Recency {
        /// Age at which half of the weight is left, in days, above 0.
        #[schema(exclusive_minimum = 0)]
        half_life_days: f64,
        /// Maximum amount that is added to the score.
        weight: f64,
    },
    /// Half of `weight` for a document that answers have cited `half_citations` times, approaching `weight` with more citations.
    Popularity {
        /// Number of citations for half of the weight, above 0.
        #[schema(exclusive_minimum = 0)]
        half_citations: f64,
        /// Maximum amount that is added to the score.
        weight: f64,
    },
    /// `weight` times a number from 0 to 1 in the document's metadata.
    Metadata {
        /// Name of the metadata field.
        key: String,
        /// Maximum amount that is added to the score.
        weight: f64,
    },
}

/// The condition at which the list ends before its limit.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum CutoffBody {
    /// Drops results whose cosine is less than this one.
    Similarity {
        /// Minimum cosine, -1 to 1.
        #[schema(minimum = -1, maximum = 1)]
        value: f64,
    },
    /// Ends the list before the first result whose score is lower than the one before it by more than this part of the best
    /// score.
    Gap {
        /// Part of the best score, 0 to 1.
        #[schema(minimum = 0, maximum = 1)]
        value: f64,
    },
    /// Drops results whose score is below this percentile of the scores of all candidates.
    Percentile {
        /// Percentile, 0 to 1.
        #[schema(minimum = 0, maximum = 1)]
        value: f64,
    },
}

/// The ranking of the results. Absent fields keep the server's settings.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RankingBody {
    /// Method of fusing the legs.
    fusion: Option<FusionBody>,
    /// Whether pseudo-relevance feedback from the best passages is used.
    feedback: Option<bool>,
    /// Whether ratings of answers and results change the ranking.
    learned: Option<bool>,
    /// Whether the server's reranker judges the best results; refused if the server has none.
    rerank: Option<bool>,
    /// Maximal marginal relevance: 0 ranks by relevance alone, 1 by difference alone.
    #[schema(minimum = 0, maximum = 1)]
    diversity: Option<f64>,
    /// Amounts that are added to the scores, at most 8.
    #[serde(default)]
    #[schema(max_items = 8)]
    boosts: Vec<BoostBody>,
    /// Condition at which the list ends before its limit.
    cutoff: Option<CutoffBody>,
}

/// Maximum number of boosts.
const MAX_BOOSTS: usize = 8;

impl RankingBody {
    /// Returns the server's ranking with these changes; the error names the value that is invalid.
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
        if self.learned == Some(false) {
            ranking.learned = 0.0;
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

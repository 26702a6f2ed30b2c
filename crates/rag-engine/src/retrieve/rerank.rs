//! Reranks the best candidates with a model that reads question and passage together; holds no connection.

use std::error::Error;

use rag_embed::{EmbedError, Reranker};
use rag_repo::search::Passage;
use serde_json::json;

use super::{candidates::Candidates, trace::Tracer};
use crate::{Engine, EngineError, EngineResult, ingest::titled};

/// Error of a request for a reranker if there is none.
pub(super) const NO_RERANKER: &str = "there is no reranker: set rerank.kind to \"cross-encoder\" (with rerank.model_dir) or to \
     \"remote\" (with rerank.base_url and rerank.model), or search without one";

impl Engine {
    /// Scores texts with the server's reranker, in the order of the texts; higher is better. Returns `EngineError::Conflict` if
    /// there is none.
    pub fn score_texts(&self, query: &str, texts: &[&str]) -> EngineResult<Vec<f64>> {
        let reranker = self.reranker().ok_or_else(|| EngineError::Conflict(NO_RERANKER.to_owned()))?;
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        Ok(scores(reranker, query, texts)?)
    }
}

/// Ranks the first `window` candidates by the reranker's scores. Returns whether that was possible: if the reranker does not
/// answer, the fused order remains, which is worse but usable.
pub(super) fn rerank(
    reranker: &dyn Reranker,
    question: &str,
    window: usize,
    candidates: &mut Candidates,
    tracer: &mut Tracer,
) -> bool {
    tracer.restart();
    let texts: Vec<String> = candidates.best.iter().take(window).map(|(_, passage)| text(passage)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let model = reranker.name();
    match scores(reranker, question, &texts) {
        Ok(scores) => {
            place(candidates, &scores);
            tracer.step("rerank", || json!({"model": model, "passages": scores.len()}));
            true
        }
        Err(error) => {
            tracing::warn!(model, %error, source = error.source(), "reranking failed, the fused order stays");
            tracer.step("rerank", || json!({"model": model, "failed": error.to_string()}));
            false
        }
    }
}

fn scores(reranker: &dyn Reranker, question: &str, texts: &[&str]) -> Result<Vec<f64>, EmbedError> {
    let scores = reranker.rerank(question, texts)?;
    if scores.len() != texts.len() {
        return Err(EmbedError::BadAnswer(format!("{} scores for {} texts", scores.len(), texts.len())));
    }
    Ok(scores.into_iter().map(f64::from).collect())
}

/// Returns the reranker's input, which equals the embedder's input.
fn text(passage: &Passage) -> String {
    titled(&passage.title, passage.headings(), &passage.text)
}

/// Sets the scores of the first candidates. The others follow below the lowest of them, at their previous distances from each
/// other, so the list has one scale for boosts and cut-offs.
fn place(candidates: &mut Candidates, scores: &[f64]) {
    let Some(lowest) = scores.iter().copied().reduce(f64::min) else { return };
    let others = candidates.best.iter().skip(scores.len()).map(|(ranked, _)| ranked.score);
    let fall = others.chain(candidates.rest.first().copied()).next().map_or(0.0, |first| first - lowest);
    for (place, (ranked, _)) in candidates.best.iter_mut().enumerate() {
        ranked.rerank = scores.get(place).copied();
        ranked.score = ranked.rerank.unwrap_or(ranked.score - fall);
    }
    candidates.rest.iter_mut().for_each(|score| *score -= fall);
    // The sort is stable: equal scores keep the fused order.
    candidates.best.sort_by(|(a, _), (b, _)| b.score.total_cmp(&a.score));
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use rag_repo::{
        search::{ChunkOrigin, Origin},
        statement::PlanDepth,
    };
    use rag_schema::{
        ids::{CollectionId, DocumentId, PassageId},
        models::HeadingPath,
    };

    use super::*;
    use crate::retrieve::Ranked;

    fn candidates(best: &[f64], rest: &[f64]) -> Candidates {
        let best = best.iter().map(|&score| {
            let passage_id = PassageId::new();
            let passage = Passage {
                id: passage_id,
                collection_id: CollectionId::new(),
                title: "Title".to_owned(),
                text: format!("text of {score}"),
                metadata: json!({}),
                age_s: 0.0,
                citation_count: 0,
                origin: Origin::Chunk(ChunkOrigin {
                    document_id: DocumentId::new(),
                    source: None,
                    version: 1,
                    media_type: "text/plain".to_owned(),
                    ordinal: 0,
                    start_offset: 0,
                    end_offset: 1,
                    page: None,
                    heading_path: HeadingPath(Vec::new()),
                }),
            };
            (
                Ranked {
                    passage_id,
                    score,
                    fused: score,
                    rerank: None,
                    learned: 0.0,
                    dense: None,
                    lexical: None,
                },
                passage,
            )
        });
        Candidates {
            best: best.collect(),
            rest: rest.to_vec(),
            vectors: HashMap::new(),
            learned: HashMap::new(),
            collections: Vec::new(),
            languages: rag_text::analyse::Languages::default(),
            unknown_identifiers: Vec::new(),
            models: Vec::new(),
            lacking: Vec::new(),
            dense_plan: None,
            pruned_words: Vec::new(),
        }
    }

    /// Returns the fused score, the score and the reranker's score of each candidate.
    fn shown(candidates: &Candidates) -> Vec<(f64, f64, Option<f64>)> {
        candidates.best.iter().map(|(ranked, _)| (ranked.fused, ranked.score, ranked.rerank)).collect()
    }

    #[test]
    fn the_window_is_ordered_anew_and_the_others_follow_at_their_distances() {
        let mut candidates = candidates(&[0.75, 0.5, 0.25, 0.125], &[0.0]);
        place(&mut candidates, &[0.25, 1.0]);
        let others = [(0.25, 0.25, None), (0.125, 0.125, None)];
        assert_eq!(shown(&candidates)[..2], [(0.5, 1.0, Some(1.0)), (0.75, 0.25, Some(0.25))]);
        assert_eq!(shown(&candidates)[2..], others);
        assert!((candidates.rest[0] - 0.0).abs() < 1e-12);
        place(&mut candidates, &[0.0, 0.5]);
        assert_eq!(candidates.best[2].1.text, "text of 0.25");
        assert!((candidates.rest[0] + 0.25).abs() < 1e-12);
    }

    #[test]
    fn equal_scores_keep_the_fused_order() {
        let mut candidates = candidates(&[0.75, 0.5, 0.25], &[]);
        place(&mut candidates, &[0.5, 0.5, 0.5]);
        assert_eq!(shown(&candidates).iter().map(|found| found.0).collect::<Vec<_>>(), [0.75, 0.5, 0.25]);
    }

    struct Broken(Result<Vec<f32>, &'static str>);

    impl Reranker for Broken {
        fn name(&self) -> &'static str {
            "broken"
        }

        fn rerank(&self, _query: &str, texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
            assert!(texts.iter().all(|text| text.starts_with("Title\ntext of")), "{texts:?}");
            self.0.clone().map_err(|what| EmbedError::Unavailable(what.to_owned()))
        }
    }

    #[test]
    fn a_reranker_that_fails_or_miscounts_leaves_everything_as_it_was_and_the_trace_says_so() {
        for (answer, why) in
            [(Err("no connection"), "no connection"), (Ok(vec![0.5]), "1 scores for 2 texts")]
        {
            let mut candidates = candidates(&[0.75, 0.5], &[0.25]);
            let before = shown(&candidates);
            let mut tracer = Tracer::new(Some(PlanDepth::Shape));
            assert!(!rerank(&Broken(answer), "question", 50, &mut candidates, &mut tracer));
            assert_eq!((shown(&candidates), &candidates.rest[..]), (before, &[0.25][..]));
            let step = tracer.finish().unwrap().steps.pop().unwrap();
            assert_eq!((step.step, &step.detail["model"]), ("rerank", &json!("broken")));
            assert!(step.detail["failed"].as_str().unwrap().contains(why), "{step:?}");
        }
    }

    #[test]
    fn no_more_than_the_window_is_read() {
        let mut candidates = candidates(&[0.75, 0.5, 0.25], &[]);
        assert!(rerank(&Broken(Ok(vec![0.9])), "q", 1, &mut candidates, &mut Tracer::new(None)));
        let judged: Vec<bool> = candidates.best.iter().map(|(ranked, _)| ranked.rerank.is_some()).collect();
        assert_eq!(judged, [true, false, false]);
    }
}

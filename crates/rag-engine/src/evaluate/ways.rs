//! Ways to search that an evaluation compares.

use super::beir::Query;
use crate::{
    Engine, SearchSettings,
    retrieve::{Feedback, Fusion, Mode, Ranking, Understanding},
};

/// The text that is searched for a follow-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reading {
    /// The follow-up, together with the question before it.
    #[default]
    InContext,
    /// The follow-up alone.
    Alone,
    /// The standalone question instead of the follow-up.
    Whole,
}

/// A way to search. Absent fields keep the server's settings.
#[derive(Debug, Clone, Default)]
pub(super) struct Way {
    pub(super) name: String,
    pub(super) mode: Mode,
    pub(super) ranking: Option<Ranking>,
    pub(super) understanding: Option<Understanding>,
    pub(super) reading: Reading,
}

impl Way {
    pub(super) fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// Returns the ways to search that each differ from the server's settings in one thing and whose name contains `wanted`.
pub(super) fn variants(engine: &Engine, wanted: &str) -> Vec<Way> {
    let server = &engine.settings().search;
    let mut ways = fusions(server);
    ways.extend(lists(&server.ranking));
    ways.extend(understandings(server.understanding, engine.chat().is_some()));
    ways.retain(|way| way.name.contains(wanted));
    ways
}

/// Returns the ways that search follow-ups without context and as standalone questions; empty if there are no follow-ups.
pub(super) fn readings(queries: &[Query]) -> Vec<Way> {
    let readings = [("follow-up alone", Reading::Alone), ("whole question", Reading::Whole)];
    let readings = readings.into_iter().filter(|_| queries.iter().any(|query| query.context.is_some()));
    readings.map(|(name, reading)| Way { reading, ..Way::named(name) }).collect()
}

/// Returns ways with other fusions.
fn fusions(server: &SearchSettings) -> Vec<Way> {
    [0.3, 0.5, 0.6, 0.7, 0.8, 0.9]
        .map(|dense_weight| (format!("convex {dense_weight}"), Fusion::Convex { dense_weight }))
        .into_iter()
        .chain([20.0, 60.0].map(|k| (format!("rrf {k}"), Fusion::ReciprocalRank { k })))
        .map(|(name, fusion)| {
            let ranking = Some(Ranking { fusion, ..server.ranking.clone() });
            Way { ranking, ..Way::named(name) }
        })
        .collect()
}

/// Returns ways with other feedback and diversity.
fn lists(server: &Ranking) -> Vec<Way> {
    let feedbacks = [(0, 0.0), (1, 0.3), (3, 0.3), (3, 0.5), (5, 0.5)].map(|(passages, weight)| {
        let feedback = Feedback { passages, weight };
        (format!("feedback {passages} x {weight}"), Ranking { feedback, ..server.clone() })
    });
    let diversities = [0.1, 0.3]
        .map(|diversity| (format!("diversity {diversity}"), Ranking { diversity, ..server.clone() }));
    let all = feedbacks.into_iter().chain(diversities);
    all.map(|(name, ranking)| Way { ranking: Some(ranking), ..Way::named(name) }).collect()
}

/// Returns ways that each change one step of understanding.
fn understandings(server: Understanding, has_chat: bool) -> Vec<Way> {
    let on = [
        ("multi-query 3", Understanding { multi_query: 3, ..server }),
        ("HyDE", Understanding { hyde: true, ..server }),
        ("no rewriting", Understanding { rewrite: false, ..server }),
    ];
    let off = [("no synonyms", Understanding { synonyms: false, ..server })];
    let on = on.into_iter().filter(|_| has_chat);
    on.chain(off).map(|(name, how)| Way { understanding: Some(how), ..Way::named(name) }).collect()
}

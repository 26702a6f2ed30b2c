//! Compares synthetic with real rows: the same statistics of the same number of each.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::{
    base::{Base, nearest},
    generate::Generator,
};
use crate::measure::{number, percentile, progress};

/// Number of vectors whose neighbours are searched.
const SAMPLE: usize = 500;

/// Number of neighbours from which the dimension is estimated.
const AROUND: usize = 20;

const CHUNK: [&str; 3] = [
    "cosine of a chunk's nearest neighbour, p50",
    "cosine of a chunk's tenth nearest, p50",
    "local dimension around a chunk, p50",
];
const QUESTION: [&str; 3] = [
    "cosine of a question's nearest chunk, p50",
    "cosine of a question's tenth nearest, p50",
    "local dimension around a question, p50",
];

/// A statistic of the real and of the synthetic rows.
#[derive(Debug, Serialize)]
pub(crate) struct Pair {
    /// The name of the statistic.
    pub(crate) name: &'static str,
    /// Its value for the real passages.
    pub(crate) real: f64,
    /// Its value for the same number of synthetic chunks, each from a different document.
    pub(crate) synthetic: f64,
}

/// All statistics.
#[derive(Debug, Serialize)]
pub(crate) struct Pairs(pub(crate) Vec<Pair>);

/// Draws as many synthetic chunks as there are real passages and compares.
pub(crate) fn compare(base: &Base, seed: u64) -> Pairs {
    progress("comparing real and synthetic rows");
    // A seed different from that of the rows, so that the samples are independent.
    let mut generator = Generator::new(base, seed ^ u64::MAX);
    let drawn = (0..base.passages.len()).filter_map(|_| generator.document()?.chunks.pop());
    let (texts, synthetic): (Vec<String>, Vec<Vec<f32>>) = drawn.unzip();
    let real: Vec<Vec<f32>> = base.passages.iter().map(|passage| passage.vector.clone()).collect();
    let asked: Vec<&[f32]> = base.questions.iter().map(|question| question.vector.as_slice()).collect();
    let own = |vectors: &[Vec<f32>]| -> Facts {
        let queries: Vec<&[f32]> = vectors.iter().take(SAMPLE).map(Vec::as_slice).collect();
        facts(vectors, &queries)
    };
    let mut pairs = pairs(CHUNK, &own(&real), &own(&synthetic));
    pairs.extend(self::pairs(QUESTION, &facts(&real, &asked), &facts(&synthetic, &asked)));
    let passages: Vec<String> =
        base.passages.iter().map(|passage| format!("{} {}", passage.title, passage.text)).collect();
    let mut real_shares = word_shares(base, &passages);
    let mut synthetic_shares = word_shares(base, &texts);
    for (name, percent) in [
        ("share of chunks with a question's word, p50", 50),
        ("share of chunks with a question's word, p90", 90),
    ] {
        let (real, synthetic) =
            (percentile(&mut real_shares, percent), percentile(&mut synthetic_shares, percent));
        pairs.push(Pair { name, real, synthetic });
    }
    Pairs(pairs)
}

/// Median cosine of the nearest and of the tenth nearest vector, and the local intrinsic dimension.
type Facts = [f64; 3];

fn facts(vectors: &[Vec<f32>], queries: &[&[f32]]) -> Facts {
    let found: Vec<Vec<f64>> = queries
        .iter()
        .map(|query| {
            nearest(vectors, query, AROUND).into_iter().map(|(_, cosine)| f64::from(cosine)).collect()
        })
        .collect();
    let of_rank = |rank: usize| {
        let mut cosines: Vec<f64> = found.iter().filter_map(|cosines| cosines.get(rank).copied()).collect();
        percentile(&mut cosines, 50)
    };
    let mut dimensions: Vec<f64> = found.iter().filter_map(|cosines| local_dimension(cosines)).collect();
    [of_rank(0), of_rank(9), percentile(&mut dimensions, 50)]
}

/// The maximum likelihood estimate of Levina and Bickel (2004), from the distances of the nearest vectors: how fast their number
/// grows with the distance. It determines the difficulty of a nearest-neighbour search, not the length of the vectors.
fn local_dimension(cosines: &[f64]) -> Option<f64> {
    let distance = |cosine: &f64| (2.0 - 2.0 * cosine).max(f64::EPSILON).sqrt();
    let (last, nearer) = cosines.split_last()?;
    let logs: f64 = nearer.iter().map(|cosine| (distance(last) / distance(cosine)).ln()).sum();
    (logs > 0.0).then(|| number(nearer.len()) / logs)
}

fn pairs(names: [&'static str; 3], real: &Facts, synthetic: &Facts) -> Vec<Pair> {
    let values = real.iter().zip(synthetic);
    names.into_iter().zip(values).map(|(name, (&real, &synthetic))| Pair { name, real, synthetic }).collect()
}

/// For each word of each question, the share of the texts that contain it.
fn word_shares(base: &Base, texts: &[String]) -> Vec<f64> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for text in texts {
        for word in words(text) {
            *counts.entry(word).or_default() += 1;
        }
    }
    let asked = base.questions.iter().flat_map(|question| words(&question.text));
    asked.map(|word| number(counts.get(&word).copied().unwrap_or(0)) / number(texts.len().max(1))).collect()
}

fn words(text: &str) -> HashSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

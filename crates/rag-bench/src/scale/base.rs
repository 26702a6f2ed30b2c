//! The real passages and questions with their real vectors, and the nearest neighbours of each passage.

use rag_embed::Embedder;
use rag_engine::retrieve::QueryText;

use super::{Args, vector_file::VectorFile};
use crate::{BenchResult, corpus, measure::progress};

/// Number of neighbours stored for each passage.
const NEIGHBOURS: usize = 30;

/// The source of synthetic rows.
pub(crate) struct Base {
    pub(crate) passages: Vec<Passage>,
    pub(crate) questions: Vec<Question>,
}

/// A real passage.
pub(crate) struct Passage {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) vector: Vec<f32>,
    /// The nearest other passages and their cosine, nearest first; at least one.
    pub(crate) neighbours: Vec<(usize, f32)>,
}

/// A real question.
pub(crate) struct Question {
    pub(crate) text: String,
    pub(crate) vector: Vec<f32>,
}

/// Reads and embeds the texts, or takes their vectors from the file.
pub(crate) fn prepare(args: &Args, model: &dyn Embedder) -> BenchResult<Base> {
    let corpus = match &args.common.data {
        Some(dir) => corpus::from_folder(dir, args.passages, args.queries)?,
        None => corpus::own_documentation()?,
    };
    if corpus.documents.len() < 20 || corpus.questions.is_empty() {
        return Err("cannot make synthetic rows: at least twenty passages and one question are needed".into());
    }
    // A passage is embedded under its title, as ingest does.
    let inputs: Vec<String> =
        corpus.documents.iter().map(|document| format!("{}\n{}", document.title, document.text)).collect();
    let mut file = VectorFile::open(args.cache.as_deref(), model.model().dimensions)?;
    let vectors = file.embed(model, &inputs)?;
    // Without quotation marks and dashes, which search would parse as phrases and exclusions; so search embeds the same text.
    let questions: Vec<String> =
        corpus.questions.iter().map(|question| QueryText::parse(question).words).collect();
    let asked = file.embed(model, &questions)?;
    progress("looking for the neighbours of each passage");
    let neighbours: Vec<_> = vectors.iter().map(|vector| nearest(&vectors, vector, NEIGHBOURS)).collect();
    let passages = corpus.documents.into_iter().zip(vectors).zip(neighbours);
    let questions = questions.into_iter().zip(asked);
    Ok(Base {
        passages: passages
            .map(|((document, vector), neighbours)| Passage {
                title: document.title,
                text: document.text,
                vector,
                neighbours,
            })
            .collect(),
        questions: questions.map(|(text, vector)| Question { text, vector }).collect(),
    })
}

/// The `count` vectors nearest to `query`, and their cosine, nearest first, without the vector itself and its duplicates.
pub(crate) fn nearest(vectors: &[Vec<f32>], query: &[f32], count: usize) -> Vec<(usize, f32)> {
    let cosines = vectors.iter().map(|vector| dot(vector, query)).enumerate();
    let mut others: Vec<(usize, f32)> = cosines.filter(|(_, cosine)| *cosine < 0.9999).collect();
    if others.len() > count {
        others.select_nth_unstable_by(count, |a, b| b.1.total_cmp(&a.1));
        others.truncate(count);
    }
    others.sort_unstable_by(|a, b| b.1.total_cmp(&a.1));
    others
}

/// Eight parallel sums, which the compiler vectorises; it must keep the order of a single sum.
pub(crate) fn dot(left: &[f32], right: &[f32]) -> f32 {
    let (left, right) = (left.as_chunks::<8>(), right.as_chunks::<8>());
    let mut sums = [0.0_f32; 8];
    for (l, r) in left.0.iter().zip(right.0) {
        for (sum, (l, r)) in sums.iter_mut().zip(l.iter().zip(r)) {
            *sum += l * r;
        }
    }
    let rest: f32 = left.1.iter().zip(right.1).map(|(l, r)| l * r).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_leaves_out_the_vector_itself() {
        let vectors = vec![vec![1.0, 0.0], vec![0.8, 0.6], vec![0.0, 1.0], vec![-1.0, 0.0]];
        let found: Vec<usize> = nearest(&vectors, &[1.0, 0.0], 2).into_iter().map(|(at, _)| at).collect();
        assert_eq!(found, [1, 2]);
    }

    #[test]
    fn the_dot_product_counts_what_is_left_over() {
        assert!((dot(&[1.0; 19], &[2.0; 19]) - 38.0).abs() < 1e-6);
    }
}

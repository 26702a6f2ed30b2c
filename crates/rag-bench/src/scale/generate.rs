//! Synthetic documents: vectors between real neighbours, words drawn from real passages; deterministic for a seed.

use rag_embed::vector::normalise;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use super::base::{Base, Passage, dot};

/// Chunks of a document.
pub(crate) const CHUNKS: usize = 10;
/// Number of values of `bucket` in the metadata: `bucket < n` selects n of this number of documents, independent of their topic.
pub(crate) const BUCKETS: i32 = 10_000;
/// Number of values of `topic` in the metadata: each selects documents with similar vectors.
const TOPICS: usize = 20;
/// Length of the random step from a passage, relative to the distance of its neighbours. Chosen so that synthetic vectors have the
/// same distances as the same number of real ones; the report shows both.
///
/// The step goes along the directions to the passage's neighbours. A step in a random direction would have 384 dimensions: rows would
/// not get nearer to each other as their number grows, and finding the nearest would be hard and meaningless
/// (measured: the local dimension of 200,000 such rows is 25 and grows; of real rows it falls, from 20 with 4,345 to 11 with 11,142;
/// of these rows it is 18 with 4,300 and 11 with 250,000).
const STEP: std::ops::Range<f32> = 0.8..1.2;
/// One word in this number is a name, so that the vocabulary grows with the collection, as in real texts (Heaps' law).
const NAME_ONE_IN: u32 = 25;

/// A document to load.
pub(crate) struct Synthetic {
    pub(crate) title: String,
    pub(crate) bucket: i32,
    pub(crate) topic: i32,
    pub(crate) chunks: Vec<(String, Vec<f32>)>,
}

/// Draws documents.
pub(crate) struct Generator<'a> {
    base: &'a Base,
    rng: StdRng,
    /// Every word of every passage, so that words are drawn with their real frequencies (Zipf's law).
    words: Vec<&'a str>,
}

impl<'a> Generator<'a> {
    /// Creates a generator with the seed.
    pub(crate) fn new(base: &'a Base, seed: u64) -> Self {
        let words = base.passages.iter().flat_map(|passage| passage.text.split_whitespace()).collect();
        Self { base, rng: StdRng::seed_from_u64(seed), words }
    }

    /// The next document: its chunks lie around one real passage.
    pub(crate) fn document(&mut self) -> Option<Synthetic> {
        let base = self.base;
        let anchor = base.passages.choose(&mut self.rng)?;
        let chunks = (0..CHUNKS).map(|_| self.chunk(anchor)).collect::<Option<_>>()?;
        Some(Synthetic {
            title: if anchor.title.is_empty() { "Untitled".to_owned() } else { anchor.title.clone() },
            bucket: self.rng.random_range(0..BUCKETS),
            topic: topic(base, &anchor.vector),
            chunks,
        })
    }

    /// A chunk near `anchor`, or near a neighbour of it.
    fn chunk(&mut self, anchor: &'a Passage) -> Option<(String, Vec<f32>)> {
        let from = if self.rng.random_bool(0.5) { anchor } else { self.neighbour(anchor)? };
        let to = self.neighbour(from)?;
        Some((self.text(from, to)?, self.near(from)))
    }

    fn neighbour(&mut self, passage: &Passage) -> Option<&'a Passage> {
        let base = self.base;
        base.passages.get(passage.neighbours.choose(&mut self.rng)?.0)
    }

    /// A point of unit length one step from `from`; the step is a random part of the way towards each neighbour or away from it.
    fn near(&mut self, from: &Passage) -> Vec<f32> {
        let base = self.base;
        let count = u16::try_from(from.neighbours.len()).map_or(f32::MAX, f32::from);
        // Uniform numbers from -1 to 1 have a variance of a third.
        let scale = self.rng.random_range(STEP) * (3.0 / count).sqrt();
        let mut vector = from.vector.clone();
        for other in from.neighbours.iter().filter_map(|(at, _)| base.passages.get(*at)) {
            let way = scale * self.rng.random_range(-1.0..1.0);
            for ((value, a), b) in vector.iter_mut().zip(&from.vector).zip(&other.vector) {
                *value += way * (b - a);
            }
        }
        // Only a step exactly to the origin has no direction.
        let _ = normalise(&mut vector);
        vector
    }

    /// 75 to 100 words: two in five from the two passages, the others from all, and now and then a name.
    fn text(&mut self, from: &'a Passage, to: &'a Passage) -> Option<String> {
        let weight: f64 = self.rng.random();
        let own: Vec<&str> = from.text.split_whitespace().collect();
        let other: Vec<&str> = to.text.split_whitespace().collect();
        let length = self.rng.random_range(75..=100);
        let mut text = String::with_capacity(700);
        for _ in 0..length {
            if self.rng.random_ratio(1, NAME_ONE_IN) {
                text.push_str(&self.name());
            } else if self.rng.random_bool(0.4) {
                let passage = if self.rng.random_bool(weight) { &other } else { &own };
                text.push_str(passage.choose(&mut self.rng)?);
            } else {
                text.push_str(self.words.choose(&mut self.rng)?);
            }
            text.push(' ');
        }
        text.pop();
        Some(text)
    }

    /// An invented word of two to six syllables: each length is equally likely, so short words recur and long ones are new.
    fn name(&mut self) -> String {
        let mut letters = String::from("q");
        for _ in 0..self.rng.random_range(2..=6) {
            letters.push(self.rng.random_range('a'..='p'));
        }
        letters
    }
}

/// The nearest of a few passages spread over the corpus.
pub(crate) fn topic(base: &Base, vector: &[f32]) -> i32 {
    let pivots = base.passages.iter().step_by(base.passages.len().div_ceil(TOPICS));
    let cosines = (0..).zip(pivots).map(|(topic, pivot)| (topic, dot(&pivot.vector, vector)));
    cosines.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(topic, _)| topic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Base {
        let passage = |vector: Vec<f32>, neighbour| Passage {
            title: "Title".to_owned(),
            text: "some words of a passage".to_owned(),
            vector,
            neighbours: vec![(neighbour, 0.5)],
        };
        let passages = vec![passage(vec![1.0, 0.0, 0.0, 0.0], 1), passage(vec![0.6, 0.8, 0.0, 0.0], 0)];
        Base { passages, questions: Vec::new() }
    }

    #[test]
    fn the_same_seed_gives_the_same_document() {
        let base = base();
        let draw = |seed| Generator::new(&base, seed).document().unwrap().chunks;
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn a_document_is_ten_chunks_of_unit_vectors_and_a_hundred_words_at_most() {
        let document = Generator::new(&base(), 1).document().unwrap();
        assert_eq!(document.chunks.len(), CHUNKS);
        for (text, vector) in document.chunks {
            assert!((75..=100).contains(&text.split(' ').count()));
            assert!((dot(&vector, &vector) - 1.0).abs() < 1e-5);
        }
    }
}

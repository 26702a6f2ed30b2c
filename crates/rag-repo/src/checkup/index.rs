//! Rules about what searches find: passages, their vectors and their words.

use super::{
    Area, Means, Reads, Repair, Rule,
    Severity::{Failure, Warning},
};

/// The rules. The order is that of the repairs: each makes work for those after it.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "vector owners",
        area: Area::Data,
        severity: Failure,
        noun: ("vector", "vectors"),
        state: "in another collection than its passage: row-level security goes by it",
        kept: "every vector is in the collection of its passage",
        cure: "",
        repair: Some(Repair {
            does: "move them",
            means: Means::Rows(include_str!("move_misplaced_vectors.sql")),
        }),
        reads: Reads::Sample("embeddings"),
        query: include_str!("misplaced_vectors.sql"),
    },
    Rule {
        name: "word owners",
        area: Area::Data,
        severity: Failure,
        noun: ("row of words", "rows of words"),
        state: "in another collection than its passage: row-level security goes by it",
        kept: "every row of words is in the collection of its passage",
        cure: "",
        repair: Some(Repair {
            does: "move them",
            means: Means::Rows(include_str!("move_misplaced_words.sql")),
        }),
        reads: Reads::Sample("passage_lexemes"),
        query: include_str!("misplaced_words.sql"),
    },
    Rule {
        name: "orphan words",
        area: Area::Data,
        severity: Warning,
        noun: ("row of words", "rows of words"),
        state: "without a passage",
        kept: "every row of words has its passage",
        cure: "",
        repair: Some(Repair {
            does: "delete them",
            means: Means::Rows(concat!(
                include_str!("recount_words.sql"),
                ";\n",
                include_str!("delete_orphan_words.sql")
            )),
        }),
        reads: Reads::Sample("passage_lexemes"),
        query: include_str!("orphan_words.sql"),
    },
    Rule {
        name: "orphan passages",
        area: Area::Data,
        severity: Warning,
        noun: ("passage", "passages"),
        state: "without the chunk, memory or round that it stands for",
        kept: "every passage has its chunk, memory or round",
        cure: "",
        repair: Some(Repair {
            does: "delete them with their vectors and words",
            means: Means::Rows(concat!(
                include_str!("recount_words.sql"),
                ";\n",
                include_str!("delete_orphan_passages.sql")
            )),
        }),
        reads: Reads::Sample("passages"),
        query: include_str!("orphan_passages.sql"),
    },
    Rule {
        name: "orphan vectors",
        area: Area::Data,
        severity: Warning,
        noun: ("vector", "vectors"),
        state: "without a passage",
        kept: "every vector has its passage",
        cure: "",
        repair: Some(Repair {
            does: "delete them",
            means: Means::Rows(include_str!("delete_orphan_vectors.sql")),
        }),
        reads: Reads::Sample("embeddings"),
        query: include_str!("orphan_vectors.sql"),
    },
    Rule {
        name: "word statistics",
        area: Area::Data,
        severity: Warning,
        noun: ("collection", "collections"),
        state: "whose counts of passages and words differ from the rows: ranking is off",
        kept: "the counts of collections are those of their rows",
        cure: "",
        repair: Some(Repair {
            does: "count again",
            means: Means::Rows(concat!(
                include_str!("recount_words.sql"),
                ";\n",
                include_str!("delete_orphan_words.sql")
            )),
        }),
        reads: Reads::Rows,
        query: include_str!("word_statistics.sql"),
    },
    Rule {
        name: "word counts",
        area: Area::Data,
        severity: Warning,
        noun: ("word", "words"),
        state: "whose number of passages differs from the rows: ranking is off",
        kept: "the counts of words are those of their rows",
        cure: "",
        repair: Some(Repair {
            does: "count again",
            means: Means::Rows(concat!(
                include_str!("recount_words.sql"),
                ";\n",
                include_str!("delete_orphan_words.sql")
            )),
        }),
        reads: Reads::Sample("lexemes"),
        query: include_str!("word_counts.sql"),
    },
    Rule {
        name: "zero vectors",
        area: Area::Data,
        severity: Warning,
        noun: ("vector", "vectors"),
        state: "of length 0 or infinity, which no search can compare",
        kept: "every vector has a direction",
        cure: "",
        repair: Some(Repair {
            does: "delete them, so that they are made again",
            means: Means::Rows(include_str!("delete_zero_vectors.sql")),
        }),
        reads: Reads::Sample("embeddings"),
        query: include_str!("zero_vectors.sql"),
    },
    Rule {
        name: "old vectors",
        area: Area::Data,
        severity: Warning,
        noun: ("collection", "collections"),
        state: "with vectors of a model that it does not have",
        kept: "no collection has vectors of an old model",
        cure: "",
        repair: Some(Repair {
            does: "delete them",
            means: Means::Rows(include_str!("delete_stray_vectors.sql")),
        }),
        reads: Reads::Rows,
        query: include_str!("old_vectors.sql"),
    },
    Rule {
        name: "chunk vectors",
        area: Area::Data,
        severity: Warning,
        noun: ("chunk", "chunks"),
        state: "without a vector: searches find it by words alone",
        kept: "every chunk has its vector",
        cure: "",
        repair: Some(Repair {
            does: "queue a job that makes them",
            means: Means::Rows(include_str!("queue_reembedding.sql")),
        }),
        reads: Reads::Sample("passages"),
        query: include_str!("chunk_vectors.sql"),
    },
    Rule {
        name: "chunk words",
        area: Area::Data,
        severity: Warning,
        noun: ("chunk", "chunks"),
        state: "without words: searches find it by its vector alone",
        kept: "every chunk has its words",
        cure: "",
        repair: Some(Repair {
            does: "make them",
            means: Means::Words(include_str!("versions_without_words.sql")),
        }),
        reads: Reads::Sample("passages"),
        query: include_str!("chunk_words.sql"),
    },
];

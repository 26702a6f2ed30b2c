//! The words of passages and questions: the analyser's output, in the form that the database stores.

use rag_repo::{
    Actor, Db, PassageWords, PgConnection, RepoResult, documents, index_words, jobs,
    jobs::{Lease, Progress},
    search::{AskedPhrase, AskedWord, Corpus, QuestionWords, query_words},
    versions,
};
use rag_schema::{
    enums::{JobStage, JobState},
    ids::{CollectionId, PassageId, VersionId},
    models::Job,
};
use rag_text::analyse::{self, Analyser, Languages};

use crate::{
    Engine, EngineResult,
    jobs::{Shift, is_outage},
};

/// Saturation of the weight of a word that a question repeats: (k3 + 1) * n / (k3 + n) for n times, as in BM25. (nDCG@10 of words
/// at 0, 1, 2 and 4: Cranfield .3695, .3724, .3735, .3748; `HotpotQA` .8177, .8158, .8139, .8140; the first half of paragraphs of
/// `XQuAD` as queries for the second .819, .831, .835, .834.)
const K3: f64 = 1.0;

/// A passage whose words are to be indexed.
pub(crate) struct Spoken<'a> {
    pub(crate) passage: PassageId,
    pub(crate) collection: CollectionId,
    pub(crate) title: &'a str,
    pub(crate) headings: &'a [String],
    pub(crate) text: &'a str,
}

/// Returns the name under which words of a language are stored: its code, or `und`.
pub(crate) fn language_name(language: &str) -> &'static str {
    Analyser::new(language).map_or("und", Analyser::code)
}

/// Returns the words of a passage. Its title counts twice.
pub(crate) fn passage_words(spoken: &Spoken<'_>, language: &str) -> PassageWords {
    let Spoken { passage, collection, title, headings, text } = *spoken;
    let language = language_name(language);
    let pieces: Vec<&str> =
        [title, title].into_iter().chain(headings.iter().map(String::as_str)).chain([text]).collect();
    let found =
        Analyser::new(language).map(|analyser| analyser.words(&pieces.join("\n"))).unwrap_or_default();
    let words = found.into_iter().flat_map(|word| {
        let place = word.token.position;
        word.lexemes.into_iter().map(move |lexeme| (lexeme, place))
    });
    PassageWords { passage, collection, language: language.to_owned(), words: words.collect() }
}

/// Returns the words of a question, with the weights of repeated words.
pub(crate) fn asked_words(words: &[analyse::AskedWord]) -> Vec<AskedWord> {
    let asked = |word: &analyse::AskedWord| {
        let count = f64::from(word.count);
        AskedWord { weight: (K3 + 1.0) * count / (K3 + count), forms: word.forms.clone() }
    };
    words.iter().map(asked).collect()
}

/// Returns the words of a question as the collections know them.
pub fn question_words(
    conn: &mut PgConnection,
    collections: &[CollectionId],
    question: &str,
) -> RepoResult<QuestionWords> {
    let corpus = Corpus::find(conn, collections)?;
    query_words(conn, &corpus.collections, &asked_words(&languages(&corpus).ask(question)))
}

/// Returns the languages of the collections.
pub(crate) fn languages(corpus: &Corpus) -> Languages {
    Languages::new(corpus.languages.iter().map(|(name, count)| (name.clone(), *count)))
}

/// Returns the phrases that results must contain, and those that they must not contain.
pub(crate) fn asked_phrases(
    languages: &Languages,
    required: &[String],
    excluded: &[String],
) -> Vec<AskedPhrase> {
    let required = required.iter().map(|phrase| (true, phrase));
    let all = required.chain(excluded.iter().map(|phrase| (false, phrase)));
    all.map(|(required, phrase)| AskedPhrase { required, ways: languages.phrase(phrase) }).collect()
}

/// Rebuilds the words of a version, with the current counts of the collection. Does nothing if the version was deleted.
pub fn reindex_version(conn: &mut PgConnection, version: VersionId) -> RepoResult<()> {
    let Some(document) = documents::of_version(conn, version)? else { return Ok(()) };
    let language = language_name(
        Some(document.text_search_config.as_str())
            .filter(|name| language_name(name) != "und")
            .or(document.language.as_deref())
            .unwrap_or("und"),
    );
    let chunks = versions::take_words(conn, version)?;
    let words: Vec<PassageWords> = chunks
        .iter()
        .map(|chunk| {
            let spoken = Spoken {
                passage: chunk.id,
                collection: chunk.collection,
                title: &document.title,
                headings: &chunk.heading_path.0,
                text: &chunk.text,
            };
            passage_words(&spoken, language)
        })
        .collect();
    index_words(conn, &words)?;
    documents::set_words_language(conn, document.id, language)
}

/// Rebuilds the words of versions, one version per transaction, and calls `done` after each.
pub fn reindex_versions(db: &Db, versions: &[VersionId], mut done: impl FnMut()) -> RepoResult<()> {
    for version in versions {
        db.transaction(Actor::System, |conn| reindex_version(conn, *version))?;
        done();
    }
    Ok(())
}

/// Replaces the words that PostgreSQL's parser produced, one version per transaction; searches find the old words of a document
/// until the new ones are complete. Returns an error if the database is unavailable.
pub(crate) fn work_on(engine: &Engine, job: &Job, shift: &Shift<'_>) -> EngineResult<()> {
    let Err(error) = replace_old_words(engine, Lease::from(job), shift) else { return Ok(()) };
    engine.settle_job(job, &error);
    if is_outage(&error) { Err(error) } else { Ok(()) }
}

fn replace_old_words(engine: &Engine, lease: Lease, shift: &Shift<'_>) -> EngineResult<()> {
    let old = engine.db().transaction(Actor::System, versions::with_old_words)?;
    let total = i64::try_from(old.len()).ok();
    for (done, version) in (0..).zip(&old) {
        if shift.is_over(lease.job) {
            return Ok(());
        }
        engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            jobs::hold_storing(conn, lease)?;
            reindex_version(conn, *version)
        })?;
        let progress = Progress { stage: JobStage::Embedding, done: done + 1, total };
        shift.held.report(lease.job, progress);
    }
    tracing::info!(documents = old.len(), "the words of documents were made again");
    Ok(engine.db().transaction(Actor::System, |conn| jobs::finish(conn, lease, JobState::Done, None))?)
}

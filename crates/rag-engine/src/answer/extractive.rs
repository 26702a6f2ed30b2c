//! Answers without a language model: the parts of the passages that answer the question best, each cited.

use rag_repo::Actor;
use rag_schema::enums::Outcome;
use rag_text::PartKind;

use super::{
    NOT_FOUND,
    agreement::is_same,
    compose::{Pick, compose},
    confidence::Signals,
    types::{Evidence, Written},
    units::{Unit, units},
    weighing::{Wanted, Weighed, signals, weigh},
};
use crate::{
    Engine, EngineResult,
    retrieve::EmbeddedQuestion,
    support::{content_words, coverage},
};

/// A further part of the best part's passage is taken if its score is at least this share of the best one's.
const NEAR_BEST: f64 = 0.88;
/// The same for a part of another passage: a second answer from elsewhere more often contradicts than completes.
const NEAR_BEST_ELSEWHERE: f64 = 0.94;
/// Parts that are looked at for the same fact in another document.
const MAX_COMPARED: usize = 24;
/// Items of a list that is given as a whole, at most.
const MAX_LIST_ITEMS: usize = 12;
/// A part of fewer words may need its heading.
const FEW_WORDS: usize = 8;
/// Words that stand for something in the sentence before, at the start of a sentence, in lower case.
const PRONOUNS: &[&str] = &[
    "it", "its", "they", "their", "this", "these", "those", "both", "such", "he", "she", "es", "dies",
    "diese", "dieser", "dieses", "il", "elle", "ils", "elles", "cela", "ceci",
];
/// Share of the question that a command covers, with the text above it, to be given beside the sentence that answers best.
const MIN_COMMAND: f64 = 0.3;
/// Passages that are cited for one fact, at most.
const MAX_CITED_TOGETHER: usize = 3;

/// The parts that answer a question, and how probable it is that they do.
struct Found<'e> {
    wanted: Wanted,
    weighed: Vec<Weighed<'e>>,
    signals: Signals,
    confidence: f64,
}

/// The answer in the passages' own words, or `NOT_FOUND`.
pub(super) fn answer(
    engine: &Engine,
    actor: Actor,
    question: &str,
    embedded: Option<EmbeddedQuestion>,
    evidence: &[Evidence],
) -> EngineResult<Written> {
    let settings = &engine.settings().answer;
    let found = find(engine, actor, question, embedded, evidence)?;
    let Some(found) = found.filter(|found| found.confidence >= settings.min_support) else {
        return Ok(Written::new(NOT_FOUND, Outcome::NotFound));
    };
    let max_picks = settings.sentences.max(1);
    let picks = pick_list(&found.wanted, &found.weighed).unwrap_or_else(|| {
        with_command(&found, pick_best(&found.wanted, &found.weighed, max_picks), max_picks)
    });
    let (text, citations) = compose(in_reading_order(picks));
    Ok(Written { citations: Some(citations), ..Written::new(text, Outcome::Answered) })
}

/// The signals of the best part and its confidence; `None` if the evidence has no part that says anything.
pub(crate) fn assess(
    engine: &Engine,
    actor: Actor,
    question: &str,
    embedded: Option<EmbeddedQuestion>,
    evidence: &[Evidence],
) -> EngineResult<Option<(Signals, f64)>> {
    let found = find(engine, actor, question, embedded, evidence)?;
    Ok(found.map(|found| (found.signals, found.confidence)))
}

fn find<'e>(
    engine: &Engine,
    actor: Actor,
    question: &str,
    embedded: Option<EmbeddedQuestion>,
    evidence: &'e [Evidence],
) -> EngineResult<Option<Found<'e>>> {
    // One model compares all parts, also those of collections that were searched by another or by words alone.
    let known = embedded.and_then(|known| Some((engine.models().find(known.model_id)?, known.vector)));
    let (model, query) = if let Some(known) = known {
        known
    } else {
        let model = engine.models().for_new_collections();
        (model, model.embedder().embed_query(question)?)
    };
    let units = units(engine, actor, (model, &query), evidence)?;
    let wanted = Wanted::new(question, &units);
    let weighed = weigh(&wanted, units);
    let signals = signals(&wanted, &weighed, evidence);
    Ok(signals.map(|signals| Found {
        confidence: signals.confidence(model.name()),
        wanted,
        weighed,
        signals,
    }))
}

/// The whole list of the best part, if the question asks for it: its words stand in the lead-in or heading of the list rather than
/// in one of the items.
fn pick_list<'e>(wanted: &Wanted, weighed: &[Weighed<'e>]) -> Option<Vec<Pick<'e>>> {
    let best = &weighed.first()?.unit;
    let above = wanted.by_words(&best.near);
    if best.part.kind != PartKind::Item || above < 0.5 || above <= wanted.by_words(&best.words) {
        return None;
    }
    let is_of_list = |unit: &Unit<'_>| {
        unit.passage == best.passage && unit.part.kind == PartKind::Item && unit.part.lead == best.part.lead
    };
    let mut items: Vec<Unit<'e>> =
        weighed.iter().map(|weighed| &weighed.unit).filter(|unit| is_of_list(unit)).cloned().collect();
    items.sort_by_key(|unit| unit.place);
    items.truncate(MAX_LIST_ITEMS);
    let lead = best.part.lead_in().map(str::to_owned);
    let picks = items.into_iter().enumerate().map(|(place, unit)| Pick {
        heading: lead.clone().filter(|_| place == 0),
        is_item: true,
        ..Pick::new(unit)
    });
    Some(picks.collect()).filter(|picks: &Vec<Pick<'_>>| picks.len() > 1)
}

/// The best parts, each with the passages that say the same.
fn pick_best<'e>(wanted: &Wanted, weighed: &[Weighed<'e>], max_picks: usize) -> Vec<Pick<'e>> {
    let Some(best) = weighed.first() else { return Vec::new() };
    let mut picks: Vec<Pick<'e>> = Vec::new();
    for next in weighed.iter().take(MAX_COMPARED) {
        let unit = &next.unit;
        let says_it =
            |pick: &&mut Pick<'_>| is_same((pick.unit.text, &pick.unit.words), (unit.text, &unit.words));
        if let Some(known) = picks.iter_mut().find(says_it) {
            let is_cited = |other: &Unit<'_>| other.passage == unit.passage || is_overlap(other, unit);
            if known.also.len() + 1 < MAX_CITED_TOGETHER && !known.cited().any(is_cited) {
                known.also.push(unit.clone());
            }
        } else if picks.len() < max_picks
            && (picks.is_empty() || completes(wanted, unit))
            && is_near(wanted, next, best)
            && !is_second_command(&picks, unit)
        {
            picks.push(Pick { heading: heading_needed(wanted, unit), ..Pick::new(unit.clone()) });
        }
    }
    picks
}

/// The picks and, if the question asks how something is done and none of them is a command, the best command of the section of the
/// first one.
fn with_command<'e>(found: &Found<'e>, mut picks: Vec<Pick<'e>>, max_picks: usize) -> Vec<Pick<'e>> {
    let is_command = |unit: &Unit<'_>| matches!(unit.part.kind, PartKind::Code | PartKind::Setting);
    let Some(best) = picks.first().map(|pick| pick.unit.clone()) else { return picks };
    if !found.wanted.is_how_to || picks.iter().any(|pick| is_command(&pick.unit)) {
        return picks;
    }
    let is_of_section = |unit: &Unit<'_>| {
        unit.document_id() == best.document_id()
            && unit.given.found.passage.headings() == best.given.found.passage.headings()
    };
    let commands = found.weighed.iter().filter(|next| is_command(&next.unit) && is_of_section(&next.unit));
    // The best sentence often names the command.
    let fitness = |next: &&Weighed<'_>| {
        found.wanted.by_words(&next.unit.words)
            + found.wanted.by_command(&next.unit)
            + coverage(&next.unit.words, &best.words)
    };
    let command = commands
        .filter(|next| next.covered >= MIN_COMMAND)
        .reduce(|a, b| if fitness(&b) > fitness(&a) { b } else { a });
    if let Some(command) = command {
        picks.truncate(max_picks.saturating_sub(1).max(1));
        let heading = heading_needed(&found.wanted, &command.unit);
        picks.push(Pick { heading, ..Pick::new(command.unit.clone()) });
    }
    picks
}

/// Whether the part is a command of a session of which another command is given: the others are further examples.
fn is_second_command(picks: &[Pick<'_>], unit: &Unit<'_>) -> bool {
    let is_of_session = |unit: &Unit<'_>| unit.part.kind == PartKind::Code && unit.text.starts_with("$ ");
    is_of_session(unit) && picks.iter().any(|pick| is_of_session(&pick.unit))
}

/// Whether a part is worth giving beside the best one. Rows of a table and settings are alike in all but their keys, so words decide.
fn is_near(wanted: &Wanted, next: &Weighed<'_>, best: &Weighed<'_>) -> bool {
    let is_keyed = !matches!(next.unit.part.kind, PartKind::Sentence | PartKind::Item);
    let is_beside = next.unit.passage == best.unit.passage;
    let share = if is_beside && !is_keyed { NEAR_BEST } else { NEAR_BEST_ELSEWHERE };
    let covers_as_much = || {
        next.covered >= best.covered && wanted.by_words(&next.unit.words) >= wanted.by_words(&best.unit.words)
    };
    next.score >= best.score * share && (!is_keyed || covers_as_much())
}

/// Whether a part says something beside another: a label such as "Status: accepted" says nothing of the question.
fn completes(wanted: &Wanted, unit: &Unit<'_>) -> bool {
    let is_short = unit.text.split_whitespace().count() < FEW_WORDS;
    !is_short || begins_with_pronoun(unit.text) || wanted.by_words(&unit.words) > 0.0
}

/// Whether two parts are the same stretch of one document, which two chunks repeat.
fn is_overlap(a: &Unit<'_>, b: &Unit<'_>) -> bool {
    a.document_id() == b.document_id() && a.start_offset() == b.start_offset()
}

/// The text above a part that cannot be understood without it: the lead-in of program text, and the heading of a few words that holds
/// a word of the question.
fn heading_needed(wanted: &Wanted, unit: &Unit<'_>) -> Option<String> {
    let lead_in = unit.part.lead_in();
    let above = match unit.part.kind {
        PartKind::Row | PartKind::Setting | PartKind::Cell => None,
        PartKind::Code => lead_in,
        PartKind::Sentence | PartKind::Item => {
            let heading = unit.given.found.passage.headings().last().map(String::as_str);
            let above = if unit.part.lead.is_some() { lead_in } else { heading };
            let is_short = unit.text.split_whitespace().count() < FEW_WORDS;
            let is_needed = |above: &&str| is_short && wanted.needs(&content_words(above), &unit.words);
            above.filter(|above| is_needed(above) || begins_with_pronoun(unit.text))
        }
    };
    above.filter(|text| !text.trim_end().ends_with(['?', '？', '؟'])).map(str::to_owned)
}

fn begins_with_pronoun(text: &str) -> bool {
    let first = text.split(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty()).unwrap_or_default();
    PRONOUNS.contains(&first.to_lowercase().as_str())
}

/// Picks of one document together, and neighbours as they stand there; otherwise the best first.
fn in_reading_order(picks: Vec<Pick<'_>>) -> Vec<Pick<'_>> {
    let mut runs: Vec<Vec<Pick<'_>>> = Vec::new();
    for pick in picks {
        match runs.iter_mut().find(|run| run.iter().any(|other| are_neighbours(&other.unit, &pick.unit))) {
            Some(run) => run.push(pick),
            None => runs.push(vec![pick]),
        }
    }
    for run in &mut runs {
        run.sort_by_key(|pick| pick.unit.place);
    }
    let documents: Vec<_> =
        runs.iter().filter_map(|run| run.first()).map(|pick| pick.unit.document_id()).collect();
    runs.sort_by_key(|run| {
        documents.iter().position(|id| run.first().is_some_and(|pick| pick.unit.document_id() == *id))
    });
    runs.into_iter().flatten().collect()
}

fn are_neighbours(a: &Unit<'_>, b: &Unit<'_>) -> bool {
    a.passage == b.passage && a.place.abs_diff(b.place) == 1
}

//! Judges the recall of conversations: their rounds are stored and indexed like those of users, and each question is recalled as
//! its user would.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
    time::Instant,
};

use rag_repo::{RepoResult, collections, messages, search::Origin, sessions, users};
use rag_schema::{
    enums::{CollectionKind, Outcome, Role, Sender, SessionMemory},
    ids::{MessageId, SessionId, UserId},
    models::{NewChatMessage, NewChatSession, NewUser},
};

use super::{
    Progress, TICK,
    conversations::{CONVERSATIONS, Conversation, MemoryQuestion, MemorySet},
    memory_report::{MemoryReport, RecallMeasures, WayReport},
    metrics,
};
use crate::{
    Actor, Engine, EngineError, EngineResult,
    answer::blank_message,
    jobs::Workers,
    memory::{RecallRequest, RecallSource},
    retrieve::{Found, Mode, SearchRequest},
};

/// Number of results requested for each question: enough for ten sessions even if several rounds of one come first.
const RESULTS_PER_QUESTION: usize = 50;

/// The part of a conversation that is found as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// A turn.
    Turn,
    /// A turn with the one that replies to it.
    Round,
}

/// A way to find units.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// A search, without the factors of a recall.
    Search(Mode),
    /// A recall with its default factors and limits.
    Recall,
}

/// The conversations of one person, stored.
struct Stored {
    user: UserId,
    /// Ids of the turns of a unit, by the message that begins it.
    turns: HashMap<MessageId, Vec<String>>,
    /// Ids of the sessions.
    sessions: HashMap<SessionId, String>,
}

/// Returns whether the folder judges memory.
pub fn is_memory_set(dir: &Path) -> bool {
    dir.join(CONVERSATIONS).exists()
}

/// Stores the conversations of the folder as those of temporary users, indexes them, recalls all questions and erases the users.
/// Needs the setting `memory.index_rounds`.
pub fn evaluate_memory(
    engine: &Engine,
    dir: &Path,
    workers: usize,
    progress: &mut dyn FnMut(Progress),
) -> EngineResult<MemoryReport> {
    if !engine.settings().memory.index_rounds {
        return Err(EngineError::Invalid(
            "cannot judge memory: memory.index_rounds is false; set it to true".to_owned(),
        ));
    }
    let set = MemorySet::read(dir)?;
    let mut users = Vec::new();
    let result = judge_all(engine, &set, workers, &mut users, progress);
    for user in users {
        engine.erase_user(Actor::System, user)?;
    }
    result
}

fn judge_all(
    engine: &Engine,
    set: &MemorySet,
    workers: usize,
    users: &mut Vec<UserId>,
    progress: &mut dyn FnMut(Progress),
) -> EngineResult<MemoryReport> {
    let begun = Instant::now();
    let mut load = |unit| -> EngineResult<HashMap<&str, Stored>> {
        let mut stored = HashMap::new();
        for conversation in &set.conversations {
            let user = create_user(engine)?;
            users.push(user);
            stored.insert(conversation.id.as_str(), store(engine, user, conversation, unit)?);
            progress(Progress::Uploading(users.len()));
        }
        Ok(stored)
    };
    let (turns, rounds) = (load(Unit::Turn)?, load(Unit::Round)?);
    let workers = Workers::start(engine, workers)?;
    engine.queue_rounds()?;
    loop {
        let open = engine.count_lacking_rounds()?;
        progress(Progress::Ingesting(open));
        if open == 0 {
            break;
        }
        std::thread::sleep(TICK);
    }
    workers.stop();
    let index_s = begun.elapsed().as_secs_f64();

    let ways = [
        ("words", Way::Search(Mode::Lexical)),
        ("vectors", Way::Search(Mode::Dense)),
        ("hybrid", Way::Search(Mode::Hybrid)),
        ("recall", Way::Recall),
    ];
    let all = set.questions.len() * ways.len() * 2;
    let mut done = 0;
    let mut reports = Vec::new();
    for (unit, stored) in [("turns", &turns), ("rounds", &rounds)] {
        for (name, way) in ways {
            let name = format!("{unit}, {name}");
            reports.push(judge(engine, set, stored, (name, way), &mut || {
                done += 1;
                progress(Progress::Searching(done, all));
            })?);
        }
    }
    Ok(MemoryReport {
        ways: reports,
        questions: set.questions.len(),
        rounds: rounds.values().map(|stored| stored.turns.len()).sum(),
        index_s,
        model: engine.models().for_new_collections().name().to_owned(),
    })
}

fn create_user(engine: &Engine) -> EngineResult<UserId> {
    let id = UserId::new();
    let email = format!("{}@evaluation.invalid", id.uuid());
    let new = NewUser {
        id,
        organisation_id: engine.local_user().organisation_id,
        email: &email,
        display_name: "evaluation",
        role: Role::Member,
        password_hash: None,
    };
    engine.db().transaction(Actor::System, |conn| users::insert(conn, &new))?;
    Ok(id)
}

/// Stores a conversation as sessions of `user`, each unit as a question with its answer.
fn store(engine: &Engine, user: UserId, conversation: &Conversation, unit: Unit) -> EngineResult<Stored> {
    let mut stored = Stored { user, turns: HashMap::new(), sessions: HashMap::new() };
    engine.db().transaction(Actor::user(user), |conn| -> RepoResult<_> {
        for meeting in &conversation.sessions {
            let id = SessionId::new();
            let new = NewChatSession { id, user_id: user, title: "evaluation", memory: SessionMemory::Off };
            sessions::insert(conn, &new)?;
            stored.sessions.insert(id, meeting.id.clone());
            let mut ordinals = 0..;
            let mut last = None;
            for exchange in meeting.exchanges(unit == Unit::Round) {
                let texts: Vec<String> = exchange.iter().map(super::conversations::Turn::said).collect();
                let question_text = texts.first().map_or("", String::as_str);
                let reply = texts.get(1);
                let question = NewChatMessage {
                    created_at: Some(meeting.at),
                    parent_id: last,
                    ..blank_message(id, ordinals.next().unwrap_or(0), Sender::User, question_text)
                };
                // Without an answer, the question alone is the text of the round.
                let outcome = if reply.is_some() { Outcome::Answered } else { Outcome::NotFound };
                let text = reply.map_or("", String::as_str);
                let answer = NewChatMessage {
                    created_at: Some(meeting.at),
                    parent_id: Some(question.id),
                    question_id: Some(question.id),
                    outcome: Some(outcome),
                    answered_by: Some("evaluation"),
                    ..blank_message(id, ordinals.next().unwrap_or(0), Sender::Assistant, text)
                };
                messages::append(conn, &question)?;
                messages::append(conn, &answer)?;
                stored.turns.insert(question.id, exchange.iter().map(|turn| turn.id.clone()).collect());
                last = Some(answer.id);
            }
        }
        Ok(())
    })?;
    Ok(stored)
}

fn judge(
    engine: &Engine,
    set: &MemorySet,
    stored: &HashMap<&str, Stored>,
    (name, way): (String, Way),
    tick: &mut dyn FnMut(),
) -> EngineResult<WayReport> {
    let mut times = Vec::with_capacity(set.questions.len());
    let (mut turns, mut sessions) = (RecallMeasures::default(), RecallMeasures::default());
    let mut categories: BTreeMap<String, RecallMeasures> = BTreeMap::new();
    for question in &set.questions {
        let Some(stored) = stored.get(question.conversation.as_str()) else { continue };
        let begun = Instant::now();
        let found = find(engine, stored.user, question, way)?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        let units = found.iter().filter_map(|found| stored.turns_of(found));
        let evidence: HashSet<String> = question.evidence.iter().cloned().collect();
        if set.is_of_turns(question) {
            let units: Vec<Vec<String>> = units.collect();
            turns.add(&units, &evidence);
            let category = question.category.clone().unwrap_or_else(|| "all".to_owned());
            categories.entry(category).or_default().add(&units, &evidence);
        }
        sessions.add(&stored.sessions_of(&found), &set.sessions_of(question));
        tick();
    }
    Ok(WayReport { name, turns, sessions, categories, p50_ms: metrics::percentile(&mut times, 0.5) })
}

/// Returns the units found for a question, best first.
fn find(engine: &Engine, user: UserId, question: &MemoryQuestion, way: Way) -> EngineResult<Vec<Found>> {
    let actor = Actor::user(user);
    match way {
        Way::Recall => {
            let request = RecallRequest {
                sources: &[RecallSource::Rounds],
                limit: RESULTS_PER_QUESTION,
                as_of: Some(question.at),
                counts: false,
                ..RecallRequest::new(&question.text)
            };
            let results = engine.recall(actor, user, &request)?.results;
            Ok(results.into_iter().map(|recalled| recalled.found).collect())
        }
        Way::Search(mode) => {
            let room = |conn: &mut _| collections::find_private(conn, user, CollectionKind::Rounds);
            let Some(room) = engine.db().read(actor, room)? else { return Ok(Vec::new()) };
            let request = SearchRequest {
                query: &question.text,
                plain: true,
                collections: &[room.id],
                limit: RESULTS_PER_QUESTION,
                mode,
                ..SearchRequest::default()
            };
            Ok(engine.find_passages(actor, &request)?.found)
        }
    }
}

impl Stored {
    fn turns_of(&self, found: &Found) -> Option<Vec<String>> {
        let Origin::Round(round) = &found.passage.origin else { return None };
        self.turns.get(&round.question_id).cloned()
    }

    /// Returns the sessions of the results, each at the place of its best unit.
    fn sessions_of(&self, found: &[Found]) -> Vec<Vec<String>> {
        let mut seen = HashSet::new();
        let sessions = found.iter().filter_map(|found| match &found.passage.origin {
            Origin::Round(round) => self.sessions.get(&round.session_id),
            _ => None,
        });
        sessions.filter(|id| seen.insert(*id)).map(|id| vec![id.clone()]).collect()
    }
}

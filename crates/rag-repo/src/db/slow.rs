//! The log of slow statements: what each connection took note of, and one line for each with PostgreSQL's plan. Never a value.

use std::{
    collections::HashMap,
    fmt::{Display, Write as _},
    hash::{DefaultHasher, Hash, Hasher},
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use diesel::{
    Connection as _, PgConnection,
    connection::{
        AnsiTransactionManager, Instrumentation, InstrumentationEvent, SimpleConnection, TransactionManager,
    },
    prelude::*,
    result::Error as DieselError,
    sql_types::Text,
};

use crate::statement::without_constants;

/// Maximum number of slow statements of one transaction that are noted; further ones are counted.
const MAX_NOTED: usize = 5;
/// Maximum length of a statement's text that is kept, in bytes. A longer one is cut, and has no plan.
const MAX_TEXT_BYTES: usize = 32 << 10;
/// Maximum length of a statement's text in the log, in characters.
const MAX_LOGGED_CHARS: usize = 4_000;
/// Maximum number of lines of a plan in the log.
const MAX_PLAN_LINES: usize = 200;
/// Time between two lines for the same text.
const PAUSE: Duration = Duration::from_mins(1);
/// Maximum number of texts that have a line within that time.
const MAX_TEXTS: usize = 100;
/// Text that Diesel puts between a statement and its values.
const VALUES: &str = " -- binds: ";
/// Limits of the questions for a plan: planning takes milliseconds, and must not wait for the locks of others.
const LIMITS: &str = "SET LOCAL statement_timeout = '1s'; SET LOCAL lock_timeout = '100ms'; \
                      SET LOCAL plan_cache_mode = force_generic_plan";

/// The threshold, and the texts that have been logged lately. Shared by all connections of a database.
#[derive(Debug)]
pub(super) struct SlowLog {
    threshold: Duration,
    recent: Mutex<Recent>,
}

/// The texts that have been logged lately.
#[derive(Debug, Default)]
struct Recent {
    lines: HashMap<u64, Line>,
    /// Slow statements without a line whose texts are forgotten.
    others: u64,
}

#[derive(Debug)]
struct Line {
    at: Instant,
    /// Slow statements of this text since then.
    repeats: u64,
}

/// A line that may be written: the number of statements that were left out before it.
#[derive(Debug, PartialEq, Eq)]
struct Admission {
    repeats: u64,
    others: u64,
}

impl SlowLog {
    /// A log of the statements that take `threshold_ms` milliseconds or longer; `None` if that is 0.
    pub(super) fn new(threshold_ms: u64) -> Option<Arc<Self>> {
        let threshold = Duration::from_millis(threshold_ms);
        (threshold_ms > 0).then(|| Arc::new(Self { threshold, recent: Mutex::default() }))
    }

    /// A text that failed is another one than the same text that was slow.
    fn admit(&self, slow: &Slow) -> Option<Admission> {
        let mut hasher = DefaultHasher::new();
        (&slow.text, slow.failed).hash(&mut hasher);
        // A panic elsewhere leaves plain numbers behind.
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.admit(hasher.finish(), Instant::now())
    }

    fn count_others(&self, count: u64) {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).others += count;
    }
}

impl Recent {
    /// Whether a statement may be logged, or is only counted.
    fn admit(&mut self, text: u64, now: Instant) -> Option<Admission> {
        if let Some(line) = self.lines.get_mut(&text) {
            if now.duration_since(line.at) < PAUSE {
                line.repeats += 1;
                return None;
            }
        } else if self.lines.len() >= MAX_TEXTS {
            let others = &mut self.others;
            self.lines.retain(|_, line| {
                let is_kept = now.duration_since(line.at) < PAUSE;
                *others += if is_kept { 0 } else { line.repeats };
                is_kept
            });
            if self.lines.len() >= MAX_TEXTS {
                self.others += 1;
                return None;
            }
        }
        let before = self.lines.insert(text, Line { at: now, repeats: 0 });
        Some(Admission {
            repeats: before.map_or(0, |line| line.repeats),
            others: mem::take(&mut self.others),
        })
    }
}

/// A statement that was slow.
#[derive(Debug)]
struct Slow {
    elapsed: Duration,
    text: String,
    /// Whether it is one statement that PostgreSQL can plan, and its text is whole.
    has_plan: bool,
    failed: bool,
}

/// Takes the time of each statement of one connection, and keeps the text of those that are slow.
struct Watch {
    log: Arc<SlowLog>,
    started: Instant,
    noted: Vec<Slow>,
    left_out: u64,
    /// False while a plan is asked for.
    is_on: bool,
}

/// Begins to take the time of the statements of a connection.
pub(super) fn watch(log: &Arc<SlowLog>, connection: &mut PgConnection) {
    connection.set_instrumentation(Watch {
        log: Arc::clone(log),
        started: Instant::now(),
        noted: Vec::new(),
        left_out: 0,
        is_on: true,
    });
}

impl Instrumentation for Watch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => self.started = Instant::now(),
            InstrumentationEvent::FinishQuery { query, error, .. } => {
                let elapsed = self.started.elapsed();
                if elapsed >= self.log.threshold && self.is_on {
                    self.note(query, elapsed, error.is_some());
                }
            }
            _ => {}
        }
    }
}

impl Watch {
    fn note(&mut self, query: &dyn Display, elapsed: Duration, failed: bool) {
        if self.noted.len() >= MAX_NOTED {
            self.left_out += 1;
            return;
        }
        let mut text = Bounded(String::new());
        // It fails where the values begin.
        let _ = write!(text, "{query}");
        self.noted.push(Slow::new(text.0, elapsed, failed));
    }
}

/// A text that ends before the values, which can have megabytes, and takes no more than it may hold.
struct Bounded(String);

impl std::fmt::Write for Bounded {
    fn write_str(&mut self, piece: &str) -> std::fmt::Result {
        let room = MAX_TEXT_BYTES - self.0.len();
        let fits = piece.len() <= room;
        let end = if fits { piece.len() } else { piece.floor_char_boundary(room) };
        self.0.push_str(piece.get(..end).unwrap_or_default());
        if fits && !self.0.ends_with(VALUES) { Ok(()) } else { Err(std::fmt::Error) }
    }
}

impl Slow {
    /// `text` has the mark of Diesel's own statements, unless it is cut; statements without placeholders are sent as text, without it.
    fn new(mut text: String, elapsed: Duration, failed: bool) -> Self {
        let Some(values) = text.find(VALUES) else {
            return Self { elapsed, text: without_constants(&text), has_plan: false, failed };
        };
        text.truncate(values);
        let line = one_line(&text).to_ascii_uppercase();
        let first = line.trim_start_matches('(').split(' ').next().unwrap_or_default();
        let has_plan = ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES"].contains(&first);
        Self { elapsed, text, has_plan, failed }
    }

    /// Writes its line, unless the log has one of the same text already. `plan` is asked only if the line is written.
    fn log(self, log: &SlowLog, plan: impl FnOnce(&str) -> Result<String, String>) {
        let Some(Admission { repeats, others }) = log.admit(&self) else { return };
        let plan = if self.has_plan { Some(plan(&self.text)) } else { None };
        let (plan, no_plan) = match &plan {
            Some(Ok(plan)) => (Some(plan.as_str()), None),
            Some(Err(reason)) => (None, Some(reason.as_str())),
            None => (None, None),
        };
        tracing::warn!(
            ms = u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX),
            failed = self.failed.then_some(true),
            repeats = (repeats > 0).then_some(repeats),
            others = (others > 0).then_some(others),
            sql = one_line(&self.text),
            plan = plan.map(tracing::field::display),
            no_plan,
            "slow statement"
        );
    }
}

/// Logs the slow statements of the transaction that is open on a connection, each with its plan: in this transaction the plan is that of
/// the statement's role, its rows and its settings. The transaction is as before.
pub(super) fn log_within(connection: &mut PgConnection) {
    log_noted(connection, ask_plan);
}

/// As `log_within`, after the transaction has failed: its plans are asked in a new one, which `begin` opens for the same actor.
pub(super) fn log_after(connection: &mut PgConnection, begin: &str) {
    log_noted(connection, |connection, text| {
        AnsiTransactionManager::begin_transaction_sql(connection, begin)
            .map_err(|error| error.to_string())?;
        let found = ask_plan(connection, text);
        // A connection that fails here is replaced by its pool.
        let _ = AnsiTransactionManager::rollback_transaction(connection);
        found
    });
}

/// As `log_within`, without plans: for a COMMIT, and for a connection that is of no more use.
pub(super) fn log_without_plan(connection: &mut PgConnection) {
    log_noted(connection, |_, _| Err("the transaction has ended".to_owned()));
}

fn log_noted(
    connection: &mut PgConnection,
    mut plan: impl FnMut(&mut PgConnection, &str) -> Result<String, String>,
) {
    let Some(watch) = watch_of(connection) else { return };
    if watch.noted.is_empty() {
        return;
    }
    let (noted, left_out) = (mem::take(&mut watch.noted), mem::take(&mut watch.left_out));
    let log = Arc::clone(&watch.log);
    watch.is_on = false;
    log.count_others(left_out);
    for slow in noted.into_iter().filter(|_| tracing::enabled!(tracing::Level::WARN)) {
        slow.log(&log, |text| plan(connection, text));
    }
    if let Some(watch) = watch_of(connection) {
        watch.is_on = true;
    }
}

fn watch_of(connection: &mut PgConnection) -> Option<&mut Watch> {
    connection.instrumentation().downcast_mut()
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Found {
    #[diesel(sql_type = Text)]
    plan: String,
}

/// PostgreSQL's plan for a statement with placeholders; or the reason why there is none. A savepoint takes everything back.
fn ask_plan(connection: &mut PgConnection, text: &str) -> Result<String, String> {
    let mut plan = None;
    let asked = connection.transaction(|connection| -> Result<(), DieselError> {
        connection.batch_execute(LIMITS)?;
        diesel::sql_query("SELECT set_config('rag.statement', $1, true)")
            .bind::<Text, _>(text)
            .execute(connection)?;
        connection.batch_execute(include_str!("plan.sql"))?;
        let found: Found =
            diesel::sql_query("SELECT current_setting('rag.plan') AS plan").get_result(connection)?;
        plan = Some(found.plan);
        Err(DieselError::RollbackTransaction)
    });
    match (plan, asked) {
        (Some(plan), _) => Ok(cut_plan(&plan)),
        (None, Err(error)) => Err(error.to_string()),
        (None, Ok(())) => Ok(String::new()),
    }
}

fn cut_plan(plan: &str) -> String {
    // On lines of its own, so that its columns stand below each other.
    let mut text: String = plan.lines().take(MAX_PLAN_LINES).flat_map(|line| ["\n  ", line]).collect();
    if plan.lines().count() > MAX_PLAN_LINES {
        text.push_str("\n  ..");
    }
    text
}

/// The text without comments and in one line, cut.
fn one_line(text: &str) -> String {
    let code = text.lines().map(|line| line.split_once("-- ").map_or(line, |(code, _)| code));
    let mut line = String::new();
    for word in code.flat_map(str::split_whitespace) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.char_indices().nth(MAX_LOGGED_CHARS) {
        Some((end, _)) => format!("{} ..", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_line_a_minute_and_the_others_are_counted() {
        let (mut recent, start) = (Recent::default(), Instant::now());
        let fresh = Some(Admission { repeats: 0, others: 0 });
        assert_eq!(recent.admit(1, start), fresh);
        assert_eq!(recent.admit(2, start), fresh);
        for second in [0, 30, 59] {
            assert_eq!(recent.admit(1, start + Duration::from_secs(second)), None);
        }
        assert_eq!(recent.admit(1, start + PAUSE), Some(Admission { repeats: 3, others: 0 }));
        assert_eq!(recent.admit(1, start + PAUSE), None);
    }

    #[test]
    fn texts_that_differ_each_time_do_not_fill_the_log_or_the_memory() {
        let (mut recent, start) = (Recent::default(), Instant::now());
        let logged = (0..1000).filter(|text| recent.admit(*text, start).is_some()).count();
        assert_eq!((logged, recent.lines.len()), (MAX_TEXTS, MAX_TEXTS));
        assert_eq!(recent.admit(0, start), None);
        // Those that had no line, and the one that had one but was repeated.
        let later = recent.admit(5000, start + PAUSE).unwrap();
        assert_eq!(later, Admission { repeats: 0, others: 901 });
        assert_eq!(recent.lines.len(), 1);
    }

    #[test]
    fn values_are_never_kept() {
        let slow = |text: &str| {
            let mut bounded = Bounded(String::new());
            let _ = text.split_inclusive(VALUES).try_for_each(|piece| bounded.write_str(piece));
            Slow::new(bounded.0, Duration::ZERO, false)
        };
        let found = slow("SELECT $1, 'building' -- binds: [\"secret -- binds: \"]");
        assert_eq!((found.text.as_str(), found.has_plan), ("SELECT $1, 'building'", true));
        let sent = slow("BEGIN; CALL enter('0b5e', NULL)");
        assert_eq!((sent.text.as_str(), sent.has_plan), ("BEGIN; CALL enter(..", false));
        let united = slow("-- $1 an id\n(SELECT $1) UNION (SELECT 2) -- binds: [7]");
        assert!(united.has_plan && !slow("EXPLAIN SELECT $1 -- binds: [7]").has_plan);
        let long = slow(&format!("SELECT {} -- binds: [\"secret\"]", "é, ".repeat(MAX_TEXT_BYTES / 4)));
        assert!(!long.has_plan && long.text.len() <= MAX_TEXT_BYTES && !long.text.contains("secret"));
    }

    #[test]
    fn a_statement_is_one_line_without_comments() {
        assert_eq!(
            one_line("-- $1 an id\nSELECT *\n  FROM t -- all\n WHERE a = $1"),
            "SELECT * FROM t WHERE a = $1"
        );
        assert_eq!(one_line(&"x".repeat(MAX_LOGGED_CHARS + 1)).len(), MAX_LOGGED_CHARS + 3);
    }
}

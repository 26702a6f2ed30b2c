//! Reports of what was searched and asked.

use chrono::NaiveDate;
use rag_repo::{
    Actor, RepoResult,
    activity::{self, Activity, AskedQuestion},
};
use rag_schema::ids::UserId;

use crate::{Engine, EngineResult};

/// Maximum number of questions of a list.
const MAX_QUESTIONS: i64 = 50;

/// What was searched and asked from one day to another.
#[derive(Debug, Clone)]
pub struct ActivityReport {
    /// First day (UTC).
    pub from: NaiveDate,
    /// Last day (UTC).
    pub to: NaiveDate,
    /// Counts of all days.
    pub total: Activity,
    /// Counts of each day with an event, in order.
    pub days: Vec<Activity>,
    /// Questions that were asked most often, at most 50; empty unless questions are stored.
    pub questions: Vec<AskedQuestion>,
    /// Questions that most often had no answer, at most 50; empty unless questions are stored.
    pub unanswered: Vec<AskedQuestion>,
    /// Whether the text of questions is stored now.
    pub stores_questions: bool,
}

impl Engine {
    /// The activity from the first to the last day, the last 30 days if they are absent: of all users that `actor` may see, or of one
    /// of them. Refuses more than 366 days.
    pub fn report_activity(
        &self,
        actor: Actor,
        days: (Option<NaiveDate>, Option<NaiveDate>),
        user: Option<UserId>,
    ) -> EngineResult<ActivityReport> {
        let (from, to) = self.report_days(actor, days)?;
        let (sums, questions, unanswered) = self.db().read(actor, |conn| -> RepoResult<_> {
            let list = |conn: &mut _, unanswered| {
                activity::list_questions(conn, (from, to), user, unanswered, MAX_QUESTIONS)
            };
            Ok((activity::sum(conn, (from, to), user)?, list(conn, false)?, list(conn, true)?))
        })?;
        let (total, days): (Vec<Activity>, Vec<Activity>) =
            sums.into_iter().partition(|sum| sum.day.is_none());
        Ok(ActivityReport {
            from,
            to,
            total: total.into_iter().next().unwrap_or_default(),
            days,
            questions,
            unanswered,
            stores_questions: self.settings().analytics.store_queries,
        })
    }
}

//! Records uses of tools, and reports them.

use chrono::{Days, NaiveDate, NaiveTime};
use rag_repo::{
    tools,
    tools::{ToolUsage, UsedTool},
};
use rag_schema::{
    enums::ToolOutcome,
    ids::{SessionId, ToolUseId, UserId},
    models::NewToolUse,
};

use super::store::{ToolKey, candidates, choose};
use crate::{Actor, Engine, EngineError, EngineResult};

/// Maximum number of tools in a report: the most used ones.
const MAX_TOOLS: i64 = 1_000;

/// A use of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UseOfTool {
    /// Its outcome.
    pub outcome: ToolOutcome,
    /// How long it took, in milliseconds, at least 0; `None` if it is not known.
    pub duration_ms: Option<i32>,
    /// Conversation in which it was used.
    pub session: Option<SessionId>,
}

/// Uses of tools from one day to another.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolReport {
    /// First day (UTC).
    pub from: NaiveDate,
    /// Last day (UTC).
    pub to: NaiveDate,
    /// The tools that were used, the most used ones first, at most 1,000.
    pub tools: Vec<ToolUsage>,
}

impl Engine {
    /// Records a use of a tool that the user can see, from which later searches learn. Returns the tool with its new counts.
    pub fn record_tool_use(
        &self,
        actor: Actor,
        user: UserId,
        key: ToolKey<'_>,
        new: UseOfTool,
    ) -> EngineResult<UsedTool> {
        let UseOfTool { outcome, duration_ms, session } = new;
        if duration_ms.is_some_and(|duration| duration < 0) {
            return Err(EngineError::Invalid("the duration must be at least 0 ms".to_owned()));
        }
        self.db().transaction(actor, |conn| {
            let (found, own) = candidates(conn, user, key)?;
            let (tool, _) = choose(found, own)?;
            let row = NewToolUse {
                id: ToolUseId::new(),
                tool_id: tool.id,
                collection_id: tool.collection_id,
                user_id: user,
                session_id: session,
                outcome,
                duration_ms,
            };
            tools::insert_use(conn, &row)?;
            tools::find_in(conn, tool.collection_id, key.name)?.ok_or(EngineError::NotFound("tool"))
        })
    }

    /// Reports the uses of the tools that the actor can see, by all who use them, from the first to the last day; the last 30 days if
    /// they are absent. Refuses more than 366 days.
    pub fn report_tools(
        &self,
        actor: Actor,
        days: (Option<NaiveDate>, Option<NaiveDate>),
    ) -> EngineResult<ToolReport> {
        let (from, to) = self.report_days(actor, days)?;
        let start = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        let end = to.checked_add_days(Days::new(1)).unwrap_or(to);
        let tools = self.db().read(actor, |conn| tools::usage(conn, (start(from), start(end)), MAX_TOOLS))?;
        Ok(ToolReport { from, to, tools })
    }
}

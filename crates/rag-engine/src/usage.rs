//! The ledger of chat models: tokens and costs by day, model and user.

use chrono::{Days, NaiveDate};
use rag_llm::{Completion, Usage, Writer};
use rag_repo::{
    Actor, PgConnection, RepoResult, clock,
    model_usage::{self, NewModelUsage, UsageTotals},
    organisations,
};
use rag_schema::{enums::UsagePurpose, ids::UserId};

use crate::{Engine, EngineError, EngineResult};

/// Number of days of a report without a first day.
const USUAL_DAYS: u64 = 30;
/// Maximum number of days of a report.
const MAX_DAYS: i64 = 366;
/// Maximum number of users of a report: the most expensive ones.
const MAX_USERS: usize = 1000;

/// The tokens of one request to a chat model.
#[derive(Debug, Clone)]
pub(crate) struct Spending {
    pub(crate) purpose: UsagePurpose,
    pub(crate) writer: Writer,
    pub(crate) usage: Usage,
    /// Whether the tokens are an estimate.
    pub(crate) is_estimate: bool,
}

impl Spending {
    /// Adds it to the ledger.
    pub(crate) fn store(&self, conn: &mut PgConnection) -> RepoResult<()> {
        model_usage::add(conn, &self.row())
    }

    /// Adds it to the ledger of a user; for the system.
    pub(crate) fn store_of(&self, conn: &mut PgConnection, user: UserId) -> RepoResult<()> {
        model_usage::add_of(conn, user, &self.row())
    }

    fn row(&self) -> NewModelUsage<'_> {
        let Self { purpose, writer, usage, is_estimate } = self;
        NewModelUsage {
            model: &writer.model,
            purpose: *purpose,
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
            is_estimate: *is_estimate,
            prompt_price: writer.price.prompt,
            completion_price: writer.price.completion,
        }
    }
}

/// Adds requests to the ledger, and their tokens to those that the asker's organisation has spent today. An answer's tokens are
/// counted when its message is stored.
pub(crate) fn spend(conn: &mut PgConnection, spendings: &[Spending]) -> RepoResult<()> {
    organisations::spend(conn, total_tokens(spendings))?;
    spendings.iter().try_for_each(|spending| spending.store(conn))
}

impl Engine {
    /// Returns whether the chat model may still be asked today for the memories of `user`.
    pub(crate) fn has_memory_tokens(&self, actor: Actor, user: UserId) -> EngineResult<bool> {
        let limit = self.settings().memory.max_model_tokens_per_day;
        let spent = |conn: &mut PgConnection| model_usage::tokens_today(conn, user, UsagePurpose::Memory);
        Ok(limit > 0 && self.db().read(actor, spent)? < limit)
    }

    /// As `spend`, for one completion.
    pub(crate) fn spend_completion(
        &self,
        actor: Actor,
        purpose: UsagePurpose,
        completion: &Completion,
    ) -> EngineResult<()> {
        let Completion { usage, is_estimate, writer, .. } = completion;
        if *usage == Usage::default() {
            return Ok(());
        }
        let spending = Spending { purpose, writer: writer.clone(), usage: *usage, is_estimate: *is_estimate };
        Ok(self.db().transaction(actor, |conn| spend(conn, std::slice::from_ref(&spending)))?)
    }
}

/// The tokens of all requests.
pub(crate) fn total_tokens(spendings: &[Spending]) -> u32 {
    let tokens = |usage: Usage| usage.prompt_tokens.saturating_add(usage.completion_tokens);
    spendings.iter().fold(0, |sum, spending| sum.saturating_add(tokens(spending.usage)))
}

/// Tokens and costs of chat models from one day to another.
#[derive(Debug, Clone)]
pub struct UsageReport {
    /// First day (UTC).
    pub from: NaiveDate,
    /// Last day (UTC).
    pub to: NaiveDate,
    /// Sums of all.
    pub total: UsageTotals,
    /// Sums of each day with a request, in order.
    pub days: Vec<(NaiveDate, UsageTotals)>,
    /// Sums of each model, the most expensive first.
    pub models: Vec<(String, UsageTotals)>,
    /// Sums of each purpose, the most expensive first.
    pub purposes: Vec<(String, UsageTotals)>,
    /// Id, address and sums of each user, the most expensive first, at most 1,000.
    pub users: Vec<(UserId, String, UsageTotals)>,
}

impl Engine {
    /// The ledger from the first to the last day, the last 30 days if they are absent: of all users that `actor` may see, or of one
    /// of them. Refuses more than 366 days.
    pub fn report_usage(
        &self,
        actor: Actor,
        (from, to): (Option<NaiveDate>, Option<NaiveDate>),
        user: Option<UserId>,
    ) -> EngineResult<UsageReport> {
        let (from, to) = self.report_days(actor, (from, to))?;
        let sums = self.db().read(actor, |conn| model_usage::sum(conn, (from, to), user))?;
        let mut report = UsageReport {
            from,
            to,
            total: UsageTotals::default(),
            days: Vec::new(),
            models: Vec::new(),
            purposes: Vec::new(),
            users: Vec::new(),
        };
        for sum in sums {
            match (sum.day, sum.model, sum.purpose, sum.user_id) {
                (Some(day), ..) => report.days.push((day, sum.totals)),
                (_, Some(model), ..) => report.models.push((model, sum.totals)),
                (.., Some(purpose), _) => report.purposes.push((purpose, sum.totals)),
                (.., Some(user)) => {
                    report.users.push((user, sum.email.unwrap_or_default(), sum.totals));
                }
                (None, None, None, None) => report.total = sum.totals,
            }
        }
        report.users.truncate(MAX_USERS);
        Ok(report)
    }

    /// Returns the first and the last day of a report: those given, or the last 30 days. Refuses more than 366 days.
    pub(crate) fn report_days(
        &self,
        actor: Actor,
        (from, to): (Option<NaiveDate>, Option<NaiveDate>),
    ) -> EngineResult<(NaiveDate, NaiveDate)> {
        let to = match to {
            Some(day) => day,
            None => self.db().read(actor, clock::now)?.date_naive(),
        };
        let usual = to.checked_sub_days(Days::new(USUAL_DAYS - 1)).unwrap_or(to);
        let from = from.unwrap_or(usual);
        let days = (to - from).num_days();
        if !(0..MAX_DAYS).contains(&days) {
            return Err(EngineError::Invalid(format!(
                "`from` must not be after `to`, and both at most {MAX_DAYS} days apart. Name other days."
            )));
        }
        Ok((from, to))
    }
}

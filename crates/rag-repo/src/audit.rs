//! The audit log: who did what to which object. Triggers of the database write it.

use diesel::prelude::*;
use rag_schema::{ids::UserId, models::AuditEvent, schema::audit_events};

use crate::{Page, RepoResult};

/// Which events to list; none means all.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// User who did it.
    pub actor: Option<UserId>,
    /// Kind of object and verb.
    pub action: Option<String>,
    /// Object it was done to.
    pub object: Option<uuid::Uuid>,
}

/// Events, newest first.
pub fn list(conn: &mut PgConnection, filter: &AuditFilter, page: Page) -> RepoResult<Vec<AuditEvent>> {
    let mut query = audit_events::table
        .select(AuditEvent::as_select())
        .order(audit_events::id.desc())
        .limit(page.limit)
        .into_boxed();
    if let Some(actor) = filter.actor {
        query = query.filter(audit_events::actor_id.eq(actor));
    }
    if let Some(action) = &filter.action {
        query = query.filter(audit_events::action.eq(action));
    }
    if let Some(object) = filter.object {
        query = query.filter(audit_events::object_id.eq(object));
    }
    if let Some(after) = page.after {
        query = query.filter(audit_events::id.lt(after));
    }
    Ok(query.load(conn)?)
}

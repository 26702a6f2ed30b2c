//! `rag user`, `rag key` and `rag organisation`: the operator's management of accounts, beside the API.

use std::process::ExitCode;

use rag_engine::{EngineError, accounts::NewKey};
use rag_repo::{
    Actor, Page, RepoError, RepoResult, collections, organisations, organisations::OwnLimits, users,
    users::UserChange,
};
use rag_schema::{
    enums::{Role, UserState},
    models::User,
};
use serde_json::json;

use crate::{
    args::{KeyCommand, OrganisationCommand, UserCommand},
    config::Config,
    failure::{Exit, Failure, Outcome},
    output,
    runtime::Context,
};

/// Maximum number of users that are listed.
const MAX_USERS: i64 = 10_000;
/// Maximum number of collections that are counted.
const MAX_COLLECTIONS: i64 = 10_000;

/// Manages users.
pub(crate) fn user(config: Config, command: &UserCommand) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    match command {
        UserCommand::Add { email, admin, organisation } => {
            add(&context, email, *admin, organisation.as_deref())?;
        }
        UserCommand::List(args) => list(&context, args.json)?,
        UserCommand::Suspend { email } => change(&context, email, UserState::Suspended)?,
        UserCommand::Activate { email } => change(&context, email, UserState::Active)?,
        UserCommand::ResetPassword { email } => reset_password(&context, email)?,
        UserCommand::Erase { email, yes } => {
            let user = find(&context, email)?;
            let question = format!(
                "Erase {} with all their collections, conversations and memories? It cannot be undone.",
                user.email
            );
            output::confirm(&question, *yes)?;
            let receipt = context.engine.erase_user(Actor::System, user.id)?;
            output::json(&receipt);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn add(context: &Context, email: &str, admin: bool, organisation: Option<&str>) -> Outcome<()> {
    let engine = &context.engine;
    let role = if admin { Role::Admin } else { Role::Member };
    let id = match organisation {
        Some(name) => engine.find_or_create_organisation(name)?,
        None => engine.local_user().organisation_id,
    };
    let invited = engine.invite(Actor::System, id, email, role)?;
    let bind = context.config.sections.server.bind;
    output::line(format!("{} is invited as {role} until {}.", email.trim(), invited.invitation.expires_at));
    output::line("They accept once, while the server runs:\n");
    output::line(format!(
        "  curl http://{bind}/v1/invitations/accept -H 'content-type: application/json' \\\n       -d '{{\"token\": \"{}\", \"display_name\": \"..\", \"password\": \"..\"}}'",
        invited.token
    ));
    say_whose_collections(context)
}

/// Tells that collections of the operator are not those of the user who is invited.
fn say_whose_collections(context: &Context) -> Outcome<()> {
    let engine = &context.engine;
    let all = engine
        .db()
        .read(engine.local_actor(), |conn| collections::list(conn, Page::first(MAX_COLLECTIONS)))?;
    let own = all.iter().filter(|collection| collection.owner_id == engine.local_user().id).count();
    if own > 0 {
        output::line(format!(
            "\n{} stored before the first account or on this command line {} to the operator, and users do not see them: \
             `rag collection transfer NAME ADDRESS` hands them over.",
            output::count(own, "collection"),
            if own == 1 { "belongs" } else { "belong" },
        ));
    }
    Ok(())
}

fn list(context: &Context, as_json: bool) -> Outcome<()> {
    let all = context.engine.db().read(Actor::System, |conn| -> RepoResult<_> {
        let found = users::list(conn, Page::first(MAX_USERS))?;
        let named = |user: User| Ok((organisations::find(conn, user.organisation_id)?.0.name, user));
        found.into_iter().map(named).collect::<Result<Vec<_>, RepoError>>()
    })?;
    if as_json {
        let rows: Vec<_> = all
            .iter()
            .map(|(organisation, user)| json!({"id": user.id, "email": user.email, "display_name": user.display_name, "organisation": organisation, "role": user.role, "state": user.state}))
            .collect();
        output::json(&rows);
    } else {
        for (organisation, user) in all {
            let (role, state) = (user.role.as_str(), user.state.as_str());
            output::line(format!("{:<32} {role:<8} {state:<10} {organisation}", user.email));
        }
    }
    Ok(())
}

fn change(context: &Context, email: &str, state: UserState) -> Outcome<()> {
    let user = find(context, email)?;
    let change = UserChange { state: Some(state), ..UserChange::default() };
    context.engine.update_user(Actor::System, user.organisation_id, user.id, change)?;
    output::line(format!("{} is {state}.", user.email));
    Ok(())
}

fn reset_password(context: &Context, email: &str) -> Outcome<()> {
    let user = find(context, email)?;
    let made = context.engine.make_password_reset(Actor::System, user.id)?;
    let bind = context.config.sections.server.bind;
    output::line(format!("{} can set a new password until {}.", user.email, made.row.expires_at));
    output::line("They do so once, while the server runs, and all their logins end:\n");
    output::line(format!(
        "  curl http://{bind}/v1/password-reset -H 'content-type: application/json' \\\n       -d '{{\"token\": \"{}\", \"password\": \"..\"}}'",
        made.secret
    ));
    Ok(())
}

/// Returns the user of that address.
pub(super) fn find(context: &Context, email: &str) -> Outcome<User> {
    let found = context.engine.db().read(Actor::System, |conn| users::find_by_email(conn, email))?;
    found.ok_or_else(|| {
        Failure::new(Exit::Failed, format!("no user has the address {email}"))
            .hint("`rag user list` lists all")
    })
}

/// Manages the keys of a user; without an address, of the operator.
pub(crate) fn key(config: Config, command: &KeyCommand) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    let engine = &context.engine;
    let whose = |email: &Option<String>| match email {
        Some(email) => find(&context, email),
        None => Ok(engine.local_user().clone()),
    };
    match command {
        KeyCommand::Add { name, user, scopes, days } => {
            let user = whose(user)?;
            let new = NewKey { user: user.id, name, scopes, days: *days };
            let made = engine.make_key(Actor::user(user.id), &new)?;
            output::line(made.secret);
        }
        KeyCommand::List { user, json } => {
            let user = whose(user)?;
            let keys = engine.db().read(Actor::user(user.id), rag_repo::api_keys::list)?;
            let rows: Vec<_> = keys
                .iter()
                .map(|key| json!({"id": key.id, "name": key.name, "prefix": key.prefix, "scopes": key.scopes.0, "expires_at": key.expires_at, "last_used_at": key.last_used_at}))
                .collect();
            if *json {
                output::json(&rows);
            } else {
                if keys.is_empty() {
                    output::note("No keys yet.");
                }
                for key in keys {
                    let scopes: Vec<_> = key.scopes.0.iter().map(|scope| scope.as_str()).collect();
                    output::line(format!("{}..  {:<24} {}", key.prefix, key.name, scopes.join(", ")));
                }
            }
        }
        KeyCommand::Revoke { prefix, user } => {
            let user = whose(user)?;
            let actor = Actor::user(user.id);
            let keys = engine.db().read(actor, rag_repo::api_keys::list)?;
            let wanted: Vec<_> = keys.iter().filter(|key| key.prefix == *prefix).collect();
            if wanted.is_empty() {
                return Err(Failure::new(Exit::Failed, format!("no key begins with {prefix}"))
                    .hint("`rag key list` lists them"));
            }
            for key in wanted {
                engine.delete_key(actor, key.id)?;
            }
            output::line(format!("{prefix}.. is revoked."));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Lists organisations and sets their limits.
pub(crate) fn organisation(config: Config, command: &OrganisationCommand) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    let engine = &context.engine;
    match command {
        OrganisationCommand::List => {
            for (organisation, usage) in engine.db().read(Actor::System, organisations::list)? {
                let quota = engine.quota(&organisation);
                let of = |used: i64, limit: i64| {
                    if limit == 0 { used.to_string() } else { format!("{used} of {limit}") }
                };
                output::line(format!(
                    "{:<32} documents: {}; bytes: {}",
                    organisation.name,
                    of(usage.document_count, quota.documents),
                    of(usage.size_bytes, quota.bytes)
                ));
            }
        }
        OrganisationCommand::Limit { name, max_documents, max_bytes, max_tokens_per_day } => {
            let limits = OwnLimits {
                max_documents: *max_documents,
                max_bytes: *max_bytes,
                max_tokens_per_day: *max_tokens_per_day,
            };
            engine.limit_organisation(name, limits).map_err(|error| match error {
                EngineError::NotFound(_) => {
                    Failure::new(Exit::Failed, format!("there is no organisation named {name}"))
                        .hint("`rag organisation list` lists them")
                }
                other => other.into(),
            })?;
            output::line(format!("The limits of {name} are set."));
        }
    }
    Ok(ExitCode::SUCCESS)
}

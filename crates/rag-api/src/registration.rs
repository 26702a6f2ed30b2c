//! The registration of endpoints, from which the routes, the OpenAPI document and the required access are derived.

use std::collections::HashMap;

use actix_web::{FromRequest, Handler, HttpRequest, Responder, Route, http::StatusCode, web};
use rag_schema::enums::Scope;

use crate::{
    accounts::{activity, export, keys, me, organisation, people, sharing, sign_in, usage},
    ai_sdk, answer_once,
    app::App,
    ask, bulk, collection_work, collections, content, document_versions, documents,
    dropin::{dify, librechat, librechat_search, open_webui},
    feedback, fetches, health, job_control, job_events, jobs, judgements, mcp,
    memories::{change as memory_change, recall as memory_recall, store as memory_store},
    openai::{chat, embeddings, files, models, responses, vector_search, vector_store_files, vector_stores},
    problem::Code,
    respond::Output,
    search, session_export, sessions, synonyms,
    tools::{find as tool_find, store as tool_store, uses as tool_uses},
    turns, uploads,
};

/// The rights that an endpoint needs of its caller. The OpenAPI document contains it as `x-access`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access {
    /// Scope that a key must have.
    pub(crate) scope: Scope,
    /// Whether only admins of the organisation have access.
    pub(crate) admin: bool,
    /// Whether the bearer of a link has access.
    pub(crate) link: bool,
}

/// A part of the request that a handler takes as an argument.
pub(crate) trait Input {
    /// Rights that it needs of the caller; a handler without such an argument is public.
    const ACCESS: Option<Access> = None;
    /// Problems with which it refuses a request.
    const PROBLEMS: &'static [Code] = &[];
}

impl Input for HttpRequest {}

impl Input for web::Data<App> {
    const PROBLEMS: &'static [Code] = &[Code::Internal, Code::StorageFull, Code::Unavailable];
}

impl Input for web::Payload {
    const PROBLEMS: &'static [Code] =
        &[Code::Malformed, Code::Timeout, Code::TooLarge, Code::Unsupported, Code::Invalid];
}

/// All arguments of a handler.
pub(crate) trait Inputs {
    /// Returns the rights that they need of the caller.
    fn access() -> Option<Access>;
    /// Returns the problems with which they refuse a request.
    fn problems() -> Vec<Code>;
}

macro_rules! inputs {
    ($(($($input:ident),*))+) => {$(
        impl<$($input: Input),*> Inputs for ($($input,)*) {
            fn access() -> Option<Access> {
                None$(.or($input::ACCESS))*
            }

            fn problems() -> Vec<Code> {
                let inputs: &[&[Code]] = &[$($input::PROBLEMS),*];
                inputs.concat()
            }
        }
    )+};
}

inputs! { () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) }

/// A handler, with the facts that its signature states.
pub(crate) struct Endpoint {
    /// Name of the handler, which is the operation's id in the OpenAPI document.
    pub(crate) name: &'static str,
    /// Rights that it needs of the caller; `None` if it is public.
    pub(crate) access: Option<Access>,
    /// Problems with which it may refuse a request.
    pub(crate) problems: Vec<Code>,
    /// Statuses of success; empty if the handler chooses.
    pub(crate) statuses: &'static [StatusCode],
    pub(crate) route: Route,
}

impl Endpoint {
    /// Creates an endpoint; `path` is that of the handler in the source, such as `jobs :: get_job`.
    fn new<F, Args>(path: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        F::Output: Responder + Output + 'static,
        Args: FromRequest + Inputs + 'static,
    {
        let name = path.rsplit("::").next().unwrap_or(path).trim();
        let route = web::route().to(handler);
        let (problems, statuses) = (Args::problems(), <F::Output as Output>::STATUSES);
        Self { name, access: Args::access(), problems, statuses, route }
    }

    /// Returns the endpoint with another route.
    pub(crate) fn map_route(self, change: impl FnOnce(Route) -> Route) -> Self {
        Self { route: change(self.route), ..self }
    }
}

/// Takes the paths of all handlers. `#[utoipa::path]` at the handler states its method and path.
macro_rules! endpoints {
    ($($($segment:ident)::+),+ $(,)?) => {
        /// The operations of the OpenAPI document.
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($($segment)::+),+))]
        pub(crate) struct Operations;

        /// Returns the endpoints by operation id.
        pub(crate) fn endpoints() -> HashMap<&'static str, Endpoint> {
            let all = [$(Endpoint::new(stringify!($($segment)::+), $($segment)::+)),+];
            all.into_iter().map(|endpoint| (endpoint.name, endpoint)).collect()
        }
    };
}

endpoints! {
    health::health, health::ready,
    collections::create_collection, collections::list_collections, collections::get_collection,
    collections::update_collection, collections::delete_collection,
    collection_work::move_collection, collection_work::reingest_collection, synonyms::get_synonyms, synonyms::put_synonyms,
    uploads::upload_document, uploads::put_document, uploads::create_text, bulk::store_documents,
    fetches::fetch_documents,
    documents::list_documents, documents::get_document, documents::update_document, documents::delete_document,
    documents::list_chunks, documents::get_document_text, content::get_document_content,
    document_versions::list_versions, document_versions::get_version_text, document_versions::get_version_content,
    document_versions::get_version_changes, document_versions::restore_version,
    jobs::list_jobs, jobs::get_job, job_events::stream_job_events,
    job_control::cancel_job, job_control::pause_job, job_control::resume_job, job_control::retry_job,
    job_control::redrive_jobs, job_control::pause_ingest, job_control::resume_ingest,
    search::search, judgements::judge_result, judgements::list_judgements, judgements::delete_judgement,
    judgements::list_judged_documents, judgements::forget_judgements,
    sessions::create_session, sessions::list_sessions, sessions::get_session, sessions::list_messages,
    sessions::update_session, sessions::delete_session, session_export::export_session,
    answer_once::answer_once, ask::ask, ask::ask_in_session, ask::regenerate, turns::stream_events, turns::stop_turn,
    feedback::put_feedback, feedback::delete_feedback,
    ai_sdk::ui_chat, ai_sdk::ui_resume, ai_sdk::ui_stop,
    memory_store::remember, memory_store::remember_all, memory_store::list_memories, memory_store::get_memory,
    memory_store::list_memory_changes, memory_store::list_all_memory_changes,
    memory_change::update_memory, memory_change::erase_memory, memory_change::undo_memory_step, memory_change::archive_memories,
    memory_change::consolidate_memories,
    memory_recall::recall,
    tool_store::list_tools, tool_store::get_tool, tool_store::set_tool, tool_store::delete_tool,
    tool_find::find_tools, tool_uses::record_tool_use, tool_uses::report_tools,
    sign_in::log_in, sign_in::refresh_login, sign_in::register, sign_in::accept_invitation,
    sign_in::reset_password, sign_in::log_out,
    me::get_me, me::update_me, me::erase_me, me::list_logins, me::revoke_login, export::export_me,
    keys::create_key, keys::list_keys, keys::delete_key,
    people::list_users, people::update_user, people::erase_user,
    people::make_password_reset, people::delete_password_reset,
    people::invite, people::list_invitations, people::delete_invitation,
    organisation::get_organisation, organisation::list_audit_events, usage::get_usage,
    activity::get_activity,
    sharing::list_members, sharing::share_collection, sharing::unshare_collection, sharing::transfer_collection,
    sharing::create_link, sharing::list_links, sharing::delete_link,
    models::list_models, models::get_model, chat::create_chat_completion, responses::create_response,
    embeddings::create_embeddings,
    vector_stores::create_vector_store, vector_stores::list_vector_stores, vector_stores::get_vector_store,
    vector_stores::update_vector_store, vector_stores::delete_vector_store, vector_search::search_vector_store,
    vector_store_files::add_vector_store_file, vector_store_files::list_vector_store_files,
    vector_store_files::get_vector_store_file, vector_store_files::get_vector_store_file_text,
    vector_store_files::delete_vector_store_file,
    mcp::http::call_mcp, dify::retrieve_for_dify,
    librechat::librechat_health, librechat::librechat_embed, librechat::librechat_text, librechat::librechat_list_ids,
    librechat::librechat_delete_documents, librechat_search::librechat_query, librechat_search::librechat_query_multiple,
    librechat_search::librechat_get_context, open_webui::open_webui_process, open_webui::open_webui_rerank,
    files::create_file, files::list_files, files::get_file, files::get_file_content, files::delete_file,
}

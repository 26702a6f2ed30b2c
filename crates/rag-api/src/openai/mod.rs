//! `/openai/v1`: collections, answers, vectors and files in the formats of OpenAI's interface.

pub(crate) mod chat;
mod chat_stream;
mod citations;
pub(crate) mod embeddings;
mod error;
pub(crate) mod files;
mod ids;
mod messages;
pub(crate) mod models;
mod page;
mod response_stream;
pub(crate) mod responses;
pub(crate) mod vector_search;
pub(crate) mod vector_store_files;
pub(crate) mod vector_stores;

pub(crate) use chat::finish_turn;
pub(crate) use chat_stream::with_fields;
pub(crate) use error::{OpenAiErrorView, is_path, respond};
pub(crate) use files::PURPOSES;
pub(crate) use models::find_collection_by_name;

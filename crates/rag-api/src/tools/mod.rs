//! `/v1/tools`: tools that programs can call, which are found for a request.

pub(crate) mod find;
pub(crate) mod store;
pub(crate) mod uses;
mod views;

pub(crate) use views::ToolView;

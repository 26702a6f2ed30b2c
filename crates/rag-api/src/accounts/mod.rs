//! `/v1/login`, `/v1/me`, `/v1/keys`, `/v1/users` and the other routes about accounts.

pub(crate) mod activity;
pub(crate) mod export;
pub(crate) mod keys;
mod login_cookie;
pub(crate) mod me;
pub(crate) mod organisation;
pub(crate) mod people;
pub(crate) mod sharing;
pub(crate) mod sign_in;
pub(crate) mod usage;

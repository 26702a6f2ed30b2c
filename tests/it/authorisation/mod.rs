//! Access: every operation of the interface by every kind of caller.

mod aim_openai;
mod aim_tool;
pub(crate) mod cast;
mod escalation;
mod judged;
mod leaks;
mod life;
mod remembered;
mod resets;
mod table;
mod transfers;

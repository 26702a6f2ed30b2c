//! Accounts: enrolment, authentication, forgotten passwords, API keys, quotas and erasure.

mod enrol;
mod erase;
mod guests;
mod keys;
mod manage;
mod password;
mod quota;
mod reset;
mod secret;
mod sign_in;

pub use enrol::{Enrolment, Invited};
use erase::LAST_ADMIN;
pub use erase::Receipt;
pub use guests::Guest;
pub use keys::{NewKey, Shown};
pub use quota::Quota;
pub use secret::digest;
pub use sign_in::{Device, REFRESH_VALIDITY_S, Tokens};

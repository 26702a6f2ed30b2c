//! Accounts: who is let in, by what proof, and as whom.

mod door;
mod enrol;
mod erase;
mod keys;
mod password;
mod quota;
mod secret;

pub use door::Tokens;
pub use enrol::{Enrolment, Invited};
pub use erase::{LAST_ADMIN, Receipt};
pub use keys::{NewKey, Shown};
pub use quota::Limits;
pub use secret::digest;

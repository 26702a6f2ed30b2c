//! The rule for names that clients choose: of accounts, keys, collections, sessions, documents and organisations.

use rag_engine::names;
use validator::ValidationError;

/// The names that [`check_name`] accepts, as a regular expression of ECMA-262.
pub(crate) const NAME_PATTERN: &str = concat!(
    r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*",
    r"[^\s\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]",
    r"[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$"
);

/// The pattern of an e-mail address, as a regular expression of ECMA-262.
pub(crate) const EMAIL_PATTERN: &str = r"^[^\s@\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+@[^\s@\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+$";

/// Refuses a blank name and a name with deceptive characters.
pub(crate) fn check_name(name: &str) -> Result<(), ValidationError> {
    let refuse = |message: String| Err(ValidationError::new("name").with_message(message.into()));
    match names::find_refused(name) {
        Some(c) => refuse(format!(
            "contains the {} U+{:04X}: remove it",
            if c.is_control() { "control character" } else { "formatting character" },
            u32::from(c)
        )),
        None if name.trim().is_empty() => refuse("must not be blank".to_owned()),
        None => Ok(()),
    }
}

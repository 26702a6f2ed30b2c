//! Answering a question: a turn stores it, finds evidence, writes, as a stream if a model does it, and stores the answer.
//! Between the steps no connection is held.

mod agreement;
mod asking;
mod citations;
mod cited;
mod claims;
mod compose;
mod confidence;
mod control;
mod courtesy;
mod defaults;
mod extractive;
mod facts;
mod keeper;
mod log;
mod markers;
mod markup;
mod markup_code;
#[cfg(test)]
mod markup_tests;
mod prompt;
mod recollect;
mod record;
mod run;
mod running;
mod steps;
mod stored;
mod summary;
mod templates;
mod transcript;
mod types;
mod units;
mod unstored;
mod weighing;

pub(crate) use citations::split_at_markers;
pub use cited::{CitedOrigin, RememberedStatement};
pub use confidence::Signals;
pub use defaults::{MAX_INSTRUCTIONS_CHARS, QuestionDefaults, QuestionDefaultsChange};
pub(crate) use extractive::assess;
pub(crate) use keeper::TurnKeeper;
pub use log::{Event, TurnLog, TurnReader};
pub(crate) use markers::without_markers;
pub(crate) use record::blank_message;
pub use run::{Steps, run};
pub(crate) use running::RunningTurns;
pub use stored::{read_citations, read_remembered, read_sentences, read_timings};
pub use templates::{TEMPLATES, TemplateError, Templates};
pub use transcript::{Encode, Frame, TranscriptReader};
pub use types::{
    Answer, Citation, Conversation, Evidence, Place, Question, Sentence, Sources, TurnIds, TurnTimings,
};

/// The answer when the documents hold none.
pub const NOT_FOUND: &str = "Not found in these documents.";

/// The notice of an answer that no cited passage supports.
pub const UNSUPPORTED: &str = "No cited passage supports this answer.";

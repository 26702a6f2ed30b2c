//! The log of a turn: its events in order, written once, read by any number of readers from any position.

use std::sync::Arc;

use tokio::sync::watch;

use super::{
    transcript::{Encode, Frame, Transcript, TranscriptReader},
    types::{Answer, Citation, Sources, TurnIds},
};
use crate::EngineError;

/// An event of a turn.
#[derive(Debug)]
pub enum Event {
    /// The question is stored; the first event of a turn that gets so far. A turn of which nothing is stored has none.
    Begun(TurnIds),
    /// Passages are found.
    Sources(Sources),
    /// A piece of the model's thoughts, which are not a part of the answer.
    Thought(String),
    /// A piece of the answer's text.
    Token(String),
    /// A citation of the finished answer, checked.
    Citation(Citation),
    /// The answer is stored; the last event.
    Done(Answer),
    /// The turn failed; the last event.
    Failed(EngineError),
}

impl Event {
    /// Whether it is the last event of its turn.
    pub(super) fn is_last(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(_))
    }
}

/// The events of one turn. A slow reader delays nobody: the log keeps each event once, and the turn limits their size.
#[derive(Debug)]
pub struct TurnLog {
    events: watch::Sender<Vec<Arc<Event>>>,
    recording: Option<Recording>,
    outlives_readers: bool,
}

/// The transcript of a turn, and how its events are encoded.
#[derive(Debug, Clone)]
pub(super) struct Recording {
    pub(super) transcript: Arc<Transcript>,
    pub(super) encode: Encode,
}

impl TurnLog {
    /// An empty log with its first reader. A turn ends early once the last reader is dropped.
    pub fn new() -> (Self, TurnReader) {
        let (events, reader) = watch::channel(Vec::new());
        let log = Self { events, recording: None, outlives_readers: false };
        (log, TurnReader { events: reader, position: 0, has_ended: false })
    }

    /// As `new`, with a transcript that every process can read while the turn runs and a day after. With `outlives_readers` the turn
    /// continues without readers.
    pub fn recorded(encode: Encode, outlives_readers: bool) -> (Self, TurnReader, TranscriptReader) {
        let (log, reader) = Self::new();
        let transcript = Arc::new(Transcript::new());
        let frames = transcript.read_from(0);
        (Self { recording: Some(Recording { transcript, encode }), outlives_readers, ..log }, reader, frames)
    }

    /// Appends an event, also to the transcript.
    pub(super) fn append(&self, event: Event) {
        if let Some(Recording { transcript, encode }) = &self.recording {
            transcript.append([Frame::new(&event, *encode)], event.is_last());
        }
        self.append_recorded(Arc::new(event));
    }

    /// Appends an event that the transcript has.
    pub(super) fn append_recorded(&self, event: Arc<Event>) {
        self.events.send_modify(|events| events.push(event));
    }

    pub(super) fn recording(&self) -> Option<&Recording> {
        self.recording.as_ref()
    }

    /// A further reader that begins with event number `position`, counted from 0.
    pub fn read_from(&self, position: usize) -> TurnReader {
        TurnReader { events: self.events.subscribe(), position, has_ended: false }
    }

    /// Returns once the last reader is dropped, if that ends the turn.
    pub(super) async fn is_abandoned(&self) {
        if self.outlives_readers {
            std::future::pending::<()>().await;
        } else {
            self.events.closed().await;
        }
    }
}

/// A reader of a turn's log.
#[derive(Debug, Clone)]
pub struct TurnReader {
    events: watch::Receiver<Vec<Arc<Event>>>,
    position: usize,
    /// Whether the last event of the turn has been read.
    has_ended: bool,
}

impl TurnReader {
    /// The next event, once there is one; `None` after the last one. May be cancelled: no event is lost.
    pub async fn next(&mut self) -> Option<Arc<Event>> {
        loop {
            // Looked at before the log is waited for: the turn may have ended with events unread.
            let next = self.events.borrow_and_update().get(self.position).cloned();
            if let Some(event) = next {
                self.position += 1;
                self.has_ended = event.is_last();
                return Some(event);
            }
            // The log itself lives on while the turn is tidied up.
            if self.has_ended {
                return None;
            }
            if self.events.changed().await.is_err() {
                let last = self.events.borrow().get(self.position).cloned();
                self.position += usize::from(last.is_some());
                return last;
            }
        }
    }

    /// Number of the next event, from 0.
    pub fn position(&self) -> usize {
        self.position
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(event: &Event) -> String {
        match event {
            Event::Token(text) => text.clone(),
            other => panic!("{other:?}"),
        }
    }

    async fn rest(mut reader: TurnReader) -> Vec<String> {
        let mut read = Vec::new();
        while let Some(event) = reader.next().await {
            read.push(text(&event));
        }
        read
    }

    proptest! {
        /// Wherever a reader begins, and whenever it does, it reads all events from there on, in order, once.
        #[test]
        fn every_reader_reads_all_events_from_its_position(
            before in proptest::collection::vec("[a-z]{0,3}", 0..8),
            after in proptest::collection::vec("[a-z]{0,3}", 0..8),
            position in 0_usize..20,
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (log, first) = TurnLog::new();
                for text in &before {
                    log.append(Event::Token(text.clone()));
                }
                let late = log.read_from(position);
                let write = async {
                    for text in &after {
                        log.append(Event::Token(text.clone()));
                        tokio::task::yield_now().await;
                    }
                    drop(log);
                };
                let (first, late, ()) = tokio::join!(rest(first), rest(late), write);
                let all: Vec<String> = before.iter().chain(&after).cloned().collect();
                prop_assert_eq!(&first, &all);
                prop_assert_eq!(&late[..], all.get(position..).unwrap_or_default());
                Ok(())
            })?;
        }
    }

    #[tokio::test]
    async fn a_reader_ends_with_the_last_event_while_the_log_lives_on() {
        let (log, mut reader) = TurnLog::new();
        log.append(Event::Token("a".to_owned()));
        log.append(Event::Failed(EngineError::NotFound("session")));
        assert!(reader.next().await.is_some() && reader.next().await.is_some());
        assert!(reader.next().await.is_none());
        drop(log);
    }

    #[tokio::test]
    async fn a_log_is_abandoned_when_its_last_reader_goes() {
        let (log, first) = TurnLog::new();
        let second = log.read_from(5);
        drop(first);
        assert!(futures_util::FutureExt::now_or_never(log.is_abandoned()).is_none());
        drop(second);
        log.is_abandoned().await;
    }
}

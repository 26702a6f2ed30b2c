//! The transcript of a turn: its events as streams send them, encoded once, read by any number of readers from any position.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError},
};

use rag_schema::{
    ids::{MessageId, UserId},
    models::TurnEvents,
};
use tokio::sync::watch;

use super::log::Event;

/// Encodes an event for streams: its name and its data.
pub type Encode = fn(&Event) -> (&'static str, String);

/// An event as a stream sends it.
#[derive(Debug)]
pub struct Frame {
    /// Name of the event.
    pub name: Cow<'static, str>,
    /// Data of the event.
    pub data: String,
    /// Text that it adds to the answer; empty in a turn of another process.
    text: String,
}

impl Frame {
    pub(super) fn new(event: &Event, encode: Encode) -> Self {
        let (name, data) = encode(event);
        let text = if let Event::Token(text) = event { text.clone() } else { String::new() };
        Self { name: Cow::Borrowed(name), data, text }
    }
}

#[derive(Debug, Default)]
struct Frames {
    list: Vec<Arc<Frame>>,
    has_ended: bool,
}

/// The frames of a turn, of this process or of another. A slow reader delays nobody: each frame is kept once, and the turn limits
/// their size.
#[derive(Debug)]
pub(crate) struct Transcript {
    frames: watch::Sender<Frames>,
    /// Number of frames that the database has. Locked while frames are stored.
    saved: Mutex<usize>,
}

impl Transcript {
    pub(super) fn new() -> Self {
        Self { frames: watch::Sender::new(Frames::default()), saved: Mutex::new(0) }
    }

    /// Appends frames; with `is_end` nothing follows them.
    pub(super) fn append(&self, new: impl IntoIterator<Item = Frame>, is_end: bool) {
        self.frames.send_modify(|frames| {
            frames.list.extend(new.into_iter().map(Arc::new));
            frames.has_ended |= is_end;
        });
    }

    /// A reader that begins with frame number `position`, counted from 0.
    pub(super) fn read_from(&self, position: usize) -> TranscriptReader {
        TranscriptReader { frames: self.frames.subscribe(), position }
    }

    pub(super) fn len(&self) -> usize {
        self.frames.borrow().list.len()
    }

    pub(super) fn has_readers(&self) -> bool {
        self.frames.receiver_count() > 0
    }

    /// Waits until nobody else stores frames. The guard holds the number of stored frames.
    pub(super) fn lock_saved(&self) -> MutexGuard<'_, usize> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As `lock_saved`; `None` if somebody else stores frames now.
    pub(super) fn try_lock_saved(&self) -> Option<MutexGuard<'_, usize>> {
        match self.saved.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(guard)) => Some(guard.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// The frames from number `saved` on and then `more`, as a row; `None` if there are none.
    pub(super) fn unsaved(
        &self,
        saved: usize,
        more: &[Frame],
        (message_id, user_id): (MessageId, UserId),
    ) -> Option<TurnEvents> {
        let frames = self.frames.borrow();
        let waiting = frames.list.get(saved..).unwrap_or_default();
        let all = || waiting.iter().map(AsRef::as_ref).chain(more);
        (!waiting.is_empty() || !more.is_empty()).then(|| TurnEvents {
            message_id,
            position: to_position(saved),
            user_id,
            names: all().map(|frame| Some(frame.name.to_string())).collect(),
            data: all().map(|frame| Some(frame.data.clone())).collect(),
            text: all().map(|frame| frame.text.as_str()).collect(),
        })
    }

    /// Appends stored frames of another process's turn.
    pub(super) fn append_row(&self, row: TurnEvents) {
        let frames = row.names.into_iter().flatten().zip(row.data.into_iter().flatten());
        self.append(
            frames.map(|(name, data)| Frame { name: Cow::Owned(name), data, text: String::new() }),
            false,
        );
    }
}

/// A number of frames as the database stores it.
pub(super) fn to_position(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A reader of a transcript.
#[derive(Debug, Clone)]
pub struct TranscriptReader {
    frames: watch::Receiver<Frames>,
    position: usize,
}

impl TranscriptReader {
    /// The next frame, once there is one; `None` after the last one. Cancelling the future loses no frame.
    ///
    /// A reader whose position is past the end of a turn gets the last frame: it has read frames that its process lost when it died.
    pub async fn next(&mut self) -> Option<Arc<Frame>> {
        loop {
            {
                let frames = self.frames.borrow_and_update();
                let is_past_end = frames.has_ended && self.position > frames.list.len();
                let at = if is_past_end { frames.list.len().saturating_sub(1) } else { self.position };
                if let Some(frame) = frames.list.get(at) {
                    self.position = at + 1;
                    return Some(Arc::clone(frame));
                }
                if frames.has_ended {
                    return None;
                }
            }
            if self.frames.changed().await.is_err() {
                let next = self.frames.borrow().list.get(self.position).cloned();
                self.position += usize::from(next.is_some());
                return next;
            }
        }
    }

    /// Whether the turn has ended. If it has not and `next` returns `None`, the process stops.
    pub fn has_ended(&self) -> bool {
        self.frames.borrow().has_ended
    }

    /// Number of the next frame, from 0.
    pub fn position(&self) -> usize {
        self.position
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use proptest::prelude::*;

    use super::*;

    fn frame(text: &str) -> Frame {
        Frame { name: Cow::Borrowed("token"), data: text.to_owned(), text: text.to_owned() }
    }

    fn read_all(mut reader: TranscriptReader) -> Vec<String> {
        let mut read = Vec::new();
        while let Some(frame) = reader.next().now_or_never().flatten() {
            read.push(frame.data.clone());
        }
        read
    }

    proptest! {
        /// Rows stored at any moments give the transcript that they were made of, without a gap and without a repetition.
        #[test]
        fn stored_rows_give_the_same_transcript(texts in proptest::collection::vec("[a-z]{0,3}", 1..20), cuts in proptest::collection::vec(any::<bool>(), 20)) {
            let (own, copy) = (Transcript::new(), Transcript::new());
            let ids = (MessageId::new(), UserId::new());
            let (last, before) = texts.split_last().unwrap();
            for (text, is_cut) in before.iter().zip(cuts) {
                own.append([frame(text)], false);
                if is_cut {
                    let mut saved = own.lock_saved();
                    let row = own.unsaved(*saved, &[], ids).unwrap();
                    prop_assert_eq!(row.position, to_position(copy.len()));
                    copy.append_row(row);
                    *saved = own.len();
                }
            }
            let row = own.unsaved(*own.lock_saved(), &[frame(last)], ids).unwrap();
            own.append([frame(last)], true);
            copy.append_row(row);
            copy.append([], true);
            for position in 0..texts.len() {
                prop_assert_eq!(read_all(own.read_from(position)), &texts[position..]);
                prop_assert_eq!(read_all(copy.read_from(position)), &texts[position..]);
            }
        }
    }

    #[test]
    fn a_reader_that_is_ahead_of_an_ended_turn_gets_its_last_frame_once() {
        let transcript = Transcript::new();
        transcript.append([frame("a"), frame("b")], false);
        let mut ahead = transcript.read_from(5);
        assert!(ahead.next().now_or_never().is_none());
        transcript.append([frame("end")], true);
        assert_eq!(ahead.next().now_or_never().flatten().unwrap().data, "end");
        assert_eq!((ahead.position(), ahead.next().now_or_never().flatten().is_none()), (3, true));
        assert!(read_all(transcript.read_from(3)).is_empty());
    }
}

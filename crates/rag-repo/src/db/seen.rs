//! What readers have written and seen: positions in the server's log of changes, for a time, within a bound.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use uuid::Uuid;

/// Maximum number of readers that are remembered one by one.
const MAX_READERS: usize = 10_000;

/// A position in the write-ahead log, in bytes from its beginning.
pub(super) type Position = i64;

/// A position that counts until a time.
#[derive(Debug, Clone, Copy)]
struct Mark {
    position: Position,
    until: Instant,
}

/// The positions of readers. After `holds` every replica that is in use has passed them.
#[derive(Debug)]
pub(super) struct Seen {
    holds: Duration,
    readers: HashMap<Uuid, Mark>,
    /// The position of all readers: of changes that nobody in particular has made, and of readers beyond the bound.
    all: Option<Mark>,
}

impl Seen {
    pub(super) fn new(holds: Duration) -> Self {
        Self { holds, readers: HashMap::new(), all: None }
    }

    /// Notes that `reader`, or with `None` all readers, must find everything up to `position` from `now` on.
    pub(super) fn note(&mut self, reader: Option<Uuid>, position: Position, now: Instant) {
        let mark = Mark { position, until: now + self.holds };
        let Some(reader) = reader else { return raise(&mut self.all, mark) };
        if self.readers.len() >= MAX_READERS && !self.readers.contains_key(&reader) {
            self.readers.retain(|_, mark| mark.until > now);
            if self.readers.len() >= MAX_READERS {
                return raise(&mut self.all, mark);
            }
        }
        let mut known = self.readers.get(&reader).copied();
        raise(&mut known, mark);
        self.readers.extend(known.map(|mark| (reader, mark)));
    }

    /// The position that a server must have passed to serve `reader`; `None` if any will do.
    pub(super) fn needed(&self, reader: Uuid, now: Instant) -> Option<Position> {
        let marks = [self.readers.get(&reader), self.all.as_ref()];
        marks.into_iter().flatten().filter(|mark| mark.until > now).map(|mark| mark.position).max()
    }
}

/// After a failover positions can be lower than before: they are kept until their time is over.
fn raise(known: &mut Option<Mark>, mark: Mark) {
    let position = known.map_or(mark.position, |known| known.position.max(mark.position));
    *known = Some(Mark { position, ..mark });
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOLDS: Duration = Duration::from_secs(1);

    #[test]
    fn a_reader_needs_the_newest_position_for_a_time() {
        let (mut seen, now, ada, bob) = (Seen::new(HOLDS), Instant::now(), Uuid::new_v4(), Uuid::new_v4());
        seen.note(Some(ada), 20, now);
        seen.note(Some(ada), 10, now);
        assert_eq!((seen.needed(ada, now), seen.needed(bob, now)), (Some(20), None));
        seen.note(None, 30, now);
        assert_eq!((seen.needed(ada, now), seen.needed(bob, now)), (Some(30), Some(30)));
        assert_eq!(seen.needed(ada, now + HOLDS), None);
    }

    #[test]
    fn more_readers_than_the_bound_are_remembered_together() {
        let (mut seen, now) = (Seen::new(HOLDS), Instant::now());
        let readers: Vec<_> = (0..=MAX_READERS).map(|_| Uuid::new_v4()).collect();
        for (reader, position) in readers.iter().zip(1..) {
            seen.note(Some(*reader), position, now);
        }
        assert_eq!(seen.readers.len(), MAX_READERS);
        for (reader, position) in readers.iter().zip(1..) {
            assert!(seen.needed(*reader, now) >= Some(position));
        }
        let later = now + HOLDS;
        seen.note(Some(Uuid::new_v4()), 1, later);
        assert_eq!(seen.readers.len(), 1, "marks whose time is over make room");
    }
}

//! Reads an array of JSON one element at a time; the size of each element is bounded, and that of the array is not.

use std::{
    cell::Cell,
    fmt,
    io::{self, Read},
};

use serde::de::{Deserializer as _, Error as _, SeqAccess, Visitor};
use serde_json::Value;

use super::{records::Fault, run::Going};
use crate::failure::{Failure, Outcome};

/// Hands on the elements of an array, each of at most `limit_bytes`. Ends early if `each` says so.
pub(super) fn read_array(
    reader: impl Read,
    limit_bytes: u64,
    each: &mut dyn FnMut(Value) -> Outcome<Going>,
) -> Result<(), Fault> {
    let left = Cell::new(limit_bytes);
    let mut end = None;
    let elements = Elements { each, left: &left, limit_bytes, end: &mut end };
    let bounded = Bounded { reader, left: &left, limit_bytes };
    let mut array = serde_json::Deserializer::from_reader(bounded);
    let result = (&mut array).deserialize_seq(elements);
    match (end, result) {
        (Some(End::Failed(failure)), _) => Err(Fault::Failure(failure)),
        (Some(End::Asked), _) => Ok(()),
        (None, Ok(())) => array.end().map_err(|error| {
            Fault::Input(format!(
                "there is more behind the end of the array ({error}); import one array, or a record a line"
            ))
        }),
        (None, Err(error)) => Err(Fault::Input(error.to_string())),
    }
}

/// A reader that fails when one element has taken all bytes that it may.
struct Bounded<'l, R> {
    reader: R,
    left: &'l Cell<u64>,
    limit_bytes: u64,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        let left = self.left.get().checked_sub(u64::try_from(count).unwrap_or(u64::MAX));
        let too_long = || io::Error::other(format!("a record is longer than {} MiB", self.limit_bytes >> 20));
        self.left.set(left.ok_or_else(too_long)?);
        Ok(count)
    }
}

/// The reason for which an array was left before its end.
enum End {
    Asked,
    Failed(Failure),
}

struct Elements<'e> {
    each: &'e mut dyn FnMut(Value) -> Outcome<Going>,
    left: &'e Cell<u64>,
    limit_bytes: u64,
    end: &'e mut Option<End>,
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        while let Some(value) = values.next_element::<Value>()? {
            self.left.set(self.limit_bytes);
            let end = match (self.each)(value) {
                Ok(Going::On) => continue,
                Ok(Going::Ends) => End::Asked,
                Err(failure) => End::Failed(failure),
            };
            *self.end = Some(end);
            return Err(A::Error::custom("the import ends here"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_that_is_too_long_ends_the_array_after_those_before_it() {
        let array = format!("[\"a\", \"b\", \"{}\"]\n ", "c".repeat(100));
        let read = |limit_bytes| {
            let mut count = 0;
            let result = read_array(array.as_bytes(), limit_bytes, &mut |_| {
                count += 1;
                Ok(Going::On)
            });
            (count, result)
        };
        assert!(matches!(read(200), (3, Ok(()))));
        let (2, Err(Fault::Input(detail))) = read(50) else { panic!("the third element is read") };
        assert!(detail.starts_with("a record is longer than"), "{detail}");
    }
    #[test]
    fn text_behind_the_array_is_an_error_and_not_lost() {
        let mut count = 0;
        let result = read_array(&b"[1, 2]\n[3]"[..], 200, &mut |_| {
            count += 1;
            Ok(Going::On)
        });
        let Err(Fault::Input(detail)) = result else { panic!("the second array is ignored") };
        assert!(count == 2 && detail.starts_with("there is more behind the end"), "{detail}");
    }
}

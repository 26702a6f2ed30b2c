//! Finds the pages of a TIFF file; does not decode them.

use crate::refusal::Refusal;

/// Maximum number of pages that are looked for in a file, which can lead in a circle.
const MAX_PAGES: usize = 10_000;

/// A TIFF file, which a decoder of one image can read page by page.
pub(super) struct TiffPages {
    bytes: Vec<u8>,
    layout: Layout,
    /// The places of the directories of the pages, as they are written in the file.
    pages: Vec<Vec<u8>>,
}

/// The numbers of a file: their order of bytes, and their lengths in bytes.
#[derive(Clone, Copy)]
struct Layout {
    is_big_endian: bool,
    /// The place in the header that names the first directory.
    first_at: usize,
    /// The length of the number of entries, of an entry and of a place.
    count: usize,
    entry: usize,
    place: usize,
}

impl TiffPages {
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Refusal> {
        let no_page = || Refusal::broken("no page was found");
        let layout = Layout::of(&bytes).ok_or_else(no_page)?;
        let mut pages: Vec<Vec<u8>> = Vec::new();
        let mut at = bytes.get(layout.first_at..layout.first_at + layout.place);
        while let Some(place) = at.filter(|place| place.iter().any(|byte| *byte != 0)) {
            if pages.len() >= MAX_PAGES {
                return Err(Refusal::broken("its pages do not end"));
            }
            pages.push(place.to_owned());
            at = layout.next(&bytes, place);
        }
        if pages.is_empty() { Err(no_page()) } else { Ok(Self { bytes, layout, pages }) }
    }

    /// The number of pages.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.pages.len()).unwrap_or(u32::MAX)
    }

    /// The file with a page, counted from 1, as its first one: decoders read the first page of a file.
    pub(super) fn beginning_with(&mut self, page: u32) -> &[u8] {
        let index = usize::try_from(page).unwrap_or(usize::MAX).saturating_sub(1);
        let Layout { first_at, place, .. } = self.layout;
        if let (Some(first), Some(wanted)) =
            (self.bytes.get_mut(first_at..first_at + place), self.pages.get(index))
        {
            first.copy_from_slice(wanted);
        }
        &self.bytes
    }
}

impl Layout {
    /// The layout that the first bytes of a file name.
    fn of(bytes: &[u8]) -> Option<Self> {
        let is_big_endian = bytes.starts_with(b"MM");
        let small = Self { is_big_endian, first_at: 4, count: 2, entry: 12, place: 4 };
        let large = Self { is_big_endian, first_at: 8, count: 8, entry: 20, place: 8 };
        match small.number(bytes.get(2..4)?) {
            42 => Some(small),
            43 => Some(large),
            _ => None,
        }
    }

    /// The place of the directory after the one at a place.
    fn next<'b>(&self, bytes: &'b [u8], place: &[u8]) -> Option<&'b [u8]> {
        let start = usize::try_from(self.number(place)).ok()?;
        let entries_at = start.checked_add(self.count)?;
        let entries = usize::try_from(self.number(bytes.get(start..entries_at)?)).ok()?;
        let end = entries_at.checked_add(entries.checked_mul(self.entry)?)?;
        bytes.get(end..end.checked_add(self.place)?)
    }

    fn number(&self, digits: &[u8]) -> u64 {
        let append = |number: u64, digit: &u8| (number << 8) | u64::from(*digit);
        if self.is_big_endian { digits.iter().fold(0, append) } else { digits.iter().rev().fold(0, append) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file without images, whose directories have one entry each and stand at these places.
    fn file(places: &[u32]) -> Vec<u8> {
        let mut bytes = b"II*\0".to_vec();
        bytes.extend(places[0].to_le_bytes());
        for (place, next) in places.iter().zip(places.iter().skip(1).chain([&0])) {
            bytes.resize(usize::try_from(*place).unwrap(), 0);
            bytes.extend(1_u16.to_le_bytes());
            bytes.extend([0; 12]);
            bytes.extend(next.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn every_page_can_be_the_first_one() {
        let mut pages = TiffPages::open(file(&[8, 40])).unwrap();
        assert_eq!(pages.count(), 2);
        assert_eq!(pages.beginning_with(2)[4..8], [40, 0, 0, 0]);
        assert_eq!(pages.beginning_with(1)[4..8], [8, 0, 0, 0]);
    }

    #[test]
    fn pages_in_a_circle_and_outside_the_file_end() {
        let mut circle = file(&[8]);
        circle.truncate(22);
        circle.extend(8_u32.to_le_bytes());
        assert!(TiffPages::open(circle).is_err());
        let mut outside = file(&[8]);
        outside[22..26].copy_from_slice(&9999_u32.to_le_bytes());
        assert_eq!(TiffPages::open(outside).unwrap().count(), 2, "the decoder refuses the second one");
        assert!(TiffPages::open(b"II*\0\0\0\0\0".to_vec()).is_err());
        assert!(TiffPages::open(b"II".to_vec()).is_err());
    }
}

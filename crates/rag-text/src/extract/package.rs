//! Opens documents that are zip archives of parts; expands no more than a document may.

use std::{borrow::Cow, io::Read};

use zip::{ZipArchive, read::ZipFile, result::ZipError};

use super::source::{ReadSeek, Source, expanding};
use crate::{decode::decode_all, extract::Collector, refusal::Refusal};

/// Maximum number of parts.
const MAX_PARTS: usize = 100_000;

const DAMAGED_PART: &str = "a part of the zip archive is damaged";

/// A zip archive.
pub(crate) struct Package<'a> {
    zip: ZipArchive<Box<dyn ReadSeek + 'a>>,
}

/// A part that has been expanded.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
}

impl<'a> Package<'a> {
    pub(crate) fn open(source: &Source<'a>) -> Result<Self, Refusal> {
        let zip = ZipArchive::new(source.open()?)
            .map_err(|error| refusal_of(&error, "the directory of the zip archive is missing or damaged"))?;
        if zip.len() > MAX_PARTS {
            return Err(Refusal::too_complex(&format!("it holds more than {MAX_PARTS} files")));
        }
        Ok(Self { zip })
    }

    /// The names of all parts, in the order of the archive; those that are not UTF-8 as far as they can be read.
    pub(crate) fn names(&self) -> Vec<String> {
        self.zip.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }

    /// The number of parts.
    pub(crate) fn len(&self) -> usize {
        self.zip.len()
    }

    /// Expands the part at a place; `None` for a folder or link.
    pub(crate) fn part_at(
        &mut self,
        place: usize,
        collector: &mut Collector<'_, '_>,
    ) -> Result<Option<Part>, Refusal> {
        let file = self.zip.by_index(place).map_err(|error| refusal_of(&error, DAMAGED_PART))?;
        if file.is_dir() || file.is_symlink() {
            return Ok(None);
        }
        let name = file
            .name()
            .map_or_else(|_| String::from_utf8_lossy(file.name_raw()).into_owned(), Cow::into_owned);
        let content = expand(file, collector)?;
        Ok(Some(Part { name, content }))
    }

    /// Expands the part with a name, in any case of letters; `None` if there is no such part.
    pub(crate) fn bytes(
        &mut self,
        name: &str,
        collector: &mut Collector<'_, '_>,
    ) -> Result<Option<Vec<u8>>, Refusal> {
        let name = name.trim_start_matches('/');
        let place = self.zip.index_for_name(name).or_else(|| {
            self.names().iter().position(|other| other.replace('\\', "/").eq_ignore_ascii_case(name))
        });
        let Some(place) = place else { return Ok(None) };
        let file = self.zip.by_index(place).map_err(|error| refusal_of(&error, DAMAGED_PART))?;
        expand(file, collector).map(Some)
    }

    /// Expands the part with a name to text; `None` if there is no such part.
    pub(crate) fn text(
        &mut self,
        name: &str,
        collector: &mut Collector<'_, '_>,
    ) -> Result<Option<String>, Refusal> {
        let Some(bytes) = self.bytes(name, collector)? else { return Ok(None) };
        decode_all(bytes.as_slice()).map(Some).map_err(Refusal::broken)
    }

    /// Expands a part without which there is no document.
    pub(crate) fn required_text(
        &mut self,
        name: &str,
        collector: &mut Collector<'_, '_>,
    ) -> Result<String, Refusal> {
        self.text(name, collector)?.ok_or_else(|| Refusal::broken(format!("it has no part {name}")))
    }

    /// Expands every part into nothing, to refuse bombs before a reader that has no limits gets the document.
    pub(crate) fn check(&mut self, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
        for place in 0..self.zip.len() {
            let file = self.zip.by_index(place).map_err(|error| refusal_of(&error, DAMAGED_PART))?;
            let limit = collector.expandable().saturating_add(1);
            let expanded = std::io::copy(&mut file.take(limit), &mut std::io::sink()).map_err(expanding)?;
            collector.spend(usize::try_from(expanded).unwrap_or(usize::MAX))?;
        }
        Ok(())
    }
}

fn expand(
    file: ZipFile<'_, Box<dyn ReadSeek + '_>>,
    collector: &mut Collector<'_, '_>,
) -> Result<Vec<u8>, Refusal> {
    let mut content = Vec::new();
    let limit = collector.expandable().saturating_add(1);
    let read = file.take(limit).read_to_end(&mut content);
    collector.spend(content.len())?;
    read.map_err(expanding)?;
    Ok(content)
}

/// The refusal for an error of the archive, whose text is for programmers: `damage` says it in words for the sender.
fn refusal_of(error: &ZipError, damage: &str) -> Refusal {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            Refusal::Encrypted
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            Refusal::Unsupported { what: "a zip archive that is packed in an unusual way".to_owned() }
        }
        _ => Refusal::broken(damage),
    }
}

/// The path of a part that another part refers to, such as `../media/a.png` from `word/document.xml`.
pub(crate) fn resolve(base: &str, target: &str) -> String {
    let target = target.split(['#', '?']).next().unwrap_or_default();
    let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut path: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.retain(|step| !step.is_empty());
    path.join("/")
}

/// The path of the part that holds the relations of another part.
pub(crate) fn relations_part(part: &str) -> String {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    format!("{folder}/_rels/{file}.rels")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_resolved_from_their_part() {
        assert_eq!(resolve("ppt/slides/slide1.xml", "../notes/n.xml"), "ppt/notes/n.xml");
        assert_eq!(resolve("word/document.xml", "/docProps/core.xml"), "docProps/core.xml");
        assert_eq!(resolve("a.opf", "text/c%201.xhtml#x"), "text/c%201.xhtml");
        assert_eq!(resolve("a/b", "../../../etc"), "etc");
    }
}

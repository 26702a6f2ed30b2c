//! Reads archives: every file in them as a document under its path; follows no links.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::{
    members::Members,
    package::Package,
    source::{Reader, Source, expanding},
};
use crate::{extract::Collector, refusal::Refusal};

/// Maximum number of files.
const MAX_FILES: usize = 10_000;

/// Files that programs put into archives, which nobody wrote.
const UPKEEP: [&str; 5] = ["__MACOSX/", ".DS_Store", "Thumbs.db", ".git/", "node_modules/"];

fn is_upkeep(name: &str) -> bool {
    UPKEEP.iter().any(|upkeep| {
        name.ends_with(upkeep) || name.starts_with(upkeep) || name.contains(&format!("/{upkeep}"))
    })
}

fn check_count(files: usize) -> Result<(), Refusal> {
    if files > MAX_FILES {
        return Err(Refusal::too_complex(&format!("it holds more than {MAX_FILES} files")));
    }
    Ok(())
}

/// Hands the blocks of the files in a zip archive to `collector`.
pub(crate) fn read_zip(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let mut package = Package::open(source)?;
    let names = package.names();
    // The directory was not seen when the format was detected.
    let parts: [(&str, Reader); 3] = [
        ("word/document.xml", super::docx::read),
        ("ppt/presentation.xml", super::pptx::read),
        ("xl/workbook.xml", super::sheets::read),
    ];
    if let Some((_, read)) = parts.iter().find(|(part, _)| names.iter().any(|name| name == part)) {
        return read(source, collector);
    }
    check_count(package.len())?;
    let mut members = Members::default();
    for (place, name) in names.iter().enumerate().filter(|(_, name)| !is_upkeep(name)) {
        match package.part_at(place, collector) {
            Ok(Some(part)) => members.read(&part.name, &part.content, collector)?,
            Ok(None) => {}
            Err(Refusal::Encrypted) if names.len() == 1 => return Err(Refusal::Encrypted),
            Err(refusal) => members.leave_out(name, refusal)?,
        }
    }
    members.finish(collector)
}

/// Hands the blocks of the files in a tar archive to `collector`.
pub(crate) fn read_tar(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let mut archive = tar::Archive::new(source.open()?);
    let mut members = Members::default();
    for (count, entry) in archive.entries().map_err(Refusal::broken)?.enumerate() {
        check_count(count + 1)?;
        let entry = entry.map_err(Refusal::broken)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !entry.header().entry_type().is_file() || is_upkeep(&name) {
            continue;
        }
        let content = expand(entry, collector)?;
        members.read(&name, &content, collector)?;
    }
    members.finish(collector)
}

/// Hands the blocks of the file in a gzip file to `collector`.
pub(crate) fn read_gzip(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let decoder = MultiGzDecoder::new(source.open()?);
    let name = decoder
        .header()
        .and_then(|header| header.filename())
        .map(|name| String::from_utf8_lossy(name).into_owned());
    let content = expand(decoder, collector)?;
    let name = name.unwrap_or_default();
    let format = crate::format::detect_file(&mut std::io::Cursor::new(&content), Some(&name))?;
    if format == crate::format::Format::Gzip {
        return Err(Refusal::too_complex("it is compressed more than once"));
    }
    (format.descriptor().reader)(&Source::Member(&content), collector)
}

fn expand(mut input: impl Read, collector: &mut Collector<'_, '_>) -> Result<Vec<u8>, Refusal> {
    let mut content = Vec::new();
    let read = input.by_ref().take(collector.expandable().saturating_add(1)).read_to_end(&mut content);
    collector.spend(content.len())?;
    read.map_err(expanding)?;
    Ok(content)
}

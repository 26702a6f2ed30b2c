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
    let mut last = String::new();
    for (count, entry) in archive.entries().map_err(expanding)?.enumerate() {
        check_count(count + 1)?;
        let entry = match entry {
            Ok(entry) => entry,
            Err(_) if count == 0 => {
                return Err(Refusal::broken("the first header of the tar archive is damaged"));
            }
            // Where the next header would be stands in the damaged one.
            Err(_) => {
                let refusal = Refusal::broken("the header of a file in the tar archive is damaged");
                members.leave_out(&format!("everything after {last}"), refusal)?;
                break;
            }
        };
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        last.clone_from(&name);
        if !entry.header().entry_type().is_file() || is_upkeep(&name) {
            continue;
        }
        let size = entry.size();
        match expand(entry, collector) {
            Ok(content) if u64::try_from(content.len()).is_ok_and(|length| length < size) => {
                members.leave_out(&name, Refusal::broken("the tar archive ends within it"))?;
                break;
            }
            Ok(content) => members.read(&name, &content, collector)?,
            Err(refusal) => members.leave_out(&name, refusal)?,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, package, shown};

    /// A tar archive of the three files `a.txt`, `b.txt` and `c.txt`, each of a header and a block of 512 bytes.
    fn tar() -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for name in ["a.txt", "b.txt", "c.txt"] {
            let content = format!("the words of {name}");
            let mut header = tar::Header::new_ustar();
            header.set_size(u64::try_from(content.len()).unwrap());
            header.set_mode(0o644);
            tar.append_data(&mut header, name, content.as_bytes()).unwrap();
        }
        tar.into_inner().unwrap()
    }

    fn read(
        reader: fn(&Source<'_>, &mut Collector<'_, '_>) -> Result<(), Refusal>,
        bytes: &[u8],
    ) -> Result<String, String> {
        let (_, blocks) = collect(|collector| reader(&Source::Member(bytes), collector))
            .map_err(|refusal| refusal.to_string())?;
        Ok(shown(&blocks).join("\n"))
    }

    #[test]
    fn a_damaged_header_costs_only_the_files_after_it() {
        let mut bytes = tar();
        bytes[1024 + 124..1024 + 136].copy_from_slice(b"\xffnot octal\0\0");
        let text = read(read_tar, &bytes).unwrap();
        assert!(text.contains("the words of a.txt") && !text.contains("the words of c.txt"), "{text}");
        assert!(text.contains("everything after a.txt: ") && text.contains("header"), "{text}");
        assert!(!text.contains("octal") && !text.contains("numeric"), "{text}");
    }

    #[test]
    fn a_tar_archive_that_begins_or_ends_with_damage_says_so_in_words() {
        let mut bytes = tar();
        bytes[124..136].copy_from_slice(b"\xffnot octal\0\0");
        let refusal = read(read_tar, &bytes).unwrap_err();
        assert!(refusal.contains("(the first header of the tar archive is damaged)"), "{refusal}");
        let text = read(read_tar, &tar()[..1024 + 512 + 5]).unwrap();
        assert!(text.contains("the words of a.txt") && text.contains("b.txt: "), "{text}");
        assert!(text.contains("(the tar archive ends within it)") && !text.contains("the w\n"), "{text}");
    }

    #[test]
    fn a_damaged_zip_archive_says_so_in_words() {
        let zip = package(&[("a.txt", "the words of a"), ("b.txt", &"the words of b ".repeat(50))]);
        let refusal = read(read_zip, &zip[..zip.len() - 60]).unwrap_err();
        assert!(refusal.contains("(the directory of the zip archive is missing or damaged)"), "{refusal}");
        let mut damaged = zip.clone();
        let second = zip.windows(5).position(|bytes| bytes == b"b.txt").unwrap();
        damaged[second + 8..second + 16].fill(0xff);
        let text = read(read_zip, &damaged).unwrap();
        assert!(text.contains("the words of a") && text.contains("b.txt: "), "{text}");
        assert!(text.contains("(its packed data are not as they were written)"), "{text}");
    }
}

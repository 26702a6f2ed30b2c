//! Tells containers (zip, OLE) apart by the names of the parts in them; opens none.

use super::{sniff::find, zip_names};
use crate::{format::Format, refusal::Refusal};

/// Beginnings of the names of parts by which a zip archive is a document, with its format.
const ZIP_PARTS: [(&str, Format); 4] = [
    ("word/document", Format::Docx),
    ("ppt/presentation.xml", Format::Pptx),
    ("xl/workbook.", Format::Xlsx),
    ("META-INF/container.xml", Format::Epub),
];

/// Media types that `OpenDocument` and EPUB store as their first part.
const ZIP_MEDIA_TYPES: [(&[u8], Format); 4] = [
    (b"application/epub+zip", Format::Epub),
    (b"application/vnd.oasis.opendocument.text", Format::Odt),
    (b"application/vnd.oasis.opendocument.spreadsheet", Format::Ods),
    (b"application/vnd.oasis.opendocument.presentation", Format::Odp),
];

/// Offset of the first directory sector in an OLE header, and the size of a sector in version 3.
const OLE_DIRECTORY_OFFSET: usize = 48;
const OLE_SECTOR_BYTES: u64 = 512;
const OLE_LARGE_SECTOR_BYTES: u64 = 4096;

/// Whether the bytes begin a zip archive.
pub(super) fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// The format of a zip archive with this beginning and end.
pub(super) fn zip_format(head: &[u8], tail: &[u8], name: Option<&str>) -> Result<Format, Refusal> {
    if let Some((first, content)) = zip_names::first_file(head)
        && first == "mimetype"
    {
        let start = content.get(..128).unwrap_or(content);
        let by_media_type = ZIP_MEDIA_TYPES.iter().find(|(media_type, _)| find(start, media_type).is_some());
        if let Some((_, format)) = by_media_type {
            return Ok(*format);
        }
        if find(start, b"application/vnd.oasis.opendocument").is_some() {
            return Err(Refusal::Unsupported {
                what: "an OpenDocument drawing, formula or database".to_owned(),
            });
        }
    }
    let names = zip_names::names(head, tail);
    let holds = |part: &str| names.iter().any(|name| name.starts_with(part));
    let by_part = ZIP_PARTS.iter().find(|(part, _)| holds(part)).map(|(_, format)| *format);
    // Office files with many pictures hide the names of their parts.
    let by_name = || {
        let format = name.and_then(Format::from_file_name)?;
        (holds("[Content_Types].xml") && matches!(format, Format::Docx | Format::Pptx | Format::Xlsx))
            .then_some(format)
    };
    Ok(by_part.or_else(by_name).unwrap_or(Format::Zip))
}

/// Whether the bytes begin an OLE compound file.
pub(super) fn is_ole(head: &[u8]) -> bool {
    head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}

/// The position of the directory of an OLE compound file.
pub(super) fn ole_directory_at(head: &[u8]) -> u64 {
    let bytes = head.get(OLE_DIRECTORY_OFFSET..OLE_DIRECTORY_OFFSET + 4);
    let sector = bytes.and_then(|bytes| <[u8; 4]>::try_from(bytes).ok()).map_or(0, u32::from_le_bytes);
    let is_large = head.get(30) == Some(&12);
    (u64::from(sector) + 1) * if is_large { OLE_LARGE_SECTOR_BYTES } else { OLE_SECTOR_BYTES }
}

/// The format of an OLE compound file with this beginning and directory.
pub(super) fn ole_format(head: &[u8], directory: &[u8]) -> Result<Format, Refusal> {
    let holds = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        find(directory, &name).is_some() || find(head, &name).is_some()
    };
    if holds("EncryptedPackage") {
        return Err(Refusal::Encrypted);
    }
    if holds("Workbook") || holds("Book") {
        return Ok(Format::Xls);
    }
    let kinds = [
        ("WordDocument", "a document of Word 97 to 2003 (DOC)"),
        ("PowerPoint Document", "a presentation of PowerPoint 97 to 2003 (PPT)"),
        ("__properties_version1.0", "a message of Outlook (MSG)"),
        ("VisioDocument", "a Visio drawing"),
    ];
    let kind = kinds.iter().find(|(name, _)| holds(name));
    let what = kind.map_or("a file of an old Office program", |(_, what)| *what).to_owned();
    Err(Refusal::Unsupported { what })
}

//! The formats that can be read: one table of descriptors, from which all other code takes names, media types and limits.

use serde::{Deserialize, Serialize};

mod descriptor;
mod detect;
mod table;

pub use descriptor::Descriptor;
pub use detect::{HEAD_BYTES, detect, detect_file};
pub use table::DESCRIPTORS;

/// A format that can be read; its facts are in [`DESCRIPTORS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Text without markup.
    PlainText,
    /// `CommonMark` with tables, footnotes, task lists, definition lists and a front matter.
    Markdown,
    /// HTML of any age.
    Html,
    /// PDF.
    Pdf,
    /// A document of Word 2007 and later.
    Docx,
    /// A presentation of `PowerPoint` 2007 and later.
    Pptx,
    /// A workbook of Excel 2007 and later.
    Xlsx,
    /// A workbook of Excel 97 to 2003.
    Xls,
    /// An `OpenDocument` text.
    Odt,
    /// An `OpenDocument` spreadsheet.
    Ods,
    /// An `OpenDocument` presentation.
    Odp,
    /// An EPUB book.
    Epub,
    /// Rich text.
    Rtf,
    /// Values separated by commas or semicolons, one record per line.
    Csv,
    /// Values separated by tabs.
    Tsv,
    /// One JSON value.
    Json,
    /// One JSON value per line.
    JsonLines,
    /// A notebook of Jupyter.
    Notebook,
    /// XML of an unknown kind.
    Xml,
    /// One mail message.
    Email,
    /// A file of mail messages.
    Mailbox,
    /// Subtitles in `WebVTT`.
    WebVtt,
    /// Subtitles in `SubRip`.
    SubRip,
    /// Program text.
    Code,
    /// A PNG image.
    Png,
    /// A JPEG image.
    Jpeg,
    /// A TIFF file of one image or several.
    Tiff,
    /// A WebP image.
    Webp,
    /// A zip archive of documents.
    Zip,
    /// A tar archive of documents.
    Tar,
    /// One file, often a tar archive, compressed with gzip.
    Gzip,
}

impl Format {
    /// Its row in [`DESCRIPTORS`].
    pub fn descriptor(self) -> &'static Descriptor {
        // A test asserts that every format has its row.
        DESCRIPTORS.iter().find(|descriptor| descriptor.format == self).unwrap_or(&table::PLAIN_TEXT)
    }

    /// Every format, in the order of [`DESCRIPTORS`].
    pub fn all() -> impl Iterator<Item = Self> {
        DESCRIPTORS.iter().map(|descriptor| descriptor.format)
    }

    /// The name used in arguments and JSON.
    pub fn name(self) -> &'static str {
        self.descriptor().name
    }

    /// The format with this [`Format::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|format| format.name() == name)
    }

    /// The media type under which its documents are stored.
    pub fn media_type(self) -> &'static str {
        self.descriptor().media_types.first().copied().unwrap_or("application/octet-stream")
    }

    /// The format of a media type; parameters such as `charset` are ignored, other `text/*` is plain text.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let known = DESCRIPTORS.iter().find(|descriptor| descriptor.media_types.contains(&essence.as_str()));
        let is_text = essence.starts_with("text/");
        known.map(|descriptor| descriptor.format).or_else(|| is_text.then_some(Self::PlainText))
    }

    /// The format of the extension of a file name; `None` for an unknown one.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        let known = DESCRIPTORS.iter().find(|descriptor| descriptor.extensions.contains(&extension.as_str()));
        known.map(|descriptor| descriptor.format)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_media_types_and_extensions_lead_to_their_format() {
        let mut seen = HashSet::new();
        for descriptor in DESCRIPTORS {
            let format = descriptor.format;
            assert_eq!(format.descriptor().name, descriptor.name);
            assert_eq!(Format::from_name(descriptor.name), Some(format));
            assert_eq!(serde_json::to_value(format).unwrap(), descriptor.name);
            for media_type in descriptor.media_types {
                assert_eq!(Format::from_media_type(media_type), Some(format), "{media_type}");
            }
            for extension in descriptor.extensions {
                assert_eq!(Format::from_file_name(&format!("a.{extension}")), Some(format));
                assert!(seen.insert(*extension), "{extension} belongs to two formats");
            }
        }
        assert_eq!(Format::from_media_type("Text/CSV; charset=utf-8"), Some(Format::Csv));
        assert_eq!(Format::from_media_type("text/calendar"), Some(Format::PlainText));
        assert_eq!(Format::from_media_type("image/gif"), None);
    }
}

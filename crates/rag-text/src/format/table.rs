//! The descriptors of all formats; a new format is a row here and a reader in `extract`.

use super::{
    Format,
    descriptor::{BASE, Descriptor},
};
use crate::extract;

/// The format of texts that are nothing else.
pub(super) const PLAIN_TEXT: Descriptor = Descriptor {
    media_types: &["text/plain", "application/yaml", "application/toml"],
    extensions: &[
        "txt", "text", "log", "yaml", "yml", "toml", "ini", "conf", "rst", "org", "adoc", "asciidoc", "tex",
    ],
    reads: "paragraphs, in any encoding",
    leaves_out: "NULs; bytes that are no characters become U+FFFD",
    is_streamed: true,
    ..BASE
};

/// All formats. Where content does not decide, the first row with the file's extension does.
pub static DESCRIPTORS: &[Descriptor] = &[
    PLAIN_TEXT,
    Descriptor {
        format: Format::Markdown,
        name: "markdown",
        title: "Markdown",
        media_types: &["text/markdown", "text/x-markdown"],
        extensions: &["md", "markdown", "mdown", "mkd", "mdx"],
        reads: "headings, lists, task lists, tables, definition lists, footnotes, code, link targets, front matter",
        leaves_out: "comments, scripts",
        reader: extract::markdown::read,
        ..BASE
    },
    Descriptor {
        format: Format::Html,
        name: "html",
        title: "HTML",
        media_types: &["text/html", "application/xhtml+xml"],
        extensions: &["html", "htm", "xhtml"],
        reads: "the article, or the whole page; tables with spans, link targets, alternative texts, MathML",
        leaves_out: "scripts, styles, hidden elements, menus",
        reader: extract::html::read,
        ..BASE
    },
    Descriptor {
        format: Format::Pdf,
        name: "pdf",
        title: "PDF",
        media_types: &["application/pdf"],
        extensions: &["pdf"],
        reads: "the text layer by page, headings by size, columns, form values; scanned pages by OCR",
        leaves_out: "running heads, page numbers, pictures; refuses files with a password, and scans if OCR is not installed",
        is_compressed: true,
        reader: extract::pdf::read,
        ..BASE
    },
    Descriptor {
        format: Format::Docx,
        name: "docx",
        title: "Word document (DOCX)",
        media_types: &["application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
        extensions: &["docx", "docm", "dotx"],
        reads: "headings, lists with their numbers, tables with merged cells, text boxes, footnotes, comments, link targets, alternative texts",
        leaves_out: "deleted and hidden text, headers and footers, pictures; refuses files with a password",
        is_compressed: true,
        reader: extract::docx::read,
        ..BASE
    },
    Descriptor {
        format: Format::Pptx,
        name: "pptx",
        title: "PowerPoint presentation (PPTX)",
        media_types: &["application/vnd.openxmlformats-officedocument.presentationml.presentation"],
        extensions: &["pptx", "pptm", "ppsx"],
        reads: "slides as pages, titles, lists, tables, notes, alternative texts",
        leaves_out: "hidden slides, pictures, charts; refuses files with a password",
        is_compressed: true,
        reader: extract::pptx::read,
        ..BASE
    },
    Descriptor {
        format: Format::Xlsx,
        name: "xlsx",
        title: "Excel workbook (XLSX, XLSB)",
        media_types: &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
        extensions: &["xlsx", "xlsm", "xlsb", "xltx"],
        reads: "visible sheets as tables, merged cells, dates, comments",
        leaves_out: "hidden sheets, formulas (their values are kept), charts; refuses files with a password",
        is_compressed: true,
        reader: extract::sheets::read,
        ..BASE
    },
    Descriptor {
        format: Format::Xls,
        name: "xls",
        title: "Excel 97 workbook (XLS)",
        media_types: &["application/vnd.ms-excel"],
        extensions: &["xls"],
        reads: "visible sheets as tables",
        leaves_out: "hidden sheets, formulas (their values are kept), charts; refuses files with a password",
        is_compressed: true,
        reader: extract::sheets::read,
        ..BASE
    },
    Descriptor {
        format: Format::Odt,
        name: "odt",
        title: "OpenDocument text (ODT)",
        media_types: &["application/vnd.oasis.opendocument.text"],
        extensions: &["odt", "ott"],
        reads: "headings, lists, tables, footnotes, comments, link targets, alternative texts",
        leaves_out: "deleted text, pictures; refuses files with a password",
        is_compressed: true,
        reader: extract::odf::read,
        ..BASE
    },
    Descriptor {
        format: Format::Ods,
        name: "ods",
        title: "OpenDocument spreadsheet (ODS)",
        media_types: &["application/vnd.oasis.opendocument.spreadsheet"],
        extensions: &["ods", "ots"],
        reads: "sheets as tables, merged cells",
        leaves_out: "formulas (their values are kept), charts; refuses files with a password",
        is_compressed: true,
        reader: extract::odf::read,
        ..BASE
    },
    Descriptor {
        format: Format::Odp,
        name: "odp",
        title: "OpenDocument presentation (ODP)",
        media_types: &["application/vnd.oasis.opendocument.presentation"],
        extensions: &["odp", "otp"],
        reads: "slides as pages, titles, lists, tables, notes, alternative texts",
        leaves_out: "pictures; refuses files with a password",
        is_compressed: true,
        reader: extract::odf::read,
        ..BASE
    },
    Descriptor {
        format: Format::Epub,
        name: "epub",
        title: "EPUB book",
        media_types: &["application/epub+zip"],
        extensions: &["epub"],
        reads: "chapters in reading order, as HTML",
        leaves_out: "the table of contents, pictures; refuses books with copy protection",
        is_compressed: true,
        reader: extract::epub::read,
        ..BASE
    },
    Descriptor {
        format: Format::Rtf,
        name: "rtf",
        title: "Rich text (RTF)",
        media_types: &["application/rtf", "text/rtf"],
        extensions: &["rtf"],
        reads: "paragraphs, outline levels, tables, link targets, footnotes",
        leaves_out: "hidden text, headers and footers, pictures",
        reader: extract::rtf::read,
        ..BASE
    },
    Descriptor {
        format: Format::Csv,
        name: "csv",
        title: "Comma-separated values (CSV)",
        media_types: &["text/csv", "application/csv"],
        extensions: &["csv"],
        reads: "records as rows of a table; commas, semicolons, tabs or bars divide values",
        leaves_out: "nothing",
        reader: extract::csv::read,
        ..BASE
    },
    Descriptor {
        format: Format::Tsv,
        name: "tsv",
        title: "Tab-separated values (TSV)",
        media_types: &["text/tab-separated-values"],
        extensions: &["tsv", "tab"],
        reads: "records as rows of a table",
        leaves_out: "nothing",
        reader: extract::csv::read,
        ..BASE
    },
    Descriptor {
        format: Format::Json,
        name: "json",
        title: "JSON",
        media_types: &["application/json"],
        extensions: &["json", "geojson"],
        reads: "values with the path of their keys, in the order of the file",
        leaves_out: "null and empty values",
        reader: extract::json::read,
        ..BASE
    },
    Descriptor {
        format: Format::JsonLines,
        name: "json_lines",
        title: "JSON Lines",
        media_types: &["application/jsonl", "application/x-ndjson"],
        extensions: &["jsonl", "ndjson"],
        reads: "one record per line, like JSON",
        leaves_out: "null and empty values",
        reader: extract::json::read_lines,
        ..BASE
    },
    Descriptor {
        format: Format::Notebook,
        name: "notebook",
        title: "Jupyter notebook",
        media_types: &["application/x-ipynb+json"],
        extensions: &["ipynb"],
        reads: "Markdown cells, code cells, text outputs",
        leaves_out: "pictures among the outputs",
        reader: extract::notebook::read,
        ..BASE
    },
    Descriptor {
        format: Format::Xml,
        name: "xml",
        title: "XML",
        media_types: &["application/xml", "text/xml"],
        extensions: &["xml", "nxml", "fb2", "docbook"],
        reads: "the text of all elements, titles as headings",
        leaves_out: "entities that the document defines, attributes",
        reader: extract::xml_text::read,
        ..BASE
    },
    Descriptor {
        format: Format::Email,
        name: "email",
        title: "Mail message (EML)",
        media_types: &["message/rfc822"],
        extensions: &["eml"],
        reads: "subject, sender, recipients, date, body, attachments in any of these formats",
        leaves_out: "attachments that cannot be read, which it names; encrypted bodies",
        is_compressed: true,
        reader: extract::mail::read,
        ..BASE
    },
    Descriptor {
        format: Format::Mailbox,
        name: "mailbox",
        title: "Mailbox (MBOX)",
        media_types: &["application/mbox"],
        extensions: &["mbox"],
        reads: "every message, like a mail message",
        leaves_out: "attachments that cannot be read, which it names; encrypted bodies",
        is_compressed: true,
        reader: extract::mail::read_mailbox,
        ..BASE
    },
    Descriptor {
        format: Format::WebVtt,
        name: "web_vtt",
        title: "Subtitles (WebVTT)",
        media_types: &["text/vtt"],
        extensions: &["vtt"],
        reads: "spoken text with its speakers, joined to sentences",
        leaves_out: "times, styles, notes",
        reader: extract::subtitles::read,
        ..BASE
    },
    Descriptor {
        format: Format::SubRip,
        name: "sub_rip",
        title: "Subtitles (SRT)",
        media_types: &["application/x-subrip"],
        extensions: &["srt"],
        reads: "spoken text, joined to sentences",
        leaves_out: "times, numbers, styles",
        reader: extract::subtitles::read,
        ..BASE
    },
    Descriptor {
        format: Format::Code,
        name: "code",
        title: "Program text",
        media_types: &["text/x-source"],
        extensions: &[
            "rs", "py", "pyi", "js", "mjs", "cjs", "jsx", "ts", "tsx", "java", "kt", "kts", "scala",
            "groovy", "go", "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "cs", "fs", "swift", "m", "mm", "rb",
            "php", "pl", "pm", "lua", "r", "jl", "dart", "ex", "exs", "erl", "hs", "ml", "mli", "clj",
            "lisp", "el", "scm", "sh", "bash", "zsh", "fish", "ps1", "bat", "sql", "proto", "graphql", "css",
            "scss", "less", "vue", "svelte", "tf", "nix", "zig", "asm", "s", "f90", "vb", "pas", "cmake",
            "gradle",
        ],
        reads: "definitions, verbatim",
        leaves_out: "nothing",
        reader: extract::code::read,
        ..BASE
    },
    Descriptor {
        format: Format::Png,
        name: "png",
        title: "PNG image",
        media_types: &["image/png"],
        extensions: &["png"],
        reads: "the text that OCR finds, as paragraphs and headings",
        leaves_out: "pictures; refuses images without text and those of more than 80 million pixels",
        is_compressed: true,
        needs_ocr: true,
        reader: extract::images::read,
        ..BASE
    },
    Descriptor {
        format: Format::Jpeg,
        name: "jpeg",
        title: "JPEG image",
        media_types: &["image/jpeg"],
        extensions: &["jpg", "jpeg"],
        reads: "like PNG; turned as the camera was",
        leaves_out: "like PNG",
        is_compressed: true,
        needs_ocr: true,
        reader: extract::images::read,
        ..BASE
    },
    Descriptor {
        format: Format::Tiff,
        name: "tiff",
        title: "TIFF file",
        media_types: &["image/tiff"],
        extensions: &["tif", "tiff"],
        reads: "like PNG, every page",
        leaves_out: "like PNG",
        is_compressed: true,
        needs_ocr: true,
        reader: extract::images::read_tiff,
        ..BASE
    },
    Descriptor {
        format: Format::Webp,
        name: "webp",
        title: "WebP image",
        media_types: &["image/webp"],
        extensions: &["webp"],
        reads: "like PNG; the first picture of an animation",
        leaves_out: "like PNG",
        is_compressed: true,
        needs_ocr: true,
        reader: extract::images::read,
        ..BASE
    },
    Descriptor {
        format: Format::Zip,
        name: "zip",
        title: "Zip archive",
        media_types: &["application/zip"],
        extensions: &["zip"],
        reads: "every file in any of these formats, under its path as the heading",
        leaves_out: "files that cannot be read, which it names; refuses archives that expand to more than 128 MiB",
        is_compressed: true,
        reader: extract::archive::read_zip,
        ..BASE
    },
    Descriptor {
        format: Format::Tar,
        name: "tar",
        title: "Tar archive",
        media_types: &["application/x-tar"],
        extensions: &["tar"],
        reads: "every file in any of these formats, under its path as the heading",
        leaves_out: "files that cannot be read, which it names; links, devices",
        is_compressed: true,
        reader: extract::archive::read_tar,
        ..BASE
    },
    Descriptor {
        format: Format::Gzip,
        name: "gzip",
        title: "Gzip file (also TAR.GZ)",
        media_types: &["application/gzip"],
        extensions: &["gz", "tgz"],
        reads: "the file inside, in any of these formats",
        leaves_out: "as the format inside; refuses files that expand to more than 128 MiB",
        is_compressed: true,
        reader: extract::archive::read_gzip,
        ..BASE
    },
];

//! Text recognition: scans and images are read with their pages and confidence, or refused with the reason. Needs `scripts/setup ocr`.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like tests")]

mod pdf;

use std::{
    cell::Cell,
    env, fs,
    io::{Cursor, Write as _},
    path::{Path, PathBuf},
};

use image::{DynamicImage, GrayImage, ImageFormat, Luma, imageops};
use rag_text::{
    Block, BlockKind, OcrSettings, Outline, ReadLimits, ReadSettings, Refusal, detect_file, open,
};
use zip::{ZipWriter, write::SimpleFileOptions};

use self::pdf::pdf_of;

/// A page with a heading and two lines of German, 736 x 224 pixels.
const NOTE: &[u8] = include_bytes!("scans/note.png");
/// The same page as a JPEG file in inks, which are stored inverted.
const NOTE_IN_INKS: &[u8] = include_bytes!("scans/note-cmyk.jpg");
const HEADING: &str = "Hafenordnung";
const LINES: [&str; 2] = [
    "Die Fähre Möwe liegt am Südkai in der Großen Straße.",
    "Die Gebühr beträgt 12,50 € je Tag; Öl ist verboten.",
];

fn settings(scratch: &Path) -> ReadSettings {
    let test = env::current_exe().unwrap();
    let program = test.parent().and_then(Path::parent).unwrap().join("examples/extract_child");
    let default = || PathBuf::from(env::var_os("HOME").unwrap()).join(".cache/rag");
    let home = env::var_os("RAG_HOME").map_or_else(default, PathBuf::from);
    let dir = home.join("model/ppocr-v6-small");
    assert!(dir.is_dir(), "{} is missing: run `make setup-ocr`", dir.display());
    // A busy machine takes its time.
    let ocr = OcrSettings { dir, page_ms: 120_000, max_pages: 3 };
    let limits = ReadLimits { wall_ms: 120_000, ..ReadLimits::default() };
    ReadSettings { program, scratch: scratch.to_owned(), limits, ocr: Some(ocr) }
}

/// Reads a document with the changed settings.
fn read_with(
    name: &str,
    content: &[u8],
    change: impl FnOnce(&mut ReadSettings),
) -> Result<(Outline, Vec<Block>), Refusal> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(name);
    fs::write(&file, content).unwrap();
    let mut settings = settings(dir.path());
    change(&mut settings);
    let format = detect_file(&mut Cursor::new(content), Some(name)).unwrap();
    let read = open(&settings, format, &file, &|_| true)?;
    Ok((read.outline, read.blocks.collect::<Result<_, _>>()?))
}

fn read(name: &str, content: &[u8]) -> Result<(Outline, Vec<Block>), Refusal> {
    read_with(name, content, |_| {})
}

fn note() -> GrayImage {
    image::load_from_memory(NOTE).unwrap().into_luma8()
}

fn encoded(image: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    // WebP has no grey.
    DynamicImage::from(image.clone()).to_rgb8().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Asserts that a document is the note, letter by letter.
fn assert_is_note(name: &str, content: &[u8]) {
    let (outline, blocks) = read(name, content).unwrap();
    let text = blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join(" ");
    assert_eq!(text, format!("{HEADING} {}", LINES.join(" ")), "{name}");
    assert!(outline.ocr_pages.iter().all(|page| page.confidence > 0.9), "{name}: {:?}", outline.ocr_pages);
}

#[test]
fn the_heading_the_lines_and_the_confidence_of_a_page_are_read() {
    let (outline, blocks) = read("note.png", NOTE).unwrap();
    assert_eq!(blocks[0].kind, BlockKind::Heading { level: 1 });
    assert_eq!(blocks[0].text, HEADING);
    assert_eq!(blocks[1].text, LINES.join(" "));
    assert_eq!(blocks[1].page, Some(1));
    assert_eq!((outline.title.as_deref(), outline.pages), (Some(HEADING), Some(1)));
    let [page] = outline.ocr_pages[..] else { panic!("{outline:?}") };
    assert_eq!(page.page, Some(1));
    assert!(page.confidence > 0.9 && page.confidence <= 1.0, "{page:?}");
}

#[test]
fn an_image_without_its_end_is_read_and_noted_as_incomplete() {
    let whole = encoded(&note(), ImageFormat::Jpeg);
    let (outline, _) = read("note.jpg", &whole).unwrap();
    assert!(!outline.ocr_pages[0].is_incomplete);
    let (outline, blocks) = read("note.jpg", &whole[..whole.len() * 3 / 4]).unwrap();
    assert!(outline.ocr_pages[0].is_incomplete, "{outline:?}");
    assert!(blocks.iter().any(|block| block.text == HEADING), "{blocks:?}");
}

#[test]
fn every_format_and_colour_of_an_image_is_read() {
    let note = note();
    assert_is_note("note.webp", &encoded(&note, ImageFormat::WebP));
    assert_is_note("note.jpg", &encoded(&note, ImageFormat::Jpeg));
    assert_is_note("inks.jpg", NOTE_IN_INKS);
    let mut dark = note.clone();
    imageops::invert(&mut dark);
    assert_is_note("dark.png", &encoded(&dark, ImageFormat::Png));
    let mut glass = Cursor::new(Vec::new());
    let letters = image::RgbaImage::from_fn(note.width(), note.height(), |x, y| {
        image::Rgba([0, 0, 0, 255 - note.get_pixel(x, y).0[0]])
    });
    letters.write_to(&mut glass, ImageFormat::Png).unwrap();
    assert_is_note("transparent.png", &glass.into_inner());
}

/// The image with each column lower than the one before by this share of a pixel, in hundredths.
fn tilted(image: &GrayImage, hundredths: u32) -> GrayImage {
    let drop = image.width() * hundredths / 100;
    GrayImage::from_fn(image.width(), image.height() + drop, |x, y| {
        let row = y.checked_sub(x * hundredths / 100);
        row.and_then(|row| image.get_pixel_checked(x, row)).copied().unwrap_or(Luma([255]))
    })
}

#[test]
fn a_page_is_read_however_it_is_turned() {
    let note = note();
    assert_is_note("right.png", &encoded(&imageops::rotate90(&note), ImageFormat::Png));
    assert_is_note("left.png", &encoded(&imageops::rotate270(&note), ImageFormat::Png));
    assert_is_note("upside-down.png", &encoded(&imageops::rotate180(&note), ImageFormat::Png));
    assert_is_note("tilted.png", &encoded(&tilted(&note, 5), ImageFormat::Png));
    // The camera says that it held the page mirrored.
    let mut mirrored = encoded(&imageops::flip_horizontal(&note), ImageFormat::Jpeg);
    let exif = b"\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x02\0\0\0\0\0\0\0";
    mirrored.splice(2..2, exif.iter().copied());
    assert_is_note("mirrored.jpg", &mirrored);
}

/// A TIFF file of these pages, not compressed.
fn tiff(pages: &[GrayImage]) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    for (number, page) in (1..).zip(pages) {
        let entries: [(u16, u32); 8] = [
            (256, page.width()),
            (257, page.height()),
            (258, 8),
            (259, 1),
            (262, 1),
            (273, u32::try_from(bytes.len() + 2 + 8 * 12 + 4).unwrap()),
            (278, page.height()),
            (279, page.width() * page.height()),
        ];
        bytes.extend(8_u16.to_le_bytes());
        for (tag, value) in entries {
            bytes.extend([tag.to_le_bytes(), 4_u16.to_le_bytes()].concat());
            bytes.extend([1_u32.to_le_bytes(), value.to_le_bytes()].concat());
        }
        let end = bytes.len() + 4 + page.as_raw().len();
        let next = if number < pages.len() { u32::try_from(end).unwrap() } else { 0 };
        bytes.extend(next.to_le_bytes());
        bytes.extend(page.as_raw());
    }
    bytes
}

#[test]
fn every_page_of_a_tiff_file_is_read_and_counted() {
    let blank = GrayImage::from_pixel(300, 200, Luma([255]));
    let content = tiff(&[note(), blank, note()]);
    let (outline, blocks) = read("fax.tiff", &content).unwrap();
    assert_eq!(outline.pages, Some(3));
    let pages: Vec<_> = outline.ocr_pages.iter().map(|page| page.page).collect();
    assert_eq!(pages, [Some(1), Some(3)]);
    assert!(blocks.iter().any(|block| block.page == Some(3) && block.text == HEADING), "{blocks:?}");
    let limited = read_with("fax.tiff", &content, |settings| settings.ocr.as_mut().unwrap().max_pages = 2);
    assert_eq!(limited.unwrap_err(), Refusal::TooManyScans { limit_pages: 2 });
}

/// A PDF of a page with text, one with an image alone, and an empty one.
fn pdf_of_scan(image: &GrayImage) -> Vec<u8> {
    let jpeg = encoded(image, ImageFormat::Jpeg);
    let page = |content: u8| {
        format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents {content} 0 R/Resources<</Font<</F 6 0 R>>/XObject<</I 10 0 R>>>>>>"
        )
        .into_bytes()
    };
    let stream = |entries: &str, content: &[u8]| {
        let head = format!("<<{entries}/Length {}>>\nstream\n", content.len());
        [head.as_bytes(), content, b"\nendstream"].concat()
    };
    let (width, height) = image.dimensions();
    let entries = format!(
        "/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode"
    );
    let text = b"BT /F 12 Tf 20 50 Td (A page that has a text layer of its own, long enough.) Tj ET";
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3>>".to_vec(),
        page(7),
        page(8),
        page(9),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_vec(),
        stream("", text),
        stream("", b"q 300 0 0 91 0 5 cm /I Do Q"),
        stream("", b"q Q"),
        stream(&entries, &jpeg),
    ];
    pdf_of(&objects)
}

#[test]
fn only_the_pages_of_a_pdf_without_a_text_layer_are_read_by_ocr() {
    let (outline, blocks) = read("mixed.pdf", &pdf_of_scan(&note())).unwrap();
    assert_eq!(outline.pages, Some(3));
    let pages: Vec<_> = outline.ocr_pages.iter().map(|page| page.page).collect();
    assert_eq!(pages, [Some(2)]);
    let text_of = |page| {
        let on_page = blocks.iter().filter(|block| block.page == Some(page));
        on_page.map(|block| block.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    assert!(text_of(1).starts_with("A page that has a text layer"), "{blocks:?}");
    assert!(text_of(2).contains("Die Fähre Möwe liegt am Südkai"), "{blocks:?}");
    assert_eq!(text_of(3), "");
}

#[test]
fn the_pages_that_ocr_begins_are_reported_while_the_document_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("fax.tiff");
    let content = tiff(&[note(), note()]);
    fs::write(&file, &content).unwrap();
    let format = detect_file(&mut Cursor::new(&content), None).unwrap();
    let seen = Cell::new(0);
    let read = open(&settings(dir.path()), format, &file, &|begun| {
        seen.set(begun);
        true
    });
    assert_eq!(read.unwrap().outline.ocr_pages.len(), 2);
    assert_eq!(seen.get(), 2);
}

#[test]
fn without_ocr_the_reason_names_its_installation() {
    let note = note();
    for (name, content) in [("a.png", NOTE.to_vec()), ("a.tiff", tiff(std::slice::from_ref(&note)))] {
        let refusal = read_with(name, &content, |settings| settings.ocr = None).unwrap_err();
        assert_eq!(refusal, Refusal::NoOcr);
        assert!(refusal.to_string().contains("make setup-ocr"), "{refusal}");
    }
    let (_, blocks) = read_with("mixed.pdf", &pdf_of_scan(&note), |settings| settings.ocr = None).unwrap();
    assert_eq!(blocks.len(), 1, "the page with a text layer: {blocks:?}");
}

#[test]
fn images_without_text_have_no_text() {
    let blank = GrayImage::from_pixel(800, 600, Luma([250]));
    assert_eq!(read("blank.png", &encoded(&blank, ImageFormat::Png)).unwrap_err(), Refusal::NoText);
    // Hills in fog, in the eyes of the detector.
    let photo = GrayImage::from_fn(800, 600, |x, y| {
        let hill = 300 + (x / 7 % 60).abs_diff(30) * 2;
        Luma([u8::try_from(if y > hill { 40 + (x * 7 + y * 13) % 50 } else { 150 + y / 6 }).unwrap()])
    });
    assert_eq!(read("photo.png", &encoded(&photo, ImageFormat::Png)).unwrap_err(), Refusal::NoText);
}

#[test]
fn a_bomb_is_refused_before_it_is_decoded_and_a_damaged_image_as_such() {
    let mut bomb = NOTE.to_vec();
    bomb[16..24].copy_from_slice(&[30_000_u32.to_be_bytes(), 30_000_u32.to_be_bytes()].concat());
    // The checksum of the changed header.
    let mut sum = flate2::Crc::new();
    sum.update(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&sum.sum().to_be_bytes());
    match read("bomb.png", &bomb) {
        Err(Refusal::TooComplex { detail }) => assert!(detail.contains("30000 x 30000"), "{detail}"),
        other => panic!("{other:?}"),
    }
    let jpeg = encoded(&note(), ImageFormat::Jpeg);
    for (name, content) in [
        ("cut.png", &NOTE[..NOTE.len() / 2]),
        ("head.jpg", &jpeg[..40]),
        ("half.jpg", &jpeg[..jpeg.len() / 2]),
    ] {
        match read(name, content) {
            Err(refusal) => assert!(!refusal.is_internal(), "{name}: {refusal}"),
            // The decoder of JPEG gives the upper part.
            Ok((_, blocks)) => assert_eq!((name, blocks[0].text.as_str()), ("half.jpg", HEADING)),
        }
    }
}

#[test]
fn images_in_an_archive_are_read_under_their_names() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let blank = encoded(&GrayImage::from_pixel(90, 90, Luma([255])), ImageFormat::Png);
    for (name, content) in [("note.png", NOTE), ("logo.png", &blank)] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    let (outline, blocks) = read("papers.zip", &zip.finish().unwrap().into_inner()).unwrap();
    assert!(blocks.iter().any(|block| block.text == LINES.join(" ")), "{blocks:?}");
    assert!(blocks.iter().any(|block| block.heading_path.first().is_some_and(|name| name == "note.png")));
    assert!(
        blocks.last().unwrap().text.contains("logo.png: The document has pages, but no text"),
        "{blocks:?}"
    );
    assert_eq!(outline.ocr_pages.iter().map(|page| page.page).collect::<Vec<_>>(), [None]);
}

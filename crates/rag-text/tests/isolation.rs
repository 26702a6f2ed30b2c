//! Documents and faults that crash a parser: the parent gets a refusal in time and survives.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like tests")]

mod pdf;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rag_text::{
    Block, CutPages, Format, ReadLimits, ReadSettings, Refusal, detect,
    isolate::{Extracted, Layers, extract_isolated, open},
};
use tempfile::TempDir;

use self::pdf::pdf_of;

/// The path of `examples/extract_child.rs`, which Cargo builds with the tests.
fn child_program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().join("examples/extract_child")
}

/// A directory with one document.
struct Desk {
    dir: TempDir,
    limits: ReadLimits,
}

impl Desk {
    fn new() -> Self {
        let limits = ReadLimits {
            wall_ms: 20_000,
            memory_bytes: 512 << 20,
            output_bytes: 16 << 20,
            input_bytes: 64 << 20,
        };
        Self { dir: tempfile::tempdir().unwrap(), limits }
    }

    fn read(&self, format: Format, name: &str, content: impl AsRef<[u8]>) -> Result<Extracted, Refusal> {
        let file = self.dir.path().join(name);
        fs::write(&file, content).unwrap();
        open(&self.settings(child_program()), format, &file, &|_| true)
    }

    fn settings(&self, program: PathBuf) -> ReadSettings {
        ReadSettings { program, scratch: self.dir.path().to_owned(), limits: self.limits, ocr: None }
    }

    fn fault(&self, name: &str) -> Refusal {
        self.read(Format::Markdown, &format!("fault-{name}.md"), "text").unwrap_err()
    }
}

fn blocks(extracted: Extracted) -> Vec<Block> {
    extracted.blocks.collect::<Result<_, _>>().unwrap()
}

#[test]
fn blocks_and_outline_come_through_the_child() {
    let desk = Desk::new();
    let read = desk.read(Format::Markdown, "a.md", "# Título\n\nuna \"línea\"\n\n- punto\n").unwrap();
    assert_eq!(read.outline.title.as_deref(), Some("Título"));
    let texts: Vec<_> = blocks(read).into_iter().map(|block| block.text).collect();
    assert_eq!(texts, ["Título", "una \"línea\"", "- punto"]);
    let left: Vec<_> =
        fs::read_dir(desk.dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["a.md"], "the scratch directory is left as it was");
}

#[test]
fn plain_text_is_read_without_a_child() {
    let desk = Desk::new();
    let file = desk.dir.path().join("a.txt");
    fs::write(&file, "one\n\ntwo").unwrap();
    let read = open(&desk.settings("/nonexistent".into()), Format::PlainText, &file, &|_| true).unwrap();
    assert_eq!(blocks(read).len(), 2);
}

#[test]
fn a_refusal_comes_through_the_child() {
    let desk = Desk::new();
    assert_eq!(desk.read(Format::Markdown, "blank.md", " \n").unwrap_err(), Refusal::Empty);
    assert_eq!(desk.read(Format::Markdown, "none.md", "").unwrap_err(), Refusal::Empty);
    assert_eq!(desk.read(Format::Pdf, "a.pdf", "%PDF-1.7 and nothing else").unwrap_err().slug(), "broken");
}

#[test]
fn an_overflown_stack_is_a_broken_document() {
    assert_eq!(Desk::new().fault("stack"), Refusal::Broken { detail: "it is nested too deeply".to_owned() });
}

#[test]
fn a_crash_is_a_broken_document() {
    assert_eq!(Desk::new().fault("abort").slug(), "broken");
}

#[test]
fn endless_complaints_do_not_hold_up_the_parent() {
    assert_eq!(Desk::new().fault("noise").slug(), "broken");
}

#[test]
fn memory_is_limited() {
    let desk = Desk::new();
    assert_eq!(desk.fault("memory"), Refusal::OutOfMemory { limit_bytes: desk.limits.memory_bytes });
}

#[test]
fn output_is_limited() {
    let desk = Desk::new();
    assert_eq!(desk.fault("disk"), Refusal::TooLong { limit_bytes: desk.limits.output_bytes });
}

#[test]
fn open_files_are_limited() {
    assert_eq!(Desk::new().fault("files").slug(), "broken");
}

#[test]
fn input_is_limited() {
    let mut desk = Desk::new();
    desk.limits.input_bytes = 3;
    for format in Format::all() {
        assert_eq!(desk.read(format, "a", "four").unwrap_err(), Refusal::TooLong { limit_bytes: 3 });
    }
}

#[test]
fn time_is_limited_whether_the_child_works_or_sleeps() {
    let mut desk = Desk::new();
    desk.limits.wall_ms = 300;
    for fault in ["loop", "sleep"] {
        let started = Instant::now();
        assert_eq!(desk.fault(fault), Refusal::TimedOut { limit_ms: 300 });
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

/// The title names the things that the child reaches before it is in the sandbox and then, and whether it still reads its document.
#[test]
#[cfg(target_os = "linux")]
fn a_child_reaches_nothing_but_its_document() {
    let desk = Desk::new();
    let read = desk.read(Format::Markdown, "fault-escape.md", "text").unwrap();
    let title = read.outline.title.unwrap();
    let [before, after, reads] = title.split("; ").collect::<Vec<_>>()[..] else { panic!("{title}") };
    assert_eq!(before, "file folder creation tcp udp socket program", "the attempts themselves work");
    assert_eq!(reads, "true");
    let closed_by = |layers: Layers| {
        let by_files = ["file", "folder", "creation", "tcp"].map(|name| (name, layers.files));
        let by_calls = ["creation", "tcp", "udp", "socket", "program"].map(|name| (name, layers.calls));
        [&by_files[..], &by_calls].concat()
    };
    let layers = read.layers.unwrap();
    for (name, is_closed) in closed_by(layers) {
        assert!(!(is_closed && after.split(' ').any(|reached| reached == name)), "{layers:?}: {after}");
    }
}

#[test]
fn a_child_that_nobody_waits_for_is_ended() {
    let desk = Desk::new();
    let file = desk.dir.path().join("fault-sleep.md");
    fs::write(&file, "text").unwrap();
    let started = Instant::now();
    let read = open(&desk.settings(child_program()), Format::Markdown, &file, &|_| {
        started.elapsed() < Duration::from_millis(50)
    });
    assert!(read.unwrap_err().is_internal());
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_missing_program_is_our_fault() {
    let desk = Desk::new();
    let file = desk.dir.path().join("a.md");
    fs::write(&file, "text").unwrap();
    let read = extract_isolated(&desk.settings("/nonexistent".into()), Format::Markdown, &file, &|_| true);
    assert!(read.unwrap_err().is_internal());
}

#[test]
fn a_child_that_says_nothing_is_not_believed() {
    let desk = Desk::new();
    assert_eq!(desk.fault("none").slug(), "broken");
}

#[test]
fn bombs_of_nesting_give_text_or_a_refusal() {
    let mut desk = Desk::new();
    desk.limits.wall_ms = 2000;
    let bombs = [
        (Format::Html, "<div>".repeat(20_000) + "x"),
        (Format::Html, "<table><tr><td>".repeat(2_000) + "x"),
        (Format::Html, "<b><i>".repeat(2_000) + "x"),
        (Format::Html, format!("<!--{}", "<!-- ".repeat(100_000))),
        (Format::Markdown, "> ".repeat(100_000) + "x"),
        (Format::Markdown, "- ".repeat(100_000) + "x"),
        (Format::Markdown, "[a](".repeat(50_000)),
        (Format::Markdown, "<div>".repeat(100_000)),
        (Format::Markdown, "*a ".repeat(100_000) + &"b* ".repeat(100_000)),
    ];
    for (format, bomb) in bombs {
        let start: String = bomb.chars().take(12).collect();
        match desk.read(format, "bomb", bomb) {
            Ok(read) => drop(blocks(read)),
            Err(refusal) => assert!(!refusal.is_internal(), "{start}: {refusal}"),
        }
    }
}

/// A PDF of one page that calls the first of `levels` forms, of which each calls the next one twice.
fn pdf_of_forms(levels: usize) -> Vec<u8> {
    let stream = |entries: &str, content: &str| {
        format!("<<{entries}/Length {}>>\nstream\n{content}\nendstream", content.len())
    };
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources\
         <</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>"
            .to_owned(),
        stream("", "/X Do"),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    for level in 1..=levels {
        let called = if level < levels { format!("/XObject<</X {} 0 R>>", level + 6) } else { String::new() };
        let content = if level < levels { "/X Do /#58 Do" } else { "BT /F 12 Tf 10 10 Td (hello) Tj ET" };
        let resources = format!("/Resources<</Font<</F 5 0 R>>{called}>>");
        objects.push(stream(&format!("/Type/XObject/Subtype/Form/BBox[0 0 600 800]{resources}"), content));
    }
    let objects: Vec<Vec<u8>> = objects.into_iter().map(String::into_bytes).collect();
    pdf_of(&objects)
}

#[test]
fn forms_that_a_page_calls_are_read() {
    let read = Desk::new().read(Format::Pdf, "forms.pdf", pdf_of_forms(3)).unwrap();
    let text: String = blocks(read).into_iter().map(|block| block.text).collect();
    assert!(text.contains("hello"), "{text}");
}

#[test]
fn a_pdf_without_its_end_is_read_and_says_so() {
    let whole = pdf_of_forms(3);
    assert_eq!(Desk::new().read(Format::Pdf, "whole.pdf", whole.clone()).unwrap().outline.cut_pages, None);
    let cut = whole[..whole.len() - 10].to_vec();
    let read = Desk::new().read(Format::Pdf, "cut.pdf", cut).unwrap();
    assert_eq!(read.outline.cut_pages, Some(CutPages { found: 1, with_text: 1 }));
}

#[test]
fn hostile_documents_are_refused_with_the_reason_before_they_take_time() {
    let mut desk = Desk::new();
    // On a busy machine each takes more than 30 s without a limit on work.
    desk.limits.wall_ms = 600_000;
    let attributes = (0..300_000).map(|number| format!(" a{number}=1")).collect::<Vec<_>>().concat();
    let styles = (0..3_000).map(|number| format!("<font color={number}><p>")).collect::<Vec<_>>().concat();
    let documents = [
        (Format::Html, "<div>".repeat(100_000) + "x", "nested too deeply"),
        (Format::Html, "<div>".repeat(50_000) + "x" + &"</div>".repeat(50_000), "nested too deeply"),
        (Format::Html, styles + "x", "nested too deeply"),
        (Format::Html, format!("<p{attributes}>x"), "too many attributes"),
        (Format::Html, "&amp;".repeat(300_000), "too many entities"),
        (Format::Markdown, format!("<p{attributes}>x"), "too many attributes"),
    ];
    let mut documents: Vec<_> =
        documents.into_iter().map(|(format, text, reason)| (format, text.into_bytes(), reason)).collect();
    documents.push((Format::Pdf, pdf_of_forms(40), "call each other too often"));
    for (format, bytes, reason) in documents {
        let start = String::from_utf8_lossy(bytes.get(..12).unwrap()).into_owned();
        match desk.read(format, "hostile", bytes).map(blocks) {
            Err(Refusal::TooComplex { detail }) => assert!(detail.contains(reason), "{start}: {detail}"),
            other => panic!("{start}: {other:?}"),
        }
    }
}

#[test]
fn text_gets_processor_time_by_its_length() {
    let mut desk = Desk::new();
    desk.limits.wall_ms = 600_000;
    assert_eq!(desk.fault("loop"), Refusal::TimedOut { limit_ms: 7000 });
}

#[test]
fn a_name_with_blanks_and_quotes_reaches_the_child() {
    let desk = Desk::new();
    let name = "it's a \"name\" – ü.md";
    assert_eq!(blocks(desk.read(Format::Markdown, name, "text").unwrap()).len(), 1);
    assert_eq!(detect(b"text", Some(name)), Ok(Format::Markdown));
}

//! Reads documents as the server does, in a child with limits, and writes one line of JSON for each: for the scripts in `scripts/formats`.
//! `--ocr FOLDER` before the files reads scans with the models of that folder.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use rag_text::{
    Block, BlockKind, DESCRIPTORS, Format, OcrSettings, Outline, ReadLimits, ReadSettings, Refusal,
    detect_file, open,
};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let mut args = env::args_os().skip(1).peekable();
    if args.peek().is_some_and(|arg| arg == "--formats") {
        return report(&formats());
    }
    let ocr = args.next_if(|arg| arg == "--ocr").and_then(|_| args.next());
    let ocr = ocr.map(|dir| OcrSettings { dir: dir.into(), page_ms: 120_000, max_pages: 200 });
    for file in args {
        if report(&read(&PathBuf::from(file), ocr.clone())) != ExitCode::SUCCESS {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn report(line: &Value) -> ExitCode {
    match writeln!(io::stdout(), "{line}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The table of formats.
fn formats() -> Value {
    let row = |format: Format| {
        let descriptor = format.descriptor();
        json!({
            "name": descriptor.name,
            "title": descriptor.title,
            "media_types": descriptor.media_types,
            "extensions": descriptor.extensions,
            "reads": descriptor.reads,
            "leaves_out": descriptor.leaves_out,
        })
    };
    DESCRIPTORS.iter().map(|descriptor| row(descriptor.format)).collect()
}

/// The text of a file, or the reason why it has none.
fn read(file: &Path, ocr: Option<OcrSettings>) -> Value {
    let started = Instant::now();
    let result = text(file, ocr);
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok((format, outline, blocks)) => json!({
            "file": file,
            "format": format.name(),
            "title": outline.title,
            "ocr_pages": outline.ocr_pages,
            "blocks": blocks.iter().map(|block| json!([kind(block), block.text])).collect::<Vec<_>>(),
            "ms": ms,
        }),
        Err(refusal) => {
            json!({"file": file, "refused": refusal.slug(), "reason": refusal.to_string(), "ms": ms})
        }
    }
}

fn text(file: &Path, ocr: Option<OcrSettings>) -> Result<(Format, Outline, Vec<Block>), Refusal> {
    let internal = |error: io::Error| Refusal::Internal { detail: error.to_string() };
    let name = file.file_name().and_then(|name| name.to_str());
    let format = detect_file(&mut fs::File::open(file).map_err(internal)?, name)?;
    let program = env::current_exe().map_err(internal)?.with_file_name("extract_child");
    let settings = ReadSettings { program, scratch: env::temp_dir(), limits: ReadLimits::default(), ocr };
    let read = open(&settings, format, file, &|_| true)?;
    let blocks = read.blocks.collect::<Result<Vec<_>, _>>()?;
    Ok((format, read.outline, blocks))
}

fn kind(block: &Block) -> String {
    match block.kind {
        BlockKind::Heading { level } => format!("h{level}"),
        kind => format!("{kind:?}").to_lowercase(),
    }
}

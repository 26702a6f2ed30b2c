//! Parsing in a child process, which can crash, loop or run out of memory without harm to its parent.

use std::{
    fmt,
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{
    block::{Block, Outline},
    extract::plain::Paragraphs,
    format::Format,
    ocr::OcrSettings,
    refusal::Refusal,
};

mod child;
mod report;
#[cfg(target_os = "linux")]
mod sandbox;

pub use child::{ChildJob, child_args, child_main, confine, parse_child_args, spawn_with_big_stack};

use report::{Blocks as ReportBlocks, OcrPages, StderrTail, last_line};

/// The hidden sub-command under which the program runs as the child.
pub const CHILD_COMMAND: &str = "extract-child";

/// Threads reserve address space for each core: without these settings, large machines would hit the memory limit.
const CHILD_ENVIRONMENT: [(&str, &str); 2] = [("RAYON_NUM_THREADS", "1"), ("MALLOC_ARENA_MAX", "2")];

/// Processor time for text of any length, and for each MiB of it, in seconds. The slowest harmless page that was measured
/// took 1.3 s per MiB.
const MIN_TEXT_CPU_S: u64 = 4;
const TEXT_CPU_S_PER_MIB: u64 = 3;

/// Memory that OCR adds to the limit of a child, in bytes: for the networks, the image of a page, and the work on it.
pub const OCR_MEMORY_BYTES: u64 = 1 << 30;

/// How documents are read.
#[derive(Debug, Clone)]
pub struct ReadSettings {
    /// The program that is run with [`CHILD_COMMAND`]: `rag` itself.
    pub program: PathBuf,
    /// A folder for the output of a child; no file remains in it.
    pub scratch: PathBuf,
    /// The limits for one document.
    pub limits: ReadLimits,
    /// How pages without text are read; `None` if they are not.
    pub ocr: Option<OcrSettings>,
}

/// Limits for reading one document, apart from the pages that OCR reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Maximum time, in milliseconds.
    pub wall_ms: u64,
    /// Maximum address space of the child, in bytes.
    pub memory_bytes: u64,
    /// Maximum size of the child's output on disk, in bytes.
    pub output_bytes: u64,
    /// Maximum size of the file, in bytes.
    pub input_bytes: u64,
}

impl ReadLimits {
    /// Maximum processor time for a file of `bytes`, in seconds. Text is read in a small part of it; the length of
    /// compressed formats says little.
    fn cpu_s(&self, format: Format, bytes: u64) -> u64 {
        let wall_s = self.wall_ms.div_ceil(1000) + 1;
        if format.descriptor().is_compressed {
            wall_s
        } else {
            wall_s.min(MIN_TEXT_CPU_S + bytes.div_ceil(1 << 20).saturating_mul(TEXT_CPU_S_PER_MIB))
        }
    }
}

impl Default for ReadLimits {
    /// 30 seconds, 1 GiB of memory, 1 GiB of output, 512 MiB of input.
    fn default() -> Self {
        Self { wall_ms: 30_000, memory_bytes: 1 << 30, output_bytes: 1 << 30, input_bytes: 1 << 29 }
    }
}

/// The layers of the sandbox that a child was in; its limits on resources are always there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// Whether it could open no file but its document, and no TCP connection (Landlock; fewer rights on older kernels).
    pub files: bool,
    /// Whether the calls that reading does not need were missing, such as sockets, programs and processes (seccomp).
    pub calls: bool,
}

impl Layers {
    /// Both layers.
    pub const ALL: Self = Self { files: true, calls: true };
}

/// A readable document: its outline and an iterator over its blocks.
#[derive(Debug)]
pub struct Extracted {
    /// The sandbox in which the document was read; `None` for a document that is read in this process.
    pub layers: Option<Layers>,
    /// The properties of the whole document.
    pub outline: Outline,
    /// The blocks in reading order.
    pub blocks: Blocks,
}

/// The blocks of a document, read lazily: memory does not depend on its length.
pub struct Blocks(Source);

impl fmt::Debug for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocks").finish_non_exhaustive()
    }
}

enum Source {
    Report(ReportBlocks),
    Plain(Box<Paragraphs>),
}

impl Iterator for Blocks {
    type Item = Result<Block, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Report(blocks) => blocks.next(),
            Source::Plain(paragraphs) => paragraphs.next(),
        }
    }
}

/// One line from the child.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    Block(Block),
    /// OCR begins to read a page; the number of pages with this one.
    OcrPage(u32),
    Done(Outline, Layers),
    Refused(Refusal),
}

/// Reads a document: plain text in this process, other formats in a child process.
///
/// `watch` is called while the child works, with the number of pages that OCR has begun; if it returns `false`, the child is ended and
/// the refusal is an internal one.
pub fn open(
    settings: &ReadSettings,
    format: Format,
    file: &Path,
    watch: &dyn Fn(u32) -> bool,
) -> Result<Extracted, Refusal> {
    if !format.descriptor().is_streamed {
        return extract_isolated(settings, format, file, watch);
    }
    check_length(file, &settings.limits)?;
    let paragraphs = Paragraphs::open(file)?;
    Ok(Extracted {
        layers: None,
        outline: paragraphs.outline(),
        blocks: Blocks(Source::Plain(Box::new(paragraphs))),
    })
}

/// Reads a document of any format in a child process; otherwise like [`open`].
pub fn extract_isolated(
    settings: &ReadSettings,
    format: Format,
    file: &Path,
    watch: &dyn Fn(u32) -> bool,
) -> Result<Extracted, Refusal> {
    let length = check_length(file, &settings.limits)?;
    let file = std::path::absolute(file).map_err(|error| Refusal::internal("find the document", error))?;
    let job = ChildJob { format, limits: settings.limits, file, ocr: settings.ocr.clone() };
    let mut output = tempfile::tempfile_in(&settings.scratch)
        .map_err(|error| Refusal::internal("make a scratch file", error))?;
    run(&settings.program, &job, &output, length, watch)?;
    match last_line(&mut output)? {
        Message::Done(outline, layers) => {
            let blocks = ReportBlocks::new(output)?;
            Ok(Extracted { layers: Some(layers), outline, blocks: Blocks(Source::Report(blocks)) })
        }
        Message::Refused(refusal) => Err(refusal),
        Message::Block(_) | Message::OcrPage(_) => Err(Refusal::broken("the parser stopped in the middle")),
    }
}

/// The length of the file, in bytes, within the limits.
fn check_length(file: &Path, limits: &ReadLimits) -> Result<u64, Refusal> {
    let length = file.metadata().map_err(|error| Refusal::internal("open the document", error))?.len();
    match length {
        0 => Err(Refusal::Empty),
        _ if length > limits.input_bytes => Err(Refusal::TooLong { limit_bytes: limits.input_bytes }),
        _ => Ok(length),
    }
}

/// Runs the child on a file of `length` bytes until it ends or is killed.
fn run(
    program: &Path,
    job: &ChildJob,
    output: &File,
    length: u64,
    watch: &dyn Fn(u32) -> bool,
) -> Result<(), Refusal> {
    let stdout = output.try_clone().map_err(|error| Refusal::internal("share the scratch file", error))?;
    let mut child = Command::new(program)
        .args(child_args(job))
        .env_clear()
        .envs(CHILD_ENVIRONMENT)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Refusal::internal("start the parser", error))?;
    let complaints = child.stderr.take().map(StderrTail::follow);
    let mut pages = OcrPages::new(output);
    let ended = wait(&mut child, job, &mut pages, watch);
    let complaints = complaints.map(StderrTail::finish).unwrap_or_default();
    match ended.map_err(|error| Refusal::internal("wait for the parser", error))? {
        End::TimedOut { limit_ms } => Err(Refusal::TimedOut { limit_ms }),
        End::Stopped => Err(Refusal::internal("read the document", "the work was stopped")),
        End::Exited(status) if status.success() => Ok(()),
        End::Exited(status) => {
            let cpu_ms = job.limits.cpu_s(job.format, length) * 1000 + job.ocr_ms(pages.count());
            Err(refusal_of(status, &complaints, job, cpu_ms))
        }
    }
}

/// The end of a child.
enum End {
    Exited(ExitStatus),
    /// It was killed at its limit.
    TimedOut {
        limit_ms: u64,
    },
    /// It was killed because nobody waits for it any more.
    Stopped,
}

/// Waits for `child`, and kills it at its time limit, to which each page that OCR reads adds its own, or if `watch` says so.
fn wait(
    child: &mut Child,
    job: &ChildJob,
    pages: &mut OcrPages<'_>,
    watch: &dyn Fn(u32) -> bool,
) -> std::io::Result<End> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(End::Exited(status));
        }
        let begun = pages.look();
        let limit_ms = job.limits.wall_ms + job.ocr_ms(begun);
        let end = if started.elapsed() >= Duration::from_millis(limit_ms) {
            End::TimedOut { limit_ms }
        } else if watch(begun) {
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
            continue;
        } else {
            End::Stopped
        };
        child.kill()?;
        child.wait()?;
        return Ok(end);
    }
}

/// Converts the exit status of a failed child to a refusal of the document.
fn refusal_of(status: ExitStatus, complaints: &str, job: &ChildJob, cpu_ms: u64) -> Refusal {
    use rustix::process::Signal;
    use std::os::unix::process::ExitStatusExt;
    let Some(signal) = status.signal() else {
        let detail = complaints.lines().next().unwrap_or_default();
        return Refusal::internal(&format!("run the parser ({status})"), detail);
    };
    let is = |other: Signal| signal == other.as_raw();
    // The kernel kills whole processes if the machine is out of memory, not if the child reaches its limit.
    if is(Signal::KILL) || complaints.contains("memory allocation of") {
        return Refusal::OutOfMemory { limit_bytes: job.memory_bytes() };
    }
    if is(Signal::XCPU) {
        return Refusal::TimedOut { limit_ms: cpu_ms };
    }
    if is(Signal::XFSZ) {
        return Refusal::TooLong { limit_bytes: job.limits.output_bytes };
    }
    if complaints.contains("overflowed its stack") {
        return Refusal::broken("it is nested too deeply");
    }
    Refusal::broken(format!("the parser crashed, signal {signal}"))
}

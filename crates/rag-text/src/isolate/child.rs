//! The child process of isolation: its arguments, limits and work; never used in the parent process.

use std::{
    ffi::OsString,
    io::{self, BufWriter, Write},
    os::fd::{AsFd, OwnedFd},
    path::{Path, PathBuf},
    process::ExitCode,
    thread,
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{CHILD_COMMAND, Layers, Message, OCR_MEMORY_BYTES, ReadLimits};
use crate::{
    block::Outline,
    extract::{Piece, extract},
    format::Format,
    ocr::OcrSettings,
    refusal::Refusal,
};

/// Stack size of the parsing thread; parsers recurse with the nesting of the document.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// The job of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildJob {
    /// The format of the file.
    pub format: Format,
    /// The limits of the child.
    pub limits: ReadLimits,
    /// The file, as an absolute path.
    pub file: PathBuf,
    /// How pages without text are read; `None` if they are not.
    pub ocr: Option<OcrSettings>,
}

impl ChildJob {
    /// The time that OCR adds to the limits when it begins its page number `pages`, in milliseconds.
    pub(super) fn ocr_ms(&self, pages: u32) -> u64 {
        self.ocr.as_ref().map_or(0, |ocr| ocr.page_ms.saturating_mul(pages.min(ocr.max_pages).into()))
    }

    /// Maximum address space, in bytes.
    pub(super) fn memory_bytes(&self) -> u64 {
        let ocr = self.ocr.as_ref().map_or(0, |_| OCR_MEMORY_BYTES);
        self.limits.memory_bytes.saturating_add(ocr)
    }
}

/// The arguments that start a child for `job`, [`CHILD_COMMAND`] first.
pub fn child_args(job: &ChildJob) -> Vec<OsString> {
    let ReadLimits { wall_ms, memory_bytes, output_bytes, input_bytes } = job.limits;
    let words = [CHILD_COMMAND.to_owned(), job.format.name().to_owned()];
    let numbers = [wall_ms, memory_bytes, output_bytes, input_bytes].map(|number| number.to_string());
    let ocr = job.ocr.iter().flat_map(|OcrSettings { dir, page_ms, max_pages }| {
        [page_ms.to_string().into(), max_pages.to_string().into(), dir.clone().into_os_string()]
    });
    let file = [job.file.clone().into_os_string()];
    words.into_iter().chain(numbers).map(OsString::from).chain(file).chain(ocr).collect()
}

/// Parses the job from the arguments after [`CHILD_COMMAND`]; `None` if [`child_args`] did not make them.
pub fn parse_child_args(args: impl IntoIterator<Item = OsString>) -> Option<ChildJob> {
    let mut args = args.into_iter();
    let mut word = || args.next();
    let format = Format::from_name(word()?.to_str()?)?;
    let mut number = || word()?.to_str()?.parse().ok();
    let limits = ReadLimits {
        wall_ms: number()?,
        memory_bytes: number()?,
        output_bytes: number()?,
        input_bytes: number()?,
    };
    let file = PathBuf::from(word()?);
    let ocr = match word() {
        None => None,
        Some(page_ms) => Some(OcrSettings {
            page_ms: page_ms.to_str()?.parse().ok()?,
            max_pages: word()?.to_str()?.parse().ok()?,
            dir: PathBuf::from(word()?),
        }),
    };
    Some(ChildJob { format, limits, file, ocr })
}

/// Runs a child: sets its limits, reads the document and writes its blocks to standard output.
pub fn child_main(job: ChildJob) -> ExitCode {
    match confine(&job).and_then(|layers| report(job, layers)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Permanently limits this process's memory, processor time, file sizes, open files and privileges, ends it with its parent, and enters the
/// sandbox. To be called before there is another thread. Returns the layers of the sandbox that the kernel has.
pub fn confine(job: &ChildJob) -> io::Result<Layers> {
    let limits = &job.limits;
    let cpu_s = limits.cpu_s(job.format, job.file.metadata()?.len());
    // A second between both: the kernel tells a process of the lower limit by a signal of its own. OCR raises the lower limit.
    let ocr_s = job.ocr.as_ref().map_or(0, |ocr| job.ocr_ms(ocr.max_pages).div_ceil(1000));
    setrlimit(Resource::Cpu, Rlimit { current: Some(cpu_s), maximum: Some(cpu_s + ocr_s + 1) })?;
    let bounds = [
        (Resource::As, job.memory_bytes()),
        (Resource::Fsize, limits.output_bytes),
        (Resource::Core, 0),
        (Resource::Nofile, 64),
    ];
    for (resource, bound) in bounds {
        setrlimit(resource, Rlimit { current: Some(bound), maximum: Some(bound) })?;
    }
    #[cfg(target_os = "linux")]
    {
        rustix::thread::set_no_new_privs(true)?;
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
        let models = job.ocr.as_ref().map(|ocr| ocr.dir.as_path());
        let readable: Vec<&Path> = [job.file.as_path()].into_iter().chain(models).collect();
        super::sandbox::enter(&readable)
    }
    #[cfg(not(target_os = "linux"))]
    Ok(Layers::default())
}

/// Runs `work` on a thread with a stack for deep recursion; `None` if it panicked.
pub fn spawn_with_big_stack<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<Option<T>> {
    let thread = thread::Builder::new().name("parser".to_owned()).stack_size(STACK_BYTES).spawn(work)?;
    Ok(thread.join().ok())
}

fn report(job: ChildJob, layers: Layers) -> io::Result<()> {
    let out = take_stdout()?;
    // Parsers often panic on bad input; the refusal says enough.
    std::panic::set_hook(Box::new(|_| {}));
    let writer = out.try_clone()?;
    let last = match spawn_with_big_stack(move || write_blocks(&job, writer))? {
        Some(Ok(outline)) => Message::Done(outline, layers),
        Some(Err(refusal)) => Message::Refused(refusal),
        None => Message::Refused(Refusal::broken("the parser stopped unexpectedly")),
    };
    write_line(&mut std::fs::File::from(out), &last)
}

/// Standard output, for this module alone: output that a parser prints goes to standard error.
fn take_stdout() -> io::Result<OwnedFd> {
    let out = io::stdout().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok(out)
}

fn write_blocks(job: &ChildJob, out: OwnedFd) -> Result<Outline, Refusal> {
    let broken_pipe = |error| Refusal::internal("write the blocks", error);
    let mut out = BufWriter::new(std::fs::File::from(out));
    let outline = extract(job.format, &job.file, job.ocr.as_ref(), &mut |piece| match piece {
        Piece::Block(block) => write_line(&mut out, &Message::Block(block)).map_err(broken_pipe),
        Piece::OcrPage(number) => {
            let written = write_line(&mut out, &Message::OcrPage(number)).and_then(|()| out.flush());
            written.map_err(broken_pipe)?;
            extend_time(job.ocr_ms(1)).map_err(|error| Refusal::internal("extend the time limit", error))
        }
    })?;
    out.flush().map_err(broken_pipe)?;
    Ok(outline)
}

/// Raises this process's limit on processor time, as far as its upper limit allows.
fn extend_time(by_ms: u64) -> io::Result<()> {
    let Rlimit { current, maximum } = getrlimit(Resource::Cpu);
    let wanted = current.map(|now| now.saturating_add(by_ms.div_ceil(1000)));
    let current =
        wanted.map(|wanted| maximum.map_or(wanted, |maximum| wanted.min(maximum.saturating_sub(1))));
    Ok(setrlimit(Resource::Cpu, Rlimit { current, maximum })?)
}

fn write_line(out: &mut impl Write, message: &Message) -> io::Result<()> {
    serde_json::to_writer(&mut *out, message)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree_on_the_arguments() {
        let job = ChildJob {
            format: Format::Pdf,
            limits: ReadLimits::default(),
            file: PathBuf::from("/tmp/a b.pdf"),
            ocr: None,
        };
        let ocr = OcrSettings { dir: PathBuf::from("/m o"), page_ms: 7, max_pages: 3 };
        for job in [job.clone(), ChildJob { ocr: Some(ocr), ..job }] {
            let mut args = child_args(&job);
            assert_eq!(args.remove(0), CHILD_COMMAND);
            assert_eq!(parse_child_args(args.clone()), Some(job));
            args.pop();
            assert_eq!(parse_child_args(args), None);
        }
    }
}

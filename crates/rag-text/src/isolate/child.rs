//! The child process of isolation: its arguments, limits and work; never used in the parent process.

use std::{
    ffi::OsString,
    io::{self, BufWriter, Write},
    os::fd::{AsFd, OwnedFd},
    path::PathBuf,
    process::ExitCode,
    thread,
};

use rustix::process::{Resource, Rlimit, setrlimit};

use super::{CHILD_COMMAND, Layers, Message, ReadLimits};
use crate::{block::Outline, extract::extract, format::Format, refusal::Refusal};

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
}

/// The arguments that start a child for `job`, [`CHILD_COMMAND`] first.
pub fn child_args(job: &ChildJob) -> Vec<OsString> {
    let ReadLimits { wall_ms, memory_bytes, output_bytes, input_bytes } = job.limits;
    let words = [CHILD_COMMAND.to_owned(), job.format.name().to_owned()];
    let numbers = [wall_ms, memory_bytes, output_bytes, input_bytes].map(|number| number.to_string());
    words.into_iter().chain(numbers).map(OsString::from).chain([job.file.clone().into_os_string()]).collect()
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
    Some(ChildJob { format, limits, file: PathBuf::from(word()?) })
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
    // A second between both: the kernel tells a process of the lower limit by a signal of its own.
    setrlimit(Resource::Cpu, Rlimit { current: Some(cpu_s), maximum: Some(cpu_s + 1) })?;
    let bounds = [
        (Resource::As, limits.memory_bytes),
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
        super::sandbox::enter(&[&job.file])
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
    let outline = extract(job.format, &job.file, &mut |block| {
        write_line(&mut out, &Message::Block(block)).map_err(broken_pipe)
    })?;
    out.flush().map_err(broken_pipe)?;
    Ok(outline)
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
        };
        let mut args = child_args(&job);
        assert_eq!(args.remove(0), CHILD_COMMAND);
        assert_eq!(parse_child_args(args.clone()), Some(job));
        args.pop();
        assert_eq!(parse_child_args(args), None);
    }
}

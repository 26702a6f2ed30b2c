//! The small program between `rag` and PostgreSQL: it makes the server end with its parent, then becomes the server.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::user::ServerUser;

/// The hidden sub-command under which a program calls [`shim_main`].
pub const SHIM_COMMAND: &str = "postgres-shim";

/// Runs the arguments after [`SHIM_COMMAND`]; returns only if that fails.
///
/// A server must not outlive the program that started it, not even by kill -9. The system can guarantee that, but a
/// process must request it for itself, between fork and exec, where safe Rust cannot run code. So `rag`
/// starts itself, changes the user (first, because that cancels the request), requests SIGINT at the parent's
/// death, and executes `postgres`. Call it before any thread is started.
pub fn shim_main(args: impl IntoIterator<Item = OsString>) -> io::Error {
    become_server(args).map_or_else(|error| error, |never| match never {})
}

/// The command with which `shim` starts `program` as `user`.
pub(crate) fn command(shim: &Path, program: &Path, user: ServerUser) -> Command {
    let mut command = Command::new(shim);
    command.args([
        SHIM_COMMAND.to_owned(),
        std::process::id().to_string(),
        user.uid.to_string(),
        user.gid.to_string(),
    ]);
    command.arg(program).current_dir("/").env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C");
    command
}

fn become_server(args: impl IntoIterator<Item = OsString>) -> io::Result<std::convert::Infallible> {
    let mut args = args.into_iter();
    let (parent, uid, gid) = (number(&mut args)?, number(&mut args)?, number(&mut args)?);
    let program = args.next().ok_or_else(misuse)?;
    let mut command = Command::new(program);
    command.args(args);
    tie_to_parent(parent, ServerUser { uid, gid }, &mut command)?;
    Err(command.exec())
}

#[cfg(target_os = "linux")]
fn tie_to_parent(parent: u32, user: ServerUser, _: &mut Command) -> io::Result<()> {
    use rustix::process::{Gid, Signal, Uid};
    if user.is_other() {
        let (uid, gid) = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
        rustix::thread::set_thread_groups(&[])?;
        rustix::thread::set_thread_res_gid(gid, gid, gid)?;
        rustix::thread::set_thread_res_uid(uid, uid, uid)?;
    }
    rustix::process::set_parent_process_death_signal(Some(Signal::INT))?;
    // The parent may have died before the line above.
    let alive = rustix::process::getppid().is_some_and(|pid| u32::try_from(pid.as_raw_pid()) == Ok(parent));
    if alive { Ok(()) } else { Err(io::Error::other("the parent process has ended")) }
}

#[cfg(not(target_os = "linux"))]
fn tie_to_parent(_: u32, user: ServerUser, command: &mut Command) -> io::Result<()> {
    if user.is_other() {
        command.uid(user.uid).gid(user.gid);
    }
    Ok(())
}

fn number(args: &mut impl Iterator<Item = OsString>) -> io::Result<u32> {
    args.next().as_deref().and_then(OsStr::to_str).and_then(|text| text.parse().ok()).ok_or_else(misuse)
}

fn misuse() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "rag starts this command itself; do not call it")
}

//! The sandbox of a child on Linux: it can open its document and nothing else, and has no network, no other processes and no new programs.
//! A layer that the kernel does not have is left out.

use std::{collections::BTreeMap, env::consts::ARCH, io, path::Path};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, PathBeneath, PathFd, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus, Scope,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use super::Layers;

/// The newest version of Landlock whose rights are denied; an older kernel denies those that it knows.
const NEWEST: ABI = ABI::V6;

/// The calls that reading a document needs. All others fail as if the kernel did not have them, which libraries are prepared for.
const ALLOWED: [i64; 49] = [
    // Files that are open.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_ppoll,
    // Names of files: Landlock decides about their contents.
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_faccessat,
    libc::SYS_readlinkat,
    libc::SYS_getcwd,
    // Memory.
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    // Threads and signals of this process.
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_set_tid_address,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_restart_syscall,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // Facts, times and random bytes.
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getrusage,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
];
/// Older calls of the same kinds, which other processors do not have.
#[cfg(target_arch = "x86_64")]
const ALLOWED_OLDER: [i64; 7] = [
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_dup2,
    libc::SYS_poll,
    libc::SYS_getrlimit,
];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_OLDER: [i64; 0] = [];

/// Confines this process, whose only thread is the calling one, to reading these files and those below these folders. Returns the layers that
/// the kernel has.
pub(super) fn enter(readable: &[&Path]) -> io::Result<Layers> {
    let files = enter_landlock(readable).map_err(io::Error::other)?;
    let calls = enter_seccomp()?;
    Ok(Layers { files, calls })
}

/// Denies all other files, TCP, and signals and abstract sockets to other processes.
fn enter_landlock(readable: &[&Path]) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    for path in readable {
        ruleset = ruleset.add_rule(PathBeneath::new(PathFd::new(path)?, AccessFs::ReadFile))?;
    }
    let status = ruleset.restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// Denies the calls that reading does not need. `false` if the kernel has no filters, or this processor none that we can write.
fn enter_seccomp() -> io::Result<bool> {
    let Ok(arch) = TargetArch::try_from(ARCH) else { return Ok(false) };
    let filter = filter(arch).map_err(io::Error::other)?;
    match seccompiler::apply_filter(&filter) {
        Ok(()) => Ok(true),
        Err(seccompiler::Error::Seccomp(error) | seccompiler::Error::Prctl(error))
            if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ENOSYS)) =>
        {
            Ok(false)
        }
        Err(error) => Err(io::Error::other(error)),
    }
}

fn filter(arch: TargetArch) -> Result<BpfProgram, seccompiler::BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        ALLOWED.iter().chain(&ALLOWED_OLDER).map(|call| (*call, Vec::new())).collect();
    // Opening for reading; new threads, no new processes; no memory that can be executed; its own name and limits; a signal to itself.
    let is_executable = |argument| none_of(argument, libc::PROT_EXEC);
    for (call, condition) in [
        (libc::SYS_openat, none_of(2, libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC)?),
        (libc::SYS_clone, all_of(0, libc::CLONE_THREAD)?),
        (libc::SYS_mmap, is_executable(2)?),
        (libc::SYS_mprotect, is_executable(2)?),
        (libc::SYS_prctl, equal(0, libc::PR_SET_NAME)?),
        (libc::SYS_prlimit64, equal(0, 0)?),
        (libc::SYS_tgkill, equal(0, own_id())?),
    ] {
        rules.insert(call, vec![SeccompRule::new(vec![condition])?]);
    }
    #[cfg(target_arch = "x86_64")]
    {
        let for_reading = none_of(1, libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC)?;
        rules.insert(libc::SYS_open, vec![SeccompRule::new(vec![for_reading])?]);
    }
    let missing = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    SeccompFilter::new(rules, missing, SeccompAction::Allow, arch)?.try_into()
}

fn own_id() -> i32 {
    rustix::process::getpid().as_raw_nonzero().get()
}

type Condition = Result<SeccompCondition, seccompiler::BackendError>;

fn equal(argument: u8, value: i32) -> Condition {
    SeccompCondition::new(argument, Dword, SeccompCmpOp::Eq, bits(value))
}

fn all_of(argument: u8, flags: i32) -> Condition {
    SeccompCondition::new(argument, Dword, SeccompCmpOp::MaskedEq(bits(flags)), bits(flags))
}

fn none_of(argument: u8, flags: i32) -> Condition {
    SeccompCondition::new(argument, Dword, SeccompCmpOp::MaskedEq(bits(flags)), 0)
}

fn bits(value: i32) -> u64 {
    u64::from(value.cast_unsigned())
}

//! The resources of the machine: memory, processors, shared memory; only read from the system.

use std::fs;
use std::path::Path;

/// The value if the system does not report one.
const UNKNOWN_MEMORY_BYTES: u64 = 4 << 30;

/// The memory that this process may use, in bytes: the machine's, or its container's limit if that is lower.
pub(crate) fn memory_bytes() -> u64 {
    let machine = fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| total_of(&text))
        .unwrap_or(UNKNOWN_MEMORY_BYTES);
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let limit = limits.iter().find_map(|path| fs::read_to_string(path).ok()?.trim().parse().ok());
    machine.min(limit.unwrap_or(u64::MAX))
}

/// The bytes in the `MemTotal` line of /proc/meminfo.
fn total_of(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}

/// The number of processors that this process may use.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The free bytes of the file system of `path`; `None` if the system does not report them.
pub(crate) fn free_bytes(path: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(path).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_read_from_meminfo() {
        assert_eq!(total_of("MemTotal:       24683680 kB\nMemFree: 1 kB\n"), Some(24_683_680 << 10));
        assert_eq!(total_of("MemFree: 1 kB\n"), None);
    }
}

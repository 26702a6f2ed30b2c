//! The connections of the database, divided between reads, requests that write, and work in the background.

use super::sections::Sections;

/// Workers have a connection each; the keepers of leases and turns, and the writer of events, share these.
const FURTHER_WORK: u32 = 2;

/// Numbers of connections to the primary server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PoolSizes {
    pub(crate) read: u32,
    pub(crate) write: u32,
    pub(crate) work: u32,
}

/// Divides `database.max_connections` as the settings say. No size is 0 unless the settings leave nothing for it.
pub(crate) fn pool_sizes(sections: &Sections) -> PoolSizes {
    let database = &sections.database;
    let all = database.max_connections;
    let workers = u32::try_from(sections.ingest.workers).unwrap_or(u32::MAX);
    let given = |size: u32, usual: u32| if size == 0 { usual.max(1) } else { size };
    let work = given(database.work_connections, workers.saturating_add(FURTHER_WORK).min(all / 3));
    let read = given(database.read_connections, all.saturating_sub(work) / 2);
    PoolSizes { read, write: all.saturating_sub(work).saturating_sub(read), work }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::{args::Cli, config::Config};

    fn sizes(settings: &[&str]) -> PoolSizes {
        let flags = settings.iter().flat_map(|setting| ["--set", setting]);
        let arguments = ["rag", "config", "check", "--config", "/dev/null"].into_iter().chain(flags);
        pool_sizes(&Config::load(&Cli::parse_from(arguments).global, &[]).unwrap().sections)
    }

    #[test]
    fn reads_writes_and_work_share_all_connections() {
        for (settings, (read, write, work)) in [
            (&[][..], (6, 6, 4)),
            (&["database.max_connections=3"], (1, 1, 1)),
            (&["database.max_connections=100", "ingest.workers=8"], (45, 45, 10)),
            (&["ingest.workers=64"], (5, 6, 5)),
            (&["database.read_connections=10", "database.work_connections=2"], (10, 4, 2)),
        ] {
            assert_eq!(sizes(settings), PoolSizes { read, write, work }, "{settings:?}");
        }
    }

    #[test]
    fn the_defaults_are_those_of_the_pools() {
        let pools = rag_repo::PoolSettings::default();
        let PoolSizes { read, write, work } = sizes(&[]);
        assert_eq!(
            (read, write, work),
            (pools.read_connections, pools.write_connections, pools.work_connections)
        );
    }
}

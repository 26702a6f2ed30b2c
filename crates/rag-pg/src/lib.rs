//! Embedded PostgreSQL: find, initialise, start, watch, stop; and dump databases; never queries, schemas or configuration files of `rag`.
//!
//! One data directory belongs to one running server. The directory holds everything except the programs:
//!
//! | entry | content |
//! |---|---|
//! | `pgdata/` | the cluster; created by a rename, so it is complete or absent |
//! | `pgdata/rag.conf` | rewritten at every start, sized to the machine; your own settings go to `pgdata/custom.conf` |
//! | `password` | the superuser's password, random, mode 0600 |
//! | `lock` | locked by the process that runs the server; names it and the server |
//! | `run/` | the Unix socket, unless the path is too long for one |
//! | `postgres.log` | the server's log, the three before it as `.1` to `.3` |
//!
//! PostgreSQL refuses to run as root: started by root, it runs as user 65534, or as the owner of the directory.
//! No shell, no `pg_ctl`, no daemon: the server is a child that dies when its parent does (see [`shim_main`]).

mod address;
mod conf;
mod data_dir;
mod dump;
mod error;
mod init;
mod install;
mod log;
mod machine;
mod postmaster;
mod process;
mod replica;
mod server;
mod settings;
mod shim;
mod status;
mod supervisor;
mod temporary;
mod user;
mod version;

pub use address::{Address, maintenance_url};
pub use data_dir::{FOLDERS_FILE, SCRATCH_DIR};
pub use dump::{dump, load};
pub use error::PgError;
pub use install::Install;
pub use server::{Server, start};
pub use settings::{NAME, Settings};
pub use shim::{SHIM_COMMAND, shim_main};
pub use status::{Running, Status, status};
pub use supervisor::Supervisor;
pub use temporary::Temporary;
pub use user::default_data_dir;
pub use version::Version;

//! The check that no file with secrets can be read by other users of this machine.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{machine, report::Check};
use crate::config::{
    Config,
    layers::{Origin, is_secret},
};

/// The permission of other users to read, in a file's mode.
const OTHERS_READ: u32 = 0o004;

/// Checks the configuration file, the file `.env` and the file of the server's key, as far as secrets come from them.
pub(super) fn check(config: &Config) -> Check {
    let open: Vec<String> =
        files(config).iter().filter(|path| is_open(path)).map(|path| path.display().to_string()).collect();
    let Some(first) = open.first() else {
        return Check::ok("secret files", "no other user can read the files with secrets")
            .under(machine::HEADING);
    };
    Check::warn(
        "secret files",
        format!("{} with secrets can be read by every user of this machine", open.join(", ")),
        format!(
            "chmod o-r {first}, after `chgrp` to the group of the user that runs rag if that is another one"
        ),
    )
}

fn files(config: &Config) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for (key, value, origin) in config.layers.entries() {
        let is_given = value.as_str().map_or_else(|| value.to_string() != "[]", |text| !text.is_empty());
        // The servers of `chat.fallbacks` have keys of their own.
        if !is_given || !(is_secret(key) || key == "chat.fallbacks") {
            continue;
        }
        match origin {
            Origin::File(path) => files.insert(path.clone()),
            Origin::Environment(_) => files.insert(PathBuf::from(".env")),
            Origin::Default | Origin::Flag(_) => false,
        };
    }
    let key_file = &config.sections.server.key_file;
    if !key_file.as_os_str().is_empty() {
        files.insert(key_file.clone());
    }
    files
}

fn is_open(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & OTHERS_READ != 0)
}

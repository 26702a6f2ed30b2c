//! The address of a server in the forms that clients need; it holds the password.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::settings::NAME;

/// The address of a database on a server that listens on a Unix socket.
#[derive(Clone)]
pub struct Address {
    pub(crate) password: String,
    pub(crate) socket_dir: PathBuf,
    pub(crate) port: u16,
}

/// The URL of the server's database `postgres`, which holds nothing of ours and is in no backup, for the [`Address::url`] of a server.
pub fn maintenance_url(url: &str) -> String {
    url.replacen(&format!("@/{NAME}?"), "@/postgres?", 1)
}

impl Address {
    /// The libpq URL. Bytes of the socket's folder that are not allowed in a URL are escaped as %XX.
    pub fn url(&self) -> String {
        let host = self.socket_dir.as_os_str().as_encoded_bytes().iter().map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                char::from(*byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        });
        let (password, port, host) = (&self.password, self.port, host.collect::<String>());
        format!("postgresql://{NAME}:{password}@/{NAME}?host={host}&port={port}")
    }

    /// The environment variables with which libpq's programs find the database. Other users can read the arguments of a
    /// process, but not its environment.
    pub fn environment(&self) -> [(&'static str, OsString); 5] {
        [
            ("PGHOST", self.socket_dir.clone().into()),
            ("PGPORT", self.port.to_string().into()),
            ("PGUSER", NAME.into()),
            ("PGDATABASE", NAME.into()),
            ("PGPASSWORD", self.password.clone().into()),
        ]
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("socket_dir", &self.socket_dir).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_holds_a_folder_with_spaces_and_signs() {
        let address = Address { password: "p".into(), socket_dir: "/a b/c&d".into(), port: 5432 };
        assert_eq!(address.url(), "postgresql://rag:p@/rag?host=/a%20b/c%26d&port=5432");
        assert_eq!(
            maintenance_url(&address.url()),
            "postgresql://rag:p@/postgres?host=/a%20b/c%26d&port=5432"
        );
        assert!(!format!("{address:?}").contains("\"p\""));
    }
}

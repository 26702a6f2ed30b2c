//! Writes a database into a file with `pg_dump`, and loads the file into another database in one transaction.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use percent_encoding::percent_decode_str;
use tempfile::NamedTempFile;

use crate::error::{AtPath, PgError, Result};
use crate::install::Install;
use crate::log::last_lines;

/// Bytes that are passed on at a time.
const PIECE: usize = 1 << 16;

/// Writes the database at `url`, as the exported `snapshot` shows it, into `file`.
pub fn dump(install: &Install, url: &str, snapshot: &str, file: &Path) -> Result<()> {
    let mut to = File::create(file).at_path("create", file)?;
    let mut command = client(install, "pg_dump", url);
    command.args(["--format=custom", "--no-password", "--snapshot", snapshot]).stdin(Stdio::null());
    // Through a pipe, so that pg_dump ends with this process, even if that is killed.
    let mut dump = Running::start("pg_dump", command.stdout(Stdio::piped()), file)?;
    let written = dump.child.stdout.take().map_or(Ok(0), |mut output| io::copy(&mut output, &mut to));
    dump.end()?;
    written.map(drop).at_path("write", file)
}

/// Loads a `file` of [`dump`] into the database at `url` and runs the statements `last` after it, all in one transaction: a killed or failed
/// load leaves the database as it was. Objects belong to the user of the URL. `loaded` counts the bytes that were passed on.
pub fn load(install: &Install, url: &str, file: &Path, last: &str, loaded: &AtomicU64) -> Result<()> {
    let contents = write_contents(install, file)?;
    let mut restore = Command::new(install.program("pg_restore"));
    restore
        .args(["--no-owner", "--file=-", "--use-list"])
        .arg(contents.path())
        .arg(file)
        .stdin(Stdio::null());
    let mut restore = Running::start("pg_restore", restore.stdout(Stdio::piped()), file)?;
    let mut psql = client(install, "psql", url);
    psql.args(["--no-psqlrc", "--no-password", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]);
    let mut psql = Running::start("psql", psql.stdin(Stdio::piped()).stdout(Stdio::null()), file)?;

    let passed = pass_on(&mut restore, &mut psql, last, loaded);
    // Without a COMMIT, psql ends the transaction without a trace.
    psql.end()?;
    restore.end()?;
    passed.at_path("load", file)
}

/// Writes the list of the objects in `file` that are loaded: all but the comments of extensions. Only the owner of an extension can set its
/// comment, and the extension may be an administrator's.
fn write_contents(install: &Install, file: &Path) -> Result<NamedTempFile> {
    let mut command = Command::new(install.program("pg_restore"));
    let listed = command
        .arg("--list")
        .arg(file)
        .stdin(Stdio::null())
        .output()
        .at_path("start pg_restore for", file)?;
    if !listed.status.success() {
        return Err(failure("pg_restore", listed.status, &String::from_utf8_lossy(&listed.stderr)));
    }
    let mut contents = NamedTempFile::new().at_path("list the contents of", file)?;
    for line in
        String::from_utf8_lossy(&listed.stdout).lines().filter(|line| !line.contains(" COMMENT - EXTENSION "))
    {
        writeln!(contents, "{line}").at_path("list the contents of", file)?;
    }
    Ok(contents)
}

fn pass_on(restore: &mut Running, psql: &mut Running, last: &str, loaded: &AtomicU64) -> io::Result<()> {
    let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
    let mut input = psql.child.stdin.take().ok_or_else(gone)?;
    let mut output = restore.child.stdout.take().ok_or_else(gone)?;
    let mut piece = vec![0; PIECE];
    input.write_all(b"BEGIN;\n")?;
    loop {
        let count = output.read(&mut piece)?;
        if count == 0 {
            break;
        }
        input.write_all(piece.get(..count).unwrap_or_default())?;
        loaded.fetch_add(u64::try_from(count).unwrap_or_default(), Ordering::Relaxed);
    }
    if restore.child.wait()?.success() {
        input.write_all(last.as_bytes())?;
        input.write_all(b"COMMIT;\n")?;
    }
    Ok(())
}

/// A program with a thread that keeps what it complains about.
struct Running {
    program: &'static str,
    child: Child,
    complaints: JoinHandle<String>,
}

impl Running {
    fn start(program: &'static str, command: &mut Command, file: &Path) -> Result<Self> {
        let mut child = command.stderr(Stdio::piped()).spawn().at_path("start a program for", file)?;
        let errors = child.stderr.take();
        let complaints = thread::spawn(move || {
            let mut text = Vec::new();
            // What was read until then is all there is to show.
            let _ = errors.map(|mut errors| errors.read_to_end(&mut text));
            String::from_utf8_lossy(&text).into_owned()
        });
        Ok(Self { program, child, complaints })
    }

    /// Waits for its end; an error if it failed.
    fn end(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        drop(self.child.stdout.take());
        let status = self.child.wait().at_path("wait for", Path::new(self.program))?;
        let complaints = self.complaints.join().unwrap_or_default();
        if status.success() { Ok(()) } else { Err(failure(self.program, status, &complaints)) }
    }
}

/// A client program for the database at `url`. Other users can read the arguments of a process, but not its environment: the
/// password goes there.
fn client(install: &Install, program: &'static str, url: &str) -> Command {
    let (url, password) = split_password(url);
    let mut command = Command::new(install.program(program));
    command.arg("--dbname").arg(url);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command
}

/// A libpq URL, or libpq's keywords and values, without the password, and the password.
fn split_password(address: &str) -> (String, Option<String>) {
    match address.split_once("://") {
        Some((scheme, rest)) => split_url(scheme, rest),
        None => split_keywords(address),
    }
}

fn split_url(scheme: &str, rest: &str) -> (String, Option<String>) {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (authority, mut password) = match authority.rsplit_once('@') {
        Some((user, hosts)) => match user.split_once(':') {
            Some((user, password)) => (format!("{user}@{hosts}"), Some(decoded(password))),
            None => (authority.to_owned(), None),
        },
        None => (authority.to_owned(), None),
    };
    let (path, parameters) = tail.split_once('?').unwrap_or((tail, ""));
    let mut kept = Vec::new();
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.strip_prefix("password=") {
            // As in libpq, the parameter wins.
            Some(value) => password = Some(decoded(value)),
            None => kept.push(parameter),
        }
    }
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    (format!("{scheme}://{authority}{path}{query}"), password)
}

/// Splits pairs such as `host='db' password='it\'s secret'`, in which a backslash keeps the character after it.
fn split_keywords(text: &str) -> (String, Option<String>) {
    let (mut kept, mut password) = (Vec::new(), None);
    let mut rest = text.trim_start();
    while let Some((keyword, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let is_quoted = after.starts_with('\'');
        let (mut value, mut end, mut is_escaped) = (String::new(), after.len(), false);
        for (at, c) in after.char_indices().skip(usize::from(is_quoted)) {
            if is_escaped {
                is_escaped = false;
            } else if c == '\\' {
                is_escaped = true;
                continue;
            } else if is_quoted && c == '\'' || !is_quoted && c.is_whitespace() {
                end = at + c.len_utf8();
                break;
            }
            value.push(c);
        }
        let (pair, next) = after.split_at(end);
        match keyword.trim() {
            "password" => password = Some(value),
            keyword => kept.push(format!("{keyword}={}", pair.trim_end())),
        }
        rest = next.trim_start();
    }
    (kept.join(" "), password)
}

fn failure(program: &'static str, status: ExitStatus, complaints: &str) -> PgError {
    let mut output = last_lines(complaints);
    if complaints.contains("SSL support is not compiled in") {
        output.push_str(
            "\nThe programs of the embedded PostgreSQL have no TLS: name another installation of the server's version or newer, such as \
             `--set postgres.install_dir=/usr/lib/postgresql/18`",
        );
    }
    PgError::Program { program, status: status.to_string(), output }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_leaves_keywords_and_parameters() {
        assert_eq!(
            split_password(r"host='db' user=ada password='it\'s \\ secret' dbname='rag'"),
            ("host='db' user=ada dbname='rag'".to_owned(), Some(r"it's \ secret".to_owned()))
        );
        assert_eq!(
            split_password(r"password=x\ y host=/run"),
            ("host=/run".to_owned(), Some("x y".to_owned()))
        );
        assert_eq!(
            split_password("postgresql:///rag?host=/run&password=p%40ss&port=5433"),
            ("postgresql:///rag?host=/run&port=5433".to_owned(), Some("p@ss".to_owned()))
        );
        assert_eq!(split_password("dbname=rag"), ("dbname=rag".to_owned(), None));
    }

    #[test]
    fn a_password_leaves_the_url() {
        let split = |url| split_password(url);
        assert_eq!(
            split("postgresql://ada:p%40ss:w@db.example:5432/rag?sslmode=require"),
            ("postgresql://ada@db.example:5432/rag?sslmode=require".to_owned(), Some("p@ss:w".to_owned()))
        );
        assert_eq!(
            split("postgresql://rag:x@/rag?host=/a@b"),
            ("postgresql://rag@/rag?host=/a@b".to_owned(), Some("x".to_owned()))
        );
        let password_of = |url| split(url).1;
        assert_eq!(password_of("postgresql://rag:100%@db/rag").as_deref(), Some("100%"));
        assert_eq!(password_of("postgresql://rag:a%zz%41@db/rag").as_deref(), Some("a%zzA"));
        for url in ["postgresql://ada@db/rag", "postgresql:///rag", "host=db dbname=rag", "postgresql://db"] {
            assert_eq!(split(url), (url.to_owned(), None));
        }
    }
}

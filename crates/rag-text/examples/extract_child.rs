//! A child for the tests of isolation: the real one, and faults that no real document causes reliably.

use std::{
    fs::File,
    hint::black_box,
    io::Write as _,
    net::{TcpListener, UdpSocket},
    os::unix::net::UnixStream,
    path::Path,
    process::{Command, ExitCode},
    thread::sleep,
    time::Duration,
};

use rag_text::Outline;
use rag_text::isolate::{ChildJob, child_main, confine, parse_child_args, spawn_with_big_stack};

fn main() -> ExitCode {
    let Some(job) = parse_child_args(std::env::args_os().skip(2)) else { return ExitCode::from(2) };
    let name = job.file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    match name.strip_prefix("fault-") {
        Some("escape.md") => escape(&job),
        Some(fault) => misbehave(&fault.replace(".md", ""), &job),
        None => child_main(job),
    }
}

/// Behaves like a parser on a hostile document.
fn misbehave(fault: &str, job: &ChildJob) -> ExitCode {
    if confine(job).is_err() {
        return ExitCode::from(3);
    }
    let (fault, file) = (fault.to_owned(), job.file.clone());
    let ended = spawn_with_big_stack(move || match fault.as_str() {
        "stack" => drop(black_box(recurse(0))),
        "memory" => eat_memory(),
        "loop" => while black_box(true) {},
        "sleep" => sleep(Duration::from_mins(10)),
        "abort" => std::process::abort(),
        "disk" => fill_disk(),
        "noise" => make_noise(),
        "files" => open_files(&file),
        _ => {}
    });
    ExitCode::from(if ended.is_ok() { 0 } else { 4 })
}

/// Tries to reach things outside of the document, before and in the sandbox, and tells as the title what it has reached.
fn escape(job: &ChildJob) -> ExitCode {
    let before = reached(job);
    let Ok(layers) = confine(job) else { return ExitCode::from(3) };
    let (job, reading) = (job.clone(), job.file.clone());
    let after = spawn_with_big_stack(move || reached(&job)).ok().flatten().unwrap_or_default();
    let reads = std::fs::read(reading).is_ok();
    let outline = Outline { title: Some(format!("{before}; {after}; {reads}")), ..Outline::default() };
    let line = serde_json::json!({"done": (outline, layers)});
    let written = std::io::stdout().write_all(format!("{line}\n").as_bytes());
    ExitCode::from(if written.is_ok() { 0 } else { 4 })
}

/// Names the things outside of the document that this process reaches.
fn reached(job: &ChildJob) -> String {
    let created = job.file.with_file_name("created");
    let attempts: [(&str, bool); 7] = [
        ("file", File::open("/etc/passwd").is_ok()),
        ("folder", std::fs::read_dir("/etc").is_ok()),
        ("creation", File::create(&created).is_ok()),
        ("tcp", TcpListener::bind("127.0.0.1:0").is_ok()),
        ("udp", UdpSocket::bind("127.0.0.1:0").is_ok()),
        ("socket", UnixStream::pair().is_ok()),
        ("program", Command::new("/bin/true").env_clear().status().is_ok()),
    ];
    // It is there only if it was created.
    let _ = std::fs::remove_file(created);
    attempts.iter().filter(|(_, is_reached)| *is_reached).map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    if depth == u64::MAX { 0 } else { recurse(depth + 1) + frame.iter().sum::<u64>() }
}

fn eat_memory() {
    let mut eaten: Vec<Vec<u8>> = Vec::new();
    loop {
        eaten.push(black_box(vec![1; 1 << 20]));
    }
}

fn fill_disk() {
    use std::io::Write;
    let line = vec![b'x'; 1 << 16];
    while std::io::stdout().write_all(&line).is_ok() {}
}

/// Writes endless errors, then dies: the parent must not block and must not keep all of them.
fn make_noise() {
    use std::io::Write;
    let line = vec![b'e'; 1 << 16];
    for _ in 0..1000 {
        let _ = std::io::stderr().write_all(&line);
    }
    std::process::abort();
}

fn open_files(file: &Path) {
    let mut open = Vec::new();
    while let Ok(another) = std::fs::File::open(file) {
        open.push(another);
        if open.len() > 1000 {
            sleep(Duration::from_mins(10));
        }
    }
    std::process::abort();
}

//! Embeds the files of the web UI that `make ui` built in `web/dist`; without them the crate builds too.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    // Read at run time: checkouts that share a target folder share the compiled script, too.
    let web = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../web");
    let dist = web.join("dist");
    let is_built = dist.join("index.html").is_file();
    // Cargo runs this script each time if it watches a path that does not exist.
    println!("cargo::rerun-if-changed={}", if is_built { &dist } else { &web }.display());
    let mut files = Vec::new();
    if is_built {
        files_below(&dist, &mut files)?;
    }
    files.sort();
    let target = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("ui_files.rs");
    let mut code = fs::File::create(target)?;
    writeln!(code, "&[")?;
    for file in files.iter().filter(|file| !is_compressed(file)) {
        let path = file.strip_prefix(&dist).unwrap_or(file).display().to_string();
        let content = |suffix: &str| {
            let file = format!("{}{suffix}", file.display());
            if Path::new(&file).is_file() { format!("include_bytes!({file:?})") } else { "b\"\"".to_owned() }
        };
        let (plain, gzip, brotli) = (content(""), content(".gz"), content(".br"));
        writeln!(code, "    UiFile {{ path: {path:?}, plain: {plain}, gzip: {gzip}, brotli: {brotli} }},")?;
    }
    writeln!(code, "]")
}

fn is_compressed(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "gz" || extension == "br")
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files_below(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
